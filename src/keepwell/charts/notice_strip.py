"""This file draws the dates that decide something within the next weeks, one shape for each customer."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.charts.dates import Named, day_name, month_name, months, short_day_name
from keepwell.charts.palette import NAMES, WEB, Kind, Palette
from keepwell.charts.scales import Scale, finite
from keepwell.charts.shapes import mark
from keepwell.charts.svg import Markup, element, figure, line, width_of, words

LEAST_RADIUS, MOST_RADIUS = 3.0, 9.0
MARGIN = 12.0  # left and right: the largest shape on the first or last day stays inside
TALLEST = 110.0  # of the shapes of one day
STALK = 8.0  # between the axis and the lowest shape
BELOW = 20.0  # the axis and its names
SMALL = 10.5


@dataclass(frozen=True)
class Notice:
    """A customer's date, the kind of its band, and its revenue a year in the company's currency."""

    name: str
    on: date
    kind: Kind
    revenue: float


def notices(
    given: Sequence[Notice],
    today: date,
    *,
    days: int = 90,
    width: float = 294,
    names: Mapping[Kind, str] = NAMES,
    money: Callable[[float], str] | None = None,
    title: str | None = None,
    palette: Palette = WEB,
    day: Named = day_name,
    month: Named = month_name,
    short_day: Named = short_day_name,
) -> Markup:
    """Draw the dates from `today` to `days` later; others are left out.

    A shape's area goes with the revenue. Those of one day stand on top of one another, the largest
    lowest. `money` writes a revenue for the reader; without it revenues are not said.
    """
    for each in given:
        if finite(each.revenue, f"The revenue of {each.name}") < 0:
            raise ValueError(f"The revenue of {each.name} is {each.revenue:g}, and not 0 or more.")
    if days < 1:
        raise ValueError(f"A strip of {days} days has no room for a date.")
    last = today + timedelta(days=days)
    shown = sorted(
        (each for each in given if today <= each.on <= last), key=lambda it: (it.on, -it.revenue)
    )
    most = max((each.revenue for each in shown), default=0.0)
    x = Scale(today.toordinal(), last.toordinal(), MARGIN, width - MARGIN)
    by_day: dict[date, list[Notice]] = defaultdict(list)
    for each in shown:
        by_day[each.on].append(each)
    stacks = {on: _stack([_radius(it.revenue, most) for it in each]) for on, each in by_day.items()}
    tallest = max((high for each in stacks.values() for _, _, high in each), default=0.0)
    axis = 4 + max(24.0, tallest + STALK)
    body = _axis(today, last, x, axis, width, palette, month, short_day)
    marks: list[Markup] = []
    for on, stack in stacks.items():
        at = x(on.toordinal())
        body.append(line(at, axis, at, axis - STALK, palette.edge))
        for notice, (radius, middle, _) in zip(by_day[on], stack, strict=True):
            said = [notice.name, day(on), names[notice.kind]]
            said += [money(notice.revenue)] if money else []
            marks.append(
                element(
                    "g",
                    element("title", ", ".join(said)),
                    mark(
                        notice.kind,
                        at,
                        axis - STALK - middle,
                        radius,
                        palette,
                        outline=palette.surface,
                    ),
                )
            )
    desc = "; ".join(f"{it.name} {day(it.on)}, {names[it.kind]}" for it in shown) or "none"
    heading = title or f"Notice dates in the next {days} days"
    return figure(width, axis + BELOW, heading, desc + ".", palette, *body, *marks)


def _radius(revenue: float, most: float) -> float:
    share = math.sqrt(revenue / most) if most else 0.0
    return LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * share


def _stack(radiuses: Sequence[float]) -> list[tuple[float, float, float]]:
    """Put shapes on top of one another: radius, and heights of middle and top above the stalk.

    A stack that would be too tall is pressed together, so that its shapes overlap.
    """
    whole = sum(2 * each for each in radiuses)
    first = 2 * radiuses[0]
    press = min(1.0, (TALLEST - first) / (whole - first)) if whole > first else 1.0
    stack, top = [], 0.0
    for nth, radius in enumerate(radiuses):
        top = top + 2 * radius * press if nth else first
        stack.append((radius, top - radius, top))
    return stack


def _axis(
    today: date,
    last: date,
    x: Scale,
    y: float,
    width: float,
    palette: Palette,
    month: Named,
    short_day: Named,
) -> list[Markup]:
    """Draw the axis with its first and last day, and the months that have room between them."""
    left, right = x(today.toordinal()), x(last.toordinal())
    body = [line(left, y, right, y, palette.edge)]
    ends = [(left, short_day(today), "start"), (right, short_day(last), "end")]
    for at, name, anchor in ends:
        body.append(line(at, y, at, y + 5, palette.edge))
        body.append(words(at, y + 16, name, palette.muted, anchor=anchor, size=SMALL))
    reached = left + width_of(ends[0][1], SMALL) + 6
    limit = right - width_of(ends[1][1], SMALL) - 6
    for on in months(today, last):
        at, name = x(on.toordinal()), month(on)
        body.append(line(at, y, at, y + 5, palette.edge))
        half = width_of(name, SMALL) / 2
        if at - half >= reached and at + half <= limit:
            body.append(words(at, y + 16, name, palette.muted, anchor="middle", size=SMALL))
            reached = at + half + 6
    return body
