"""This file sums up a portfolio by two cards on the same date and facts: changes of band, revenue,
largest moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, median
from typing import Literal

from keepwell.health.definition.band import MEANINGS, Band
from keepwell.health.engines.protocol import Score

Turn = Literal["better", "worse", "other", "gains a score", "loses its score"]
TURNS: tuple[Turn, ...] = ("worse", "loses its score", "better", "gains a score", "other")
BINS, WIDTH = 10, 10.0


@dataclass(frozen=True)
class AccountPreview:
    """One account by the published card and by the draft, with its segment and annual revenue if
    known."""

    account_id: str
    name: str
    segment: str | None
    revenue: Decimal | None
    before: Score
    after: Score
    turn: Turn | None

    @property
    def points(self) -> float | None:
        """How far the score moves; none if one of the two is missing."""
        if self.before.score is None or self.after.score is None:
            return None
        return self.after.score - self.before.score


@dataclass(frozen=True)
class Transition:
    """The accounts that go from one band to another (none: without a score), and their known
    revenue."""

    before: str | None
    after: str | None
    accounts: int
    revenue: Decimal | None
    without_revenue: int


@dataclass(frozen=True)
class Distribution:
    """The distribution of some scores; `bins` counts them by tens, the last one including 100."""

    mean: float | None
    median: float | None
    bands: Mapping[str, int]
    without_score: int
    bins: tuple[int, ...]


@dataclass(frozen=True)
class SegmentPreview:
    """The accounts of one segment (none: without one) by both cards."""

    segment: str | None
    accounts: int
    before: Distribution
    after: Distribution


def turn(before: Score, after: Score, old: Sequence[Band], new: Sequence[Band]) -> Turn | None:
    """Find in which direction an account changes its band; none if it does not.

    The meanings of the bands decide; with the same meaning their order, if both cards have both
    bands. Otherwise the change has no direction: another name is not another health.
    """
    if before.band is None or after.band is None:
        return (
            None
            if before.band == after.band
            else "loses its score"
            if before.band
            else "gains a score"
        )
    if (before.band, before.meaning) == (after.band, after.meaning):
        return None
    assert before.meaning is not None, "a band has a meaning"
    assert after.meaning is not None, "a band has a meaning"
    places = [MEANINGS.index(score.meaning) for score in (before, after) if score.meaning]
    if places[0] == places[1]:
        names = [band.name for band in new]
        if not {before.band, after.band} <= set(names) & {band.name for band in old}:
            return "other"
        places = [names.index(before.band), names.index(after.band)]
    return "better" if places[1] < places[0] else "worse"


def matrix(rows: Iterable[AccountPreview]) -> tuple[Transition, ...]:
    """Count accounts and revenue by band before and band after; empty pairs are left out."""
    cells: dict[tuple[str | None, str | None], list[AccountPreview]] = {}
    for row in rows:
        cells.setdefault((row.before.band, row.after.band), []).append(row)
    return tuple(
        Transition(*bands, len(of_one), *revenue(of_one)) for bands, of_one in cells.items()
    )


def revenue(rows: Iterable[AccountPreview]) -> tuple[Decimal | None, int]:
    """Add up the known revenue, none if none is known, and count the accounts without."""
    amounts = [row.revenue for row in rows]
    known = [amount for amount in amounts if amount is not None]
    return (sum(known, Decimal(0)) if known else None), len(amounts) - len(known)


def distribution(scores: Iterable[Score]) -> Distribution:
    """Describe the distribution of scores."""
    every = list(scores)
    given = [score.score for score in every if score.score is not None]
    bins = Counter(min(int(score // WIDTH), BINS - 1) for score in given)
    return Distribution(
        fmean(given) if given else None,
        median(given) if given else None,
        dict(Counter(score.band for score in every if score.band)),
        len(every) - len(given),
        tuple(bins[at] for at in range(BINS)),
    )


def by_segment(rows: Sequence[AccountPreview]) -> tuple[SegmentPreview, ...]:
    """Split the portfolio by segment, by name; accounts without one last."""
    found: dict[str | None, list[AccountPreview]] = {}
    for row in rows:
        found.setdefault(row.segment, []).append(row)
    ordered = sorted(found.items(), key=lambda pair: (pair[0] is None, pair[0] or ""))
    return tuple(
        SegmentPreview(
            segment,
            len(of_one),
            distribution(row.before for row in of_one),
            distribution(row.after for row in of_one),
        )
        for segment, of_one in ordered
    )


def movers(rows: Iterable[AccountPreview], most: int) -> tuple[AccountPreview, ...]:
    """Find the accounts whose score moves furthest; among equals those with more revenue first."""
    moved = [row for row in rows if row.points]
    moved.sort(
        key=lambda row: (-abs(row.points or 0.0), -(row.revenue or Decimal(0)), row.account_id)
    )
    return tuple(moved[:most])
