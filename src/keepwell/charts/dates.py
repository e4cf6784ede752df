"""This file names days and months, and draws the axis of dates that charts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeAlias

from keepwell.charts.palette import Palette
from keepwell.charts.scales import Scale
from keepwell.charts.svg import Markup, line, width_of, words

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EVERY = (1, 2, 3, 6, 12, 24, 60, 120, 300, 600, 1200, 12000)  # months between two labels
APOSTROPHE = "\u2019"
LEAST_GAP = 38.0  # between the middles of two labels
LEAST_TICK_GAP = 5.0
SMALL = 10.5

Named: TypeAlias = Callable[[date], str]


def day_name(on: date) -> str:
    """Name a day with its year, as sentences do.

    >>> day_name(date(2026, 11, 2))
    '2 Nov 2026'
    """
    return f"{short_day_name(on)} {on.year}"


def short_day_name(on: date) -> str:
    """Name a day without its year.

    >>> short_day_name(date(2026, 11, 2))
    '2 Nov'
    """
    return f"{on.day} {MONTHS[on.month - 1]}"


def month_name(on: date) -> str:
    """Name a month; January says which year begins.

    >>> month_name(date(2026, 11, 1)), ascii(month_name(date(2027, 1, 1)))
    ('Nov', "'Jan \\\\u201927'")
    """
    name = MONTHS[on.month - 1]
    return f"{name} {APOSTROPHE}{on.year % 100:02}" if on.month == 1 else name


def months(first: date, last: date, every: int = 1) -> list[date]:
    """List the first days of every nth month within two dates, counted so that January is one.

    >>> [each.month for each in months(date(2026, 2, 2), date(2026, 11, 1), 3)]
    [4, 7, 10]
    """
    begin = first.year * 12 + first.month - 1 + (first.day > 1)
    return [
        date(nth // 12, nth % 12 + 1, 1)
        for nth in range(begin, last.year * 12 + last.month)
        if nth % every == 0
    ]


def ascending(dates: Sequence[date], what: str) -> None:
    """Say in a sentence which date does not come after the one before it."""
    for before, after in pairwise(dates):
        if after <= before:
            raise ValueError(f"{what} are not in order: {after} stands after {before}.")


def date_axis(
    dates: Sequence[date],
    x: Scale,
    y: float,
    label_y: float,
    room: tuple[float, float],
    palette: Palette,
    *,
    month: Named = month_name,
    day: Named = short_day_name,
) -> Iterator[Markup]:
    """Draw ticks for months below `y`, and the names of as many as have room between two edges.

    A stretch that has no room for two names of months is labelled by its first and last day.
    """
    first, last = dates[0], dates[-1]
    a_month = abs(x(first.toordinal() + 30) - x(first.toordinal())) if last > first else 0.0
    every = next((each for each in EVERY if each * a_month >= LEAST_GAP), EVERY[-1])
    fine = 1 if a_month >= LEAST_TICK_GAP else every
    for on in months(first, last, fine) if a_month else ():
        yield line(x(on.toordinal()), y, x(on.toordinal()), y + 4, palette.edge)
    named = [(x(on.toordinal()), month(on), "middle") for on in months(first, last, every)]
    named = [each for each in named if _is_inside(each, room)]
    if len(named) < 2:
        middle = not x.high > x.low
        ends = [(first, "middle" if middle else "start")]
        ends += [(last, "end")] if last > first else []
        named = [(x(on.toordinal()), day(on), anchor) for on, anchor in ends]
        if len(named) == 2 and _end(named[0]) + 6 > named[1][0] - width_of(named[1][1], SMALL):
            named = named[1:]
    reached = float("-inf")
    for at, name, anchor in named:
        begin, end = _extent(at, name, anchor)
        if begin >= reached:
            yield words(at, label_y, name, palette.muted, anchor=anchor, size=SMALL)
            reached = end + 4


def _extent(at: float, name: str, anchor: str) -> tuple[float, float]:
    wide = width_of(name, SMALL)
    begin = {"start": at, "middle": at - wide / 2, "end": at - wide}[anchor]
    return begin, begin + wide


def _end(label: tuple[float, str, str]) -> float:
    return _extent(*label)[1]


def _is_inside(label: tuple[float, str, str], room: tuple[float, float]) -> bool:
    begin, end = _extent(*label)
    return room[0] <= begin and end <= room[1]
