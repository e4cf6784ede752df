"""This file is the page of a change: what moved an account's score between two dates, in steps that add up, and whose doing it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app import queries, representations
from keepwell.app.formats import NONE
from keepwell.app.queries.changes import Change
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import account_head, behind, empty, requests, trend
from keepwell.app.web.behind import Behind
from keepwell.app.web.requests import Request
from keepwell.health.definition.parents import OWN
from keepwell.health.explain import display, parents, prose

CAUSES = {
    "population": "Became or ceased to be a customer",
    "meaning": "Keepwell computes it otherwise",
    "definition": "The scorecard",
    "missing": "Known or unknown",
    "data": "The data",
    "children": "Accounts below",
    "peers": "Peers",
    "rules": "Rules",
    "override": "Override",
}
ICONS = {
    "population": "users", "meaning": "refresh-cw", "definition": "sliders-horizontal", "missing": "circle-dashed", "data": "activity",
    "children": "building-2", "peers": "users", "rules": "shield", "override": "hand",
}  # fmt: skip
SPANS = (("28 days", 28), ("12 weeks", 84))
IN_PART = 6  # steps shown beside the score
LEAD_DAYS = 28  # of the trend before the first of the two dates
BETWEEN = charts.Size(306, 150)


@dataclass(frozen=True)
class Step:
    """One row of the staircase: what moved, from what to what, and by how many points."""

    title: str
    cause: str
    before: str
    after: str
    bar: SafeString
    points: str
    tone: str
    path: str  # of the measure whose rows are behind it
    child: str  # the account below that it is about
    score: str  # the sum so far
    behind: Behind | None


@dataclass(frozen=True)
class Cause:
    """What steps have in common, how much they moved the score together, and the steps."""

    title: str
    icon: str
    points: str
    tone: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Still:
    """One measure that moved the score by nothing: what was read of it, and what is read now where that differs."""

    title: str
    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Span:
    """One choice of two dates."""

    title: str
    before: str
    is_current: bool


def changed(request: Request, account_id: str) -> HttpResponse:
    """Show what moved the score from one date to another; as a part of the account's page where that asks for it."""
    viewer, formats = request.viewer, request.formats
    newest = queries.runs.newest(viewer)
    is_part = bool(request.GET.get("part"))
    queries.accounts.account(viewer, account_id)
    if newest is None:
        return empty.nothing_scored(request, "What changed")
    after = _until(request, requests.day(request, "to"), newest)
    before = _from(request, requests.day(request, "from"), after)
    context: dict[str, object] = {
        "after_on": formats.day(after.as_of),
        "after_date": after.as_of.isoformat(),
        "account_id": account_id,
    }
    if not is_part:
        context["head"] = account_head.head(request, account_id, "changed")
    if before is None:
        context["why"] = "There is no earlier score to compare with."
    else:
        on = request.today if after.run_id == newest.run_id else None
        context["spans"] = _spans(request, before, after)
        context |= {"before_on": formats.day(before.as_of), "before_date": before.as_of.isoformat()}
        try:
            found = queries.changes.changed(viewer, request.here, before, after, account_id, on=on)
        except queries.scores.NotScored as error:
            context["why"] = str(error)
        else:
            context |= _shown(request, found, is_part=is_part)
            if not is_part:
                context |= {**_still(found), **_trend(request, found, after, context["head"])}
    return render(request, f"changed/{'part' if is_part else 'page'}.html", context)


def _until(request: Request, on: date | None, newest: ScoredRun) -> ScoredRun:
    return newest if on is None else queries.runs.latest_until(request.viewer, on) or newest


def _from(request: Request, on: date | None, after: ScoredRun) -> ScoredRun | None:
    """Find the run to compare with: of the date that is asked for, else that of the card's look-back."""
    if on is None:
        on = after.as_of - timedelta(days=queries.trends.card_of(SYSTEM, after).look_back_days)
    found = queries.runs.latest_until(request.viewer, on)
    if found is None or found.as_of >= after.as_of:
        return queries.runs.before(request.viewer, after)
    return found


def _spans(request: Request, before: ScoredRun, after: ScoredRun) -> list[Span]:
    """Offer the usual dates to compare with, where there were scores by then."""
    last = queries.runs.before(request.viewer, after)
    offered = [("Since last run", last)] if last else []
    for title, days in SPANS:
        found = queries.runs.latest_until(request.viewer, after.as_of - timedelta(days=days))
        offered += [(title, found)] if found else []
    return [
        Span(title, run.as_of.isoformat(), run.run_id == before.run_id) for title, run in offered
    ]


