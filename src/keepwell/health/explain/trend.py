"""This file says whether a score, or a measure's points, has moved: by how much, and whether that is more than is usual there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from keepwell.health.definition.trend import Trend

Direction = Literal["up", "flat", "down"]
WEEKS = 26  # of history: what was usual before half a year says little of today
LEAST_MOVES = 6  # from week to week; of fewer nobody can say what is usual
NOISE = 2.0  # times the median absolute move: half of all moves are smaller than half of this
HAIR = 1e-9


@dataclass(frozen=True)
class Move:
    """How many points up or down since a day, and the direction, none where there is nothing to compare with.

    Moves of up to `usual` points are usual here; none where too few moves are known. `why` says why there is no arrow.
    """

    points: float | None = None
    direction: Direction | None = None
    usual: float | None = None
    since: date | None = None
    why: str = ""


def move(history: Mapping[date, float | None], as_of: date, card: Trend) -> Move:
    """Tell the move up to a date from the points on dates up to it; a date without points may be left out or none.

    It is measured against the latest points at least `look_back_days` before, and at most twice as many.

    >>> from datetime import date
    >>> move({date(2026, 2, 1): 71.0, date(2026, 3, 1): 59.0}, date(2026, 3, 1), Trend()).direction
    'down'
    """
    now = history.get(as_of)
    if now is None:
        return Move(why="nothing is known on this date")
    back = timedelta(days=card.look_back_days)
    known = {
        on: points
        for on, points in history.items()
        if points is not None and as_of - 2 * back <= on <= as_of - back
    }
    usual = _usual(history, as_of)
    if not known:
        return Move(usual=usual, why=f"nothing is known of {card.look_back_days} days before")
    since = max(known)
    points = now - known[since]
    why = _too_small(abs(points), usual, card)
    direction: Direction = "flat" if why else "up" if points > 0 else "down"
    return Move(points, direction, usual, since, why)


def weeks(dates: Sequence[date], as_of: date, card: Trend) -> list[date]:
    """The dates that `move` looks at, of those that there are: the latest of each week, and those to compare with."""
    back = timedelta(days=card.look_back_days)
    buckets = {(as_of - on).days // 7: on for on in sorted(dates) if on <= as_of}
    compared = [on for on in dates if as_of - 2 * back <= on <= as_of - back]
    return sorted(
        {on for week, on in buckets.items() if week <= WEEKS}
        | ({max(compared)} if compared else set())
    )


def _too_small(points: float, usual: float | None, card: Trend) -> str:
    if points < card.least_move - HAIR:
        return f"moves of less than {card.least_move:g} points do not count"
    if usual is not None and points <= usual + HAIR:
        return f"moves of up to {_written(usual)} points are usual here"
    return ""


def _usual(history: Mapping[date, float | None], as_of: date) -> float | None:
    """Twice the median absolute move from one week to the next, where enough of them are known."""
    weekly = {
        (as_of - on).days // 7: points
        for on, points in sorted(history.items())
        if points is not None and on <= as_of
    }
    known = sorted(week for week in weekly if week <= WEEKS)
    moves = [abs(weekly[near] - weekly[far]) for near, far in pairwise(known) if far - near == 1]
    return NOISE * median(moves) if len(moves) >= LEAST_MOVES else None


def _written(points: float) -> str:
    """Write points with one decimal, rounded up: what is called usual must not be less than it is.

    >>> _written(6.0), _written(6.01)
    ('6', '6.1')
    """
    tenths = -int(-points * 10 // 1)
    return f"{tenths / 10:g}"
