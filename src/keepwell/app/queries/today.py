"""This file answers whom to call first today: what is about to be decided, then what turned, fell or cannot be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, get_args

from keepwell.app.installation import Installation
from keepwell.app.queries import (
    explanations,
    portfolios,
    runs,
    scores,
    trends,
)
from keepwell.app.queries.accounts import AccountRow, Decision
from keepwell.app.queries.portfolios import PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.health.explain import prose, summary
from keepwell.health.explain.summary import Part
from keepwell.health.explain.trend import Move

Reason = Literal["decided_soon", "turned", "fell", "not_seen"]
REASONS: tuple[Reason, ...] = get_args(Reason)
DECISION_DAYS = 90  # a renewal that is further away can still be changed by ordinary work
MOST_LOOKED_AT = 300  # of the falls, by revenue: whose moves are compared with what is usual
WORSE = {"healthy": 0, "watch": 1, "at risk": 2, None: 3}  # what a band means; none: no score


@dataclass(frozen=True)
class Call:
    """One account to call, and why.

    `band_before` is the band that it had at the beginning of the look-back, where it had a better one. `fell_most` is what
    lost the most points meanwhile, `drag` what costs the score most now; either may be missing. `late` is what is known from
    late feeds alone.
    """

    account: PortfolioRow
    reason: Reason
    decision: Decision | None
    move: Move
    band_before: str | None
    fell_most: tuple[str, float] | None
    drag: Part | None
    coverage: float | None
    unknown: tuple[Part, ...]
    late: tuple[Part, ...]

    @property
    def because(self) -> tuple[str, ...]:
        """Why to call, part by part, what matters most first."""
        return prose.call(
            self.band_before, self.move, self.fell_most, self.drag, self.unknown, self.late, self.coverage
        )  # fmt: skip


@dataclass(frozen=True)
class Today:
    """Whom to call first by one run; `waiting` counts those that there was no more room for.

    `everyone` are all accounts that were looked at, the lowest score first; `by_reason` counts all whom to call for each.
    """

    run: ScoredRun
    calls: tuple[Call, ...]
    waiting: int
    everyone: tuple[PortfolioRow, ...] = ()
    by_reason: Mapping[Reason, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Candidate:
    row: PortfolioRow
    reason: Reason
    decision: Decision | None
    band_before: str | None


def calls(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    *,
    on: date,
    owner: str | None = None,
    limit: int = 20,
    reasons: Collection[Reason] = REASONS,
) -> Today:
    """List whom to call first on a day, by a run with a published card; of one owner, or for some reasons, where they are given.

    First those who decide within 90 days and are not healthy, or have no score, and those who gave notice: the soonest first. Then those whose band got
    worse, whose score fell by more than is usual for them, or who cannot be seen: the most revenue first. Whom the card
    is not for has no score, and is not listed.
    """
    everyone = tuple(portfolios.portfolio(viewer, run, on=on, owner=owner))
    before = _before(viewer, run, everyone)
    deciding = sorted(
        (
            _Candidate(row, "decided_soon", decision, _band_before(row, before))
            for row in everyone
            if (decision := decided(row.account, on))
            and (row.score.meaning != "healthy" or decision.kind == "leaving")
        ),
        key=lambda each: (each.decision and each.decision.on, each.row.account.account_id),
    )
    taken = {each.row.account.account_id for each in deciding}
    others = sorted(
        (row for row in everyone if row.account.account_id not in taken), key=_most_revenue
    )
    moved = _moved(viewer, run, others, before, on)
    every = [*deciding, *moved]
    wanted = [each for each in every if each.reason in reasons]
    shown = wanted[:limit]
    found = _explained(viewer, installation, run, shown, on)
    by_reason = Counter(each.reason for each in every)
    return Today(run, tuple(found), len(wanted) - len(shown), everyone, by_reason)


def decided(account: AccountRow, on: date) -> Decision | None:
    """Find what is decided soon; who gave notice may be won back for as long as their term runs, whatever their health."""
    if account.notice_given_on and not account.next_renewal_on:
        return Decision("leaving", account.notice_given_on)  # the only day known
    if account.notice_given_on and account.next_renewal_on:
        is_running = account.next_renewal_on >= on
        return Decision("leaving", account.next_renewal_on) if is_running else None
    return account.next_decision(on, DECISION_DAYS)


def _before(
    viewer: Viewer, run: ScoredRun, everyone: Sequence[PortfolioRow]
) -> Mapping[str, tuple[float | None, str | None, str | None]]:
    """Read computed score, band and meaning of the accounts at the beginning of the card's look-back."""
    days = trends.card_of(SYSTEM, run).look_back_days
    earlier = runs.latest_until(viewer, run.as_of - timedelta(days=days), kind=run.kind)
    if earlier is None or earlier.as_of < run.as_of - timedelta(days=2 * days):
        return {}
    return {
        row.account_id: (row.computed_score, row.band, row.meaning)
        for row in scores.of_some(viewer, [earlier], [each.account.account_id for each in everyone])
    }


def _band_before(
    row: PortfolioRow, before: Mapping[str, tuple[float | None, str | None, str | None]]
) -> str | None:
    """Give the band that an account had, where it is worse now or there is none any more."""
    _, band, meaning = before.get(row.account.account_id, (None, None, None))
    if band is None or meaning is None:
        return None
    now = row.score.meaning
    return band if WORSE[now] > WORSE[meaning] else None


def _moved(
    viewer: Viewer,
    run: ScoredRun,
    rows: Sequence[PortfolioRow],
    before: Mapping[str, tuple[float | None, str | None, str | None]],
    on: date,
) -> Iterable[_Candidate]:
    """Give those that turned, fell or cannot be seen, in the order of the rows."""
    fallen = [
        row.account.account_id
        for row in rows
        if row.score.computed_score is not None
        and (then := before.get(row.account.account_id, (None, None, None))[0]) is not None
        and row.score.computed_score < then
    ]
    moves = trends.moves(viewer, run, fallen[:MOST_LOOKED_AT], on=on)
    for row in rows:
        decision, band = row.account.next_decision(on, DECISION_DAYS), _band_before(row, before)
        move = moves.get(row.account.account_id, Move())
        if row.score.score is None:
            yield _Candidate(row, "not_seen", decision, band)
        elif band:
            yield _Candidate(row, "turned", decision, band)
        elif move.direction == "down":
            yield _Candidate(row, "fell", decision, None)


def _explained(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    shown: Sequence[_Candidate],
    on: date,
) -> Iterable[Call]:
    ids = [each.row.account.account_id for each in shown]
    moves = trends.moves(viewer, run, ids, on=on)
    explained = explanations.of_many(viewer, installation, run, [each.row.score for each in shown])
    paths = trends.moves_of_many(viewer, installation, run, ids)
    for each in shown:
        account_id = each.row.account.account_id
        found = explained[account_id]
        yield Call(
            account=each.row,
            reason=each.reason,
            decision=each.decision,
            move=moves.get(account_id, Move()),
            band_before=each.band_before,
            fell_most=summary.fell_most(found.root, paths[account_id]),
            drag=summary.biggest_drag(found.root, found.bands)
            if each.row.score.score is not None
            else None,
            coverage=each.row.score.coverage,
            unknown=found.summary.of_kind("not_scored"),
            late=found.summary.of_kind("late_data"),
        )


def _most_revenue(row: PortfolioRow) -> tuple[Decimal, str]:
    return -(row.account.revenue or Decimal(0)), row.account.account_id
