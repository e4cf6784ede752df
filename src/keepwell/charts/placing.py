"""This file finds places for words and pins where nothing else is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = 2.0  # around a word


@dataclass(frozen=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Obstacles:
    """What words should not lie upon: lines through points, gaps from x to x, upright lines at x."""

    lines: tuple[tuple[tuple[float, float], ...], ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()
    uprights: tuple[float, ...] = ()


def free_place(places: Sequence[Box], obstacles: Obstacles) -> Box:
    """Choose the first place that nothing runs through, else the first that no line of values does,
    else the first."""
    clear = [place for place in places if not _is_crossed(place, obstacles)]
    for place in clear:
        left, right = place.x - MARGIN, place.x + place.width + MARGIN
        in_gap = any(begin < right and end > left for begin, end in obstacles.gaps)
        if not in_gap and not any(left <= x <= right for x in obstacles.uprights):
            return place
    return (clear or list(places))[0]


def _is_crossed(box: Box, obstacles: Obstacles) -> bool:
    return any(
        _crosses(start, end, box)
        for points in obstacles.lines
        for start, end in zip(points, points[1:] or points, strict=False)
    )


def _crosses(start: tuple[float, float], end: tuple[float, float], box: Box) -> bool:
    """Whether a line that runs to the right passes through a box and its margin."""
    left, right = box.x - MARGIN, box.x + box.width + MARGIN
    begin, stop = max(start[0], left), min(end[0], right)
    if begin > stop:
        return False
    slope = (end[1] - start[1]) / (end[0] - start[0]) if end[0] > start[0] else 0.0
    heights = [start[1] + slope * (x - start[0]) for x in (begin, stop)]
    return min(heights) <= box.y + box.height + MARGIN and max(heights) >= box.y - MARGIN


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places, in ascending order, so that they are `gap` apart between `low` and `high`; too
    many of them are evenly closer.

    >>> spread([1, 2, 50], 10, 0, 100), spread([99, 99], 10, 0, 100)
    ([1, 11, 50], [90, 100])
    """
    if len(places) > 1:
        gap = min(gap, (high - low) / (len(places) - 1))
    moved: list[float] = []
    for place in places:
        moved.append(max(low, place, moved[-1] + gap if moved else low))
    ceiling = high
    for nth in reversed(range(len(moved))):
        moved[nth] = min(moved[nth], ceiling)
        ceiling = moved[nth] - gap
    return moved
