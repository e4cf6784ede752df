"""This file finds whether a score, or a measure's points, has moved, and whether by more than
usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from keepwell.health.definition.trend import USUAL, Trend

Direction = Literal["up", "flat", "down"]
# Why there is no arrow: no points on the date, none to compare with, a move too small for the card or for the account,
# or a score that is somebody's judgement.
Why = Literal["no_score", "no_earlier_score", "below_least_move", "within_usual", "overridden"]
WEEKS = 26  # of history: what was usual before half a year says little of today
LEAST_MOVES = 6  # from week to week; of fewer nobody can say what is usual
NOISE = 2.0  # times the median absolute move: half of all moves are smaller than half of this
HAIR = 1e-9


@dataclass(frozen=True)
class Move:
    """Points up or down since a day, and the direction; both none if there is nothing to compare
    with.

    Moves of up to `usual` points are usual for the account; none if too few are known. `why` is the
    reason for no arrow, and `card` the look-back and the smallest move that it is based on.
    """

    points: float | None = None
    direction: Direction | None = None
    usual: float | None = None
    since: date | None = None
    why: Why | None = None
    card: Trend = USUAL


def move(
    history: Mapping[date, float | None], as_of: date, card: Trend, *, is_overridden: bool = False
) -> Move:
    """Find the move up to a date, given the points on dates up to it; a date without points may be
    left out or none.

    It is measured against the latest points at least `look_back_days` before, and at most twice as
    many. The points are those that were computed: an override is a judgement, and no improvement; of a
    score that `is_overridden` now there is no move.

    >>> from datetime import date
    >>> move({date(2026, 2, 1): 71.0, date(2026, 3, 1): 59.0}, date(2026, 3, 1), Trend()).direction
    'down'
    """
    if is_overridden:
        return Move(why="overridden", card=card)
    now = history.get(as_of)
    if now is None:
        return Move(why="no_score", card=card)
    back = timedelta(days=card.look_back_days)
    known = {
        on: points
        for on, points in history.items()
        if points is not None and as_of - 2 * back <= on <= as_of - back
    }
    usual = _usual(history, as_of)
    if not known:
        return Move(usual=usual, why="no_earlier_score", card=card)
    since = max(known)
    points = now - known[since]
    why: Why | None = None
    if abs(points) < card.least_move - HAIR:
        why = "below_least_move"
    elif usual is not None and abs(points) <= usual + HAIR:
        why = "within_usual"
    direction: Direction = "flat" if why else "up" if points > 0 else "down"
    return Move(points, direction, usual, since, why, card)


def weeks(dates: Sequence[date], as_of: date, card: Trend) -> list[date]:
    """Choose the dates that `move` needs: the latest of each week, and the one to compare with."""
    back = timedelta(days=card.look_back_days)
    buckets = {(as_of - on).days // 7: on for on in sorted(dates) if on <= as_of}
    compared = [on for on in dates if as_of - 2 * back <= on <= as_of - back]
    return sorted(
        {on for week, on in buckets.items() if week <= WEEKS}
        | ({max(compared)} if compared else set())
    )


def _usual(history: Mapping[date, float | None], as_of: date) -> float | None:
    """Compute twice the median absolute move from one week to the next; none where too few are
    known."""
    weekly = {
        (as_of - on).days // 7: points
        for on, points in sorted(history.items())
        if points is not None and on <= as_of
    }
    known = sorted(week for week in weekly if week <= WEEKS)
    moves = [abs(weekly[near] - weekly[far]) for near, far in pairwise(known) if far - near == 1]
    return NOISE * median(moves) if len(moves) >= LEAST_MOVES else None