def _trend(request: Request, found: Change, after: ScoredRun, head: object) -> dict[str, object]:
    """Draw the score over the time between the two dates, and a little before it."""
    assert isinstance(head, account_head.Head)
    since = found.before.as_of - timedelta(days=LEAD_DAYS)
    rows = trend.until(request, after, found.account_id, since=since)
    dates = {row.as_of for row in rows}
    both = (found.before.as_of, found.after.as_of)
    return trend.drawn(
        request, head.account.label, rows, found.after.bands or found.before.bands,
        between=both if dates.issuperset(both) else None, sizes=(BETWEEN, charts.NARROW), span="",
    )  # fmt: skip


def _still(found: Change) -> dict[str, object]:
    """List what moved the score by nothing: what changed nevertheless, and what stayed as it was."""
    changed_: list[Still] = []
    same: list[Still] = []
    for each in found.unmoved:
        was, is_now = (
            NONE if it is None else prose.bare_value(it) for it in (each.before, each.after)
        )
        path = "" if each.path.startswith(parents.CHILD) or each.path == OWN else each.path
        shown = Still(each.label, path, was if was != is_now else "", is_now)
        (changed_ if each.is_changed else same).append(shown)
    return {"still_changed": changed_, "still_same": same, "still": len(found.unmoved)}  # fmt: skip


def _shown(request: Request, found: Change, *, is_part: bool) -> dict[str, object]:
    """Round the steps so that they add up to the difference shown, and draw them."""
    shown = display.change(*found.sides, found.steps)
    sums = [shown.before or 0.0]
    for points in shown.steps:
        sums.append(sums[-1] + points)
    low, high = min([*sums, shown.after or 0.0]), max([*sums, shown.after or 0.0])
    low, high = max(0.0, low - 5.0), min(100.0, high + 5.0)
    low, high = min(low, *sums), max(high, *sums)
    steps = [
        _step(
            found,
            nth,
            points,
            (sums[nth], sums[nth + 1]),
            (low, high),
            None if is_part else behind.of(request, found, found.steps[nth]),
        )
        for nth, points in enumerate(shown.steps)
    ]
    return {
        "found": found,
        "before": _score(shown.before),
        "after": _score(shown.after),
        "moved": _signed(shown.moved),
        "sentence": prose.change(*found.sides, found.steps),
        "steps": steps,
        "few": steps[:IN_PART],
        "more": len(steps) - IN_PART,
        "first_bar": _total(shown.before, low, high),
        "last_bar": _total(shown.after, low, high),
        "causes": _causes(found, shown.steps, steps),
        "computed": None if not found.after.override else _score(found.after.computed_score and display.score(found.after.computed_score, found.after.bands)),
    }  # fmt: skip


def _step(
    found: Change, nth: int, points: float, ends: tuple[float, float], axis: tuple[float, float], opens: Behind | None,
) -> Step:  # fmt: skip
    step = found.steps[nth]
    title, before, after = representations.changes.words(found, step)
    kind: charts.StepKind = (
        "override" if step.cause == "override" else "healthy" if points >= 0 else "at risk"
    )
    is_measure = bool(step.path) and step.cause in ("data", "missing", "peers")
    return Step(
        title,
        CAUSES[step.cause],
        before or NONE,
        after or NONE,
        SafeString(charts.step(*ends, kind, *axis)),
        prose.signed(points, is_rounded=True),
        "up" if points > 0 else "down" if points < 0 else "muted",
        step.path if is_measure else "",
        step.path.removeprefix(parents.CHILD) if step.cause == "children" and opens else "",
        f"{ends[1]:.1f}",
        opens,
    )


def _total(score: float | None, low: float, high: float) -> SafeString:
    return SafeString(
        "" if score is None else charts.step(low, max(low, score), "total", low, high)
    )


def _causes(found: Change, points: Sequence[float], steps: Sequence[Step]) -> list[Cause]:
    """Add the steps up by cause, in their fixed order; a cause of nothing says so."""
    sums = dict.fromkeys(CAUSES, 0.0)
    for step, each in zip(found.steps, points, strict=True):
        sums[step.cause] += each
    shown = {
        name: sum_
        for name, sum_ in sums.items()
        if sum_ or name in ("definition", "missing", "data", "rules", "override")
    }
    return [
        Cause(
            CAUSES[name], ICONS[name], _signed(round(sum_, 6)), "up" if sum_ > 0 else "down" if sum_ < 0 else "muted",
            tuple(each for each in steps if each.cause == CAUSES[name]),
        )
        for name, sum_ in shown.items()
    ]  # fmt: skip


def _signed(points: float) -> str:
    """Write points with their sign; what comes to nothing has none."""
    return prose.signed(points, is_rounded=True) if points else "0.0"


def _score(score: float | None) -> str:
    return NONE if score is None else f"{score:g}"
