"""This file draws a count a week as columns, such as the people who used a product, beside how many there could be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from keepwell.charts.dates import Named, ascending, date_axis, day_name, month_name, short_day_name
from keepwell.charts.palette import WEB, Palette
from keepwell.charts.scales import LARGEST, Scale, ticks, unknown_stretches, within
from keepwell.charts.svg import Markup, Size, element, figure, line, unknown, width_of, words

COLUMNS = Size(440, 170)
TOP, BOTTOM, RIGHT = 10.0, 22.0, 6.0
SMALL = 10.5
SHARE = 0.72  # of the room of a week that its column fills
LEAST_HEIGHT = 1.5  # of a column of zero, which is known and must not look like nothing


def columns(
    points: Sequence[tuple[date, float | None]],
    *,
    most: float | None = None,
    size: Size = COLUMNS,
    title: str = "People a week",
    palette: Palette = WEB,
    day: Named = day_name,
    month: Named = month_name,
    short_day: Named = short_day_name,
) -> Markup:
    """Draw counts by date, in the order of their dates, None where none is known; `most` is drawn as a line above them.

    They are what people do, so they have the colour of that, and none of health.
    """
    dates = [on for on, _ in points]
    ascending(dates, "The dates of columns")
    known = [
        (on, within(value, 0, LARGEST, f"The count of {on}"))
        for on, value in points
        if value is not None
    ]
    ceiling = None if most is None else within(most, 0, LARGEST, "The most of columns")
    highest = max([0.0, ceiling or 0.0, *(value for _, value in known)])
    marks = [mark for mark in ticks(0, highest) if mark == round(mark)]
    names = [f"{mark:g}" for mark in marks]
    left, right = max(width_of(name, SMALL) for name in names) + 8, size.width - RIGHT
    bottom = size.height - BOTTOM
    y = Scale(0, max(marks[-1], highest), bottom, TOP)
    body = []
    for mark, name in zip(marks, names, strict=True):
        body.append(line(left, y(mark), right, y(mark), palette.grid))
        body.append(words(left - 8, y(mark) + 4, name, palette.muted, anchor="end", size=SMALL))
    if dates:
        room = (right - left) / max(1, len(dates))
        # Each column stands in the middle of its room, and so does its day on the axis.
        x = Scale(dates[0].toordinal(), dates[-1].toordinal(), left + room / 2, right - room / 2)
        body += date_axis(
            dates, x, bottom, size.height - 6, (0.0, size.width), palette, month=month, day=short_day
        )  # fmt: skip
        xs = [x(on.toordinal()) for on in dates]
        body += [
            unknown(*gap, TOP, bottom, "not known", palette)
            for gap in unknown_stretches([value for _, value in points], xs, left, right)
        ]
        for at, (on, value) in zip(xs, points, strict=True):
            if value is not None:
                top = min(y(value), bottom - LEAST_HEIGHT)
                said = element("title", f"{value:g} in the week up to {day(on)}")
                body.append(
                    element(
                        "rect", said, x=at - room * SHARE / 2, y=top, width=room * SHARE, height=bottom - top,
                        rx=min(2.0, room * SHARE / 4), fill=palette.grid if not value else palette.accent,
                    )
                )  # fmt: skip
    if ceiling:
        body.append(line(left, y(ceiling), right, y(ceiling), palette.muted, "4 3"))
    return figure(size.width, size.height, title, _in_words(points, known, ceiling, day), palette, *body)  # fmt: skip


def _in_words(
    points: Sequence[tuple[date, float | None]],
    known: Sequence[tuple[date, float]],
    ceiling: float | None,
    day: Named,
) -> str:
    if not known:
        return "No week is known yet."
    (first, was), (last, now) = known[0], known[-1]
    of = "" if ceiling is None else f" of {ceiling:g}"
    said = [f"{now:g}{of} in the week up to {day(last)}"]
    if len(known) > 1:
        counts = [value for _, value in known]
        said.append(f"{was:g} in that up to {day(first)}")
        said.append(f"between {min(counts):g} and {max(counts):g}")
    if len(known) < len(points):
        said.append(f"unknown in {len(points) - len(known)} of {len(points)} weeks")
    return "; ".join(said) + "."
