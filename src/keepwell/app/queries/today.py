"""This file answers whom to call first today: what is about to be decided, then what turned, fell or cannot be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import Literal

from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, explanations, runs, scorecards, scores, trends
from keepwell.app.queries.accounts import Decision
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.scores import PortfolioRow
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.health.explain import summary
from keepwell.health.explain.summary import Part
from keepwell.health.explain.trend import Move

Reason = Literal["decided_soon", "turned", "fell", "not_seen"]
DECISION_DAYS = 90  # a renewal that is further away can still be changed by ordinary work
MOST_LOOKED_AT = 300  # of the falls, by revenue: whose moves are compared with what is usual
WORSE = {"healthy": 0, "watch": 1, "at risk": 2}


@dataclass(frozen=True)
class Call:
    """One account to call, and why.

    `band_before` is the band that it had at the beginning of the look-back, where it had a better one. `fell_most` is what
    lost the most points meanwhile, `drag` what costs the score most now; either may be missing.
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


@dataclass(frozen=True)
class Today:
    """Whom to call first by one run; `waiting` are those that there was no more room for, `former` those left out."""

    run: ScoredRun
    calls: tuple[Call, ...]
    waiting: int
    former: int


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
) -> Today:
    """List whom to call first on a day, by a run with a published card; of one owner where that is given.

    First those who decide within 90 days and are not healthy, or have no score: the soonest first. Then those whose band got
    worse, whose score fell by more than is usual for them, or who cannot be seen: the most revenue first. Former customers
    have no score, and are counted.
    """
    everyone = list(scores.portfolio(viewer, run, on=on))
    if owner is not None:
        everyone = [row for row in everyone if row.account.owner == owner]
    before = _before(viewer, run)
    decided = sorted(
        (
            _Candidate(row, "decided_soon", decision, _band_before(row, before))
            for row in everyone
            if (decision := row.account.next_decision(on, DECISION_DAYS))
            and row.score.meaning != "healthy"
        ),
        key=lambda each: (each.decision and each.decision.on, each.row.account.account_id),
    )
    taken = {each.row.account.account_id for each in decided}
    others = sorted(
        (row for row in everyone if row.account.account_id not in taken), key=_most_revenue
    )
    moved = _moved(viewer, run, others, before, on)
    shown, waiting = _first(chain(decided, moved), limit)
    found = _explained(viewer, installation, run, shown, on)
    return Today(run, tuple(found), waiting, accounts.count(viewer) - run.accounts)


def _before(
    viewer: Viewer, run: ScoredRun
) -> Mapping[str, tuple[float | None, str | None, str | None]]:
    """Read score, band and meaning of every account at the beginning of the card's look-back."""
    card = scorecards.definition(SYSTEM, run.version).trend if run.version else None
    days = card.look_back_days if card else 28
    earlier = runs.latest_until(viewer, run.as_of - timedelta(days=days), kind=run.kind)
    if earlier is None or earlier.as_of < run.as_of - timedelta(days=2 * days):
        return {}
    return {
        row.account_id: (row.score, row.band, row.meaning)
        for row in scores.rows(viewer, earlier.run_id)
    }


def _band_before(
    row: PortfolioRow, before: Mapping[str, tuple[float | None, str | None, str | None]]
) -> str | None:
    """Give the band that an account had, where it is worse now or there is none any more."""
    _, band, meaning = before.get(row.account.account_id, (None, None, None))
    if band is None or meaning is None:
        return None
    now = row.score.meaning
    return band if now is None or WORSE[now] > WORSE[meaning] else None


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
        if row.score.score is not None
        and (then := before.get(row.account.account_id, (None, None, None))[0]) is not None
        and row.score.score < then
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
    for each in shown:
        account_id = each.row.account.account_id
        found = explanations.explanation(viewer, installation, run, account_id, on=on)
        by_path = trends.moves_of(viewer, installation, run, account_id, on=on)
        falls = [
            (leaf.title, (by_path[leaf.line.path].points or 0.0) * leaf.line.effective_weight)
            for leaf in (list(found.root.accounts()) or list(found.root.leaves()))
            if leaf.line.path in by_path
        ]
        worst = min(falls, key=lambda fall: fall[1], default=None)
        yield Call(
            account=each.row,
            reason=each.reason,
            decision=each.decision,
            move=moves.get(account_id, Move()),
            band_before=each.band_before,
            fell_most=worst if worst and worst[1] <= -summary.LEAST_POINTS else None,
            drag=summary.biggest_drag(found.root) if each.row.score.score is not None else None,
            coverage=each.row.score.coverage,
            unknown=tuple(part for part in found.summary.parts if part.kind == "not_scored"),
        )


def _first(candidates: Iterable[_Candidate], limit: int) -> tuple[list[_Candidate], int]:
    """Take the first of the candidates, and count the others."""
    every = list(candidates)
    return every[:limit], max(0, len(every) - limit)


def _most_revenue(row: PortfolioRow) -> tuple[Decimal, str]:
    return -(row.account.revenue or Decimal(0)), row.account.account_id
