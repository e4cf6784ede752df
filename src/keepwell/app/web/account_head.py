"""This file is the head that all pages of one account share: who it is, its health, what it decides next, and its tabs."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from keepwell.app import queries
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import cells
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band

TABS = (
    ("account", "Health"),
    ("changed", "Changed"),
    ("timeline", "Timeline"),
    ("people_of", "People"),
    ("contracts", "Contracts"),
    ("usage", "Usage"),
)
MANY_DAYS = 3_650  # any date that lies ahead


@dataclass(frozen=True)
class Head:
    """What stands above every page of one account; `score` is none where it was not scored."""

    account: AccountRow
    score: cells.ScoreCell | None
    revenue: str
    revenue_said: str
    since: str
    due: str
    due_in: str
    due_tone: str
    touch: str
    touch_tone: str
    tabs: tuple[cells.Tab, ...]
    may_change: bool


def _revenue_said(account: AccountRow) -> str:
    """Say what the amount stands for, or why there is none."""
    lines, unpriced = account.running_lines or 0, account.unpriced_lines or 0
    if account.has_ended:
        return "no contract running"
    if account.revenue is None:
        return "amount of the contract not known" if lines else "no contract on record"
    return (
        f"a year, without {unpriced} of {lines} lines of unknown amount" if unpriced else "a year"
    )


def head(
    request: Request, account_id: str, current: str, *, row: ScoreRow | None = None, bands: tuple[Band, ...] = ()
) -> Head:  # fmt: skip
    """Give the head of an account's pages; `row` is its score where the page has it already.

    Raises `accounts.NoSuchAccount`, also where the reader may not see it.
    """
    viewer, formats = request.viewer, request.formats
    account = queries.accounts.account(viewer, account_id)
    run = queries.runs.newest(viewer)
    if row is None and run:
        row = queries.scores.if_scored(viewer, run, account_id, on=request.today)
        bands = queries.scorecards.bands_of_run(SYSTEM, run)
    decision = account.next_decision(request.today, MANY_DAYS)
    due = cells.due(account, decision, formats)
    verb = (
        "Gave notice, ends"
        if account.notice_given_on
        else "Notice by"
        if decision and decision.kind == "notice"
        else "Renews"
    )
    touch, touch_tone = _touch(request, account, row, run)
    return Head(
        account=account,
        score=cells.score(row, bands) if row else None,
        revenue=formats.whole_money(account.revenue, request.here.currency) if account.pays else "",
        revenue_said=_revenue_said(account),
        since=formats.long_day(account.started_on) if account.started_on else "",
        due=f"{verb} {due.day}" if decision or account.notice_given_on else "",
        due_in="" if account.notice_given_on else due.left,
        due_tone=due.tone,
        touch=touch,
        touch_tone=touch_tone,
        tabs=tuple(
            cells.Tab(title, reverse(name, args=[account_id]), name == current) for name, title in TABS
        ),
        may_change=request.viewer.may_change(account_id),
    )  # fmt: skip


def _touch(
    request: Request, account: AccountRow, row: ScoreRow | None, run: ScoredRun | None
) -> tuple[str, str]:
    """Say how long ago the last two-way touch was, beside what the card allows where it says; hot where it is overdue."""
    allowed = queries.touchpoints.allowed(request.viewer, run)
    found = queries.touchpoints.last_touch(
        account, allowed.get(row.segment) if row else None, request.today
    )
    if found.days is None:
        said = "no touch known" if found.allowed else ""
    else:
        ago = {0: "today", 1: "yesterday"}.get(found.days, f"{found.days} days ago")
        said = f"last touch {ago}"
    if said and found.allowed:
        said += f", {found.allowed} allowed"
    return said, "hot" if found.is_overdue else ""
