"""This file answers how the accounts of one book stand: what they pay, what is decided soon, who was not met, and who changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from keepwell.app.queries import runs, scores, touchpoints
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.portfolios import PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.summaries import AT_RISK, HEALTHY, Amount
from keepwell.app.queries.today import DECISION_DAYS, WORSE, decided
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import Viewer


@dataclass(frozen=True)
class Book:
    """The accounts of a book together.

    `deciding` are those who decide within 90 days, `at_stake` those of them who are not healthy, `unseen` those without a
    score and `unseen_deciding` how many of these decide soon. `overdue` are the ids of those whose touch is, by the card;
    `untouched` counts them, or where the card says no days those whom nobody has met for 45, and `largest_untouched` pays most.
    """

    all: Amount
    at_risk: Amount
    healthy: Amount
    unseen: Amount
    unseen_deciding: int
    deciding: Amount
    at_stake: Amount
    overdue: frozenset[str]
    untouched: int
    largest_untouched: AccountRow | None


@dataclass(frozen=True)
class Notice:
    """One account that decides soon, or leaves, and the day."""

    row: PortfolioRow
    on: date


@dataclass(frozen=True)
class Turn:
    """One account whose band is another than in the run before, with its score then."""

    row: PortfolioRow
    before: ScoreRow


def book(viewer: Viewer, run: ScoredRun, everyone: Sequence[PortfolioRow], *, on: date) -> Book:
    """Sum up the accounts of a book on a day."""
    overdue = touchpoints.overdue(
        viewer, run, [(row.account, row.score.segment) for row in everyone], on
    )
    unseen = [row for row in everyone if row.score.score is None]
    deciding = [row for row in everyone if row.account.next_decision(on, DECISION_DAYS)]
    untouched = _untouched(everyone, overdue, on, card_says=bool(touchpoints.allowed(viewer, run)))
    largest = max(untouched, key=lambda row: row.account.revenue or Decimal(0), default=None)
    return Book(
        all=_sum(everyone),
        at_risk=_sum([row for row in everyone if row.score.meaning == AT_RISK]),
        healthy=_sum([row for row in everyone if row.score.meaning == HEALTHY]),
        unseen=_sum(unseen),
        unseen_deciding=sum(bool(row.account.next_decision(on, DECISION_DAYS)) for row in unseen),
        deciding=_sum(deciding),
        at_stake=_sum([row for row in deciding if row.score.meaning != HEALTHY]),
        overdue=overdue,
        untouched=len(untouched),
        largest_untouched=largest.account if largest else None,
    )


def notices(everyone: Sequence[PortfolioRow], *, on: date) -> tuple[Notice, ...]:
    """List who decides within 90 days of a day, and who gave notice and leaves; the soonest first."""
    found = [
        Notice(row, decision.on)
        for row in everyone
        if (decision := decided(row.account, on)) and decision.on >= on
    ]
    return tuple(sorted(found, key=lambda notice: (notice.on, notice.row.account.label)))


def turned(viewer: Viewer, run: ScoredRun, everyone: Sequence[PortfolioRow]) -> tuple[Turn, ...]:
    """List whose band is another than in the run before: who fell furthest first, then who pays most."""
    before = runs.before(viewer, run)
    if before is None:
        return ()
    ids = [row.account.account_id for row in everyone]
    then = {row.account_id: row for row in scores.of_some(viewer, [before], ids)}
    found = [
        Turn(row, earlier)
        for row in everyone
        if (earlier := then.get(row.account.account_id)) and earlier.band != row.score.band
    ]

    def key(turn: Turn) -> tuple[int, Decimal]:
        fell = WORSE[turn.before.meaning] - WORSE[turn.row.score.meaning]
        return fell, -(turn.row.account.revenue or Decimal(0))

    return tuple(sorted(found, key=key))


def _untouched(
    everyone: Sequence[PortfolioRow], overdue: Collection[str], on: date, *, card_says: bool
) -> list[PortfolioRow]:
    if card_says:
        return [row for row in everyone if row.account.account_id in overdue]
    since = on - timedelta(days=touchpoints.USUAL_DAYS)
    return [row for row in everyone if (row.account.last_touch_on or date.min) < since]


def _sum(rows: Sequence[PortfolioRow]) -> Amount:
    return Amount(len(rows), sum((row.account.revenue or Decimal(0) for row in rows), Decimal(0)))
