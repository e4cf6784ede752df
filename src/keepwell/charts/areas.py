"""This file draws an amount over weeks as an area, revenue at risk first of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from keepwell.charts.dates import Named, ascending, date_axis, day_name, month_name, short_day_name
from keepwell.charts.palette import WEB, Kind, Palette
from keepwell.charts.scales import LARGEST, Scale, runs, ticks, unknown_stretches, within
from keepwell.charts.svg import (
    Markup,
    Size,
    curve,
    element,
    figure,
    fitted,
    line,
    number,
    unknown,
    width_of,
    words,
)

AREA = Size(364, 260)  # of a card among three
TOP, RIGHT, BOTTOM = 12.0, 8.0, 24.0
SMALL = 10.5


def area(
    points: Sequence[tuple[date, float | None]],
    money: Callable[[float], str],
    *,
    kind: Kind = "at risk",
    size: Size = AREA,
    title: str = "Revenue at risk",
    palette: Palette = WEB,
    day: Named = day_name,
    month: Named = month_name,
    short_day: Named = short_day_name,
) -> Markup:
    """Draw amounts by date, in the order of their dates, None where none is known.

    `money` writes an amount for the reader, on the axis and in the description. The axis contains
    zero, because an area is read by its height.
    """
    dates = [on for on, _ in points]
    ascending(dates, "The dates of an area")
    known = [
        (on, within(value, -LARGEST, LARGEST, f"The amount of {on}"))
        for on, value in points
        if value is not None
    ]
    amounts = [value for _, value in known]
    marks = ticks(min([0.0, *amounts]), max([0.0, *amounts]))
    names = [fitted(money(each), size.width / 3, SMALL) for each in marks]
    left, right = max(width_of(name, SMALL) for name in names) + 8, size.width - RIGHT
    bottom = size.height - BOTTOM
    y = Scale(marks[0], marks[-1], bottom, TOP)
    body = []
    for each, name in zip(marks, names, strict=True):
        body.append(line(left, y(each), right, y(each), palette.grid))
        body.append(words(left - 8, y(each) + 4, name, palette.muted, anchor="end", size=SMALL))
    if dates:
        x = Scale(dates[0].toordinal(), dates[-1].toordinal(), left, right)
        room = (0.0, size.width)
        body += date_axis(
            dates, x, bottom, size.height - 7, room, palette, month=month, day=short_day
        )
        xs = [x(on.toordinal()) for on in dates]
        body += [
            unknown(*gap, TOP, bottom, "not known", palette)
            for gap in unknown_stretches([value for _, value in points], xs, left, right)
        ]
        colour = palette.fill(kind)
        for run in runs([value for _, value in points]):
            stretch = [
                (x(on.toordinal()), y(value))
                for on, value in points[run.start : run.stop]
                if value is not None
            ]
            body += _stretch(stretch, y(0), colour)
            last = stretch[-1]
        if known:
            is_current = points[-1][1] is not None
            body.append(
                element(
                    "circle",
                    cx=last[0],
                    cy=last[1],
                    r=4,
                    fill=colour if is_current else palette.surface,
                    stroke=palette.surface if is_current else colour,
                    stroke_width=2,
                )
            )
    return figure(
        size.width, size.height, title, _in_words(points, known, money, day), palette, *body
    )


def _stretch(points: Sequence[tuple[float, float]], zero: float, colour: str) -> list[Markup]:
    """Draw amounts without a gap between them; one alone is an upright line."""
    if len(points) == 1:
        (x, y), ground = points[0], number(zero)
        path = f"M{number(x)} {number(y)}V{ground}"
        return [element("path", d=path, stroke=colour, stroke_width=2.2, opacity=0.5)]
    path = curve(points)
    ground = f"L{number(points[-1][0])} {number(zero)}L{number(points[0][0])} {number(zero)}Z"
    return [
        element("path", d=path + ground, fill=colour, opacity=0.12),
        element(
            "path", d=path, fill="none", stroke=colour, stroke_width=2, stroke_linejoin="round"
        ),
    ]


def _in_words(
    points: Sequence[tuple[date, float | None]],
    known: Sequence[tuple[date, float]],
    money: Callable[[float], str],
    day: Named,
) -> str:
    if not known:
        return "No amount is known yet."
    (first, was), (last, now) = known[0], known[-1]
    if len(known) == 1:
        said = [f"{money(now)} on {day(last)}"]
    else:
        amounts = [value for _, value in known]
        said = [
            f"From {money(was)} on {day(first)} to {money(now)} on {day(last)}",
            f"between {money(min(amounts))} and {money(max(amounts))}",
        ]
    if len(known) < len(points):
        said.append(f"unknown on {len(points) - len(known)} of {len(points)} dates")
    return "; ".join(said) + "."
