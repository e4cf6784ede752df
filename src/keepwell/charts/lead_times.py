"""This file draws how early a score tells: its share of pairs in the right order, by how long it was before the leaving."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.charts.palette import WEB, Palette
from keepwell.charts.scales import Scale, runs, unknown_stretches, within
from keepwell.charts.svg import (
    Markup,
    Size,
    curve,
    element,
    figure,
    line,
    unknown,
    width_of,
    words,
)

LEAD_TIMES = Size(340, 184)
TOP, RIGHT, BOTTOM = 14.0, 12.0, 34.0
GUESSING = 0.5
SMALL = 10.5


@dataclass(frozen=True)
class LeadTime:
    """So many months before they left, the share of pairs in the right order; none where it is not known."""

    months: int
    value: float | None
    low: float | None
    high: float | None
    leavers: int


def lead_times(
    points: Sequence[LeadTime],
    *,
    headline: int | None = None,
    size: Size = LEAD_TIMES,
    title: str = "Pairs in the right order by months before leaving",
    palette: Palette = WEB,
) -> Markup:
    """Draw the points from the earliest to the latest, with the band of their intervals and the line of guessing.

    `headline` is the month that stands out: the one that the verdict is of. What is not known is hatched.
    """
    given = sorted(points, key=lambda each: -each.months)
    known = [each for each in given if each.value is not None]
    for each in known:
        low, high = _interval(each)
        within(each.value or 0.0, 0, 1, "The share of pairs")
        within(low, 0, high, "An interval's end")
        within(high, low, 1, "An interval's end")
    values = [each.value or 0.0 for each in known]
    lowest = min([0.4, *values, *(_interval(each)[0] for each in known)])
    highest = max([0.8, *values, *(_interval(each)[1] for each in known)])
    begin, end = math.floor(lowest * 10 + 1e-9) / 10, math.ceil(highest * 10 - 1e-9) / 10
    left, right, bottom = width_of("0.5", SMALL) + 6, size.width - RIGHT, size.height - BOTTOM
    y = Scale(begin, end, bottom, TOP)
    every = 1 if end - begin < 0.65 else 2
    body = []
    for tenth in range(round(begin * 10), round(end * 10) + 1, every):
        at = y(tenth / 10)
        body.append(line(left, at, right, at, palette.grid))
        body.append(words(left - 6, at + 4, f"{tenth / 10:.1f}", palette.muted, anchor="end", size=SMALL))  # fmt: skip
    if not given:
        return figure(size.width, size.height, title, "No lead time is known yet.", palette, *body)
    last, first = given[0].months, given[-1].months
    x = Scale(-last, -first, left + 6, right)
    xs = [x(-each.months) for each in given]
    body += [
        unknown(*gap, TOP, bottom, "not known", palette)
        for gap in unknown_stretches([each.value for each in given], xs, left + 6, right)
    ]
    body += _lines(given, xs, y, palette)
    body.append(line(left, y(GUESSING), right, y(GUESSING), palette.ink, "3 3"))
    # Below the line and at the early end, where a band is widest and the line of values highest above it.
    body.append(words(left + 8, y(GUESSING) + 13, "guessing", palette.muted, size=SMALL, halo=palette.surface))  # fmt: skip
    for each, at in zip(given, xs, strict=True):
        if each.value is not None:
            body.append(
                element(
                    "circle", element("title", _said(each)), cx=at, cy=y(each.value), r=5.5 if each.months == headline else 3.5,
                    fill=palette.accent, stroke=palette.surface, stroke_width=1.5,
                )
            )  # fmt: skip
    body += _month_names(given, xs, size, palette)
    return figure(size.width, size.height, title, _in_words(given), palette, *body)


def _lines(
    given: Sequence[LeadTime], xs: Sequence[float], y: Scale, palette: Palette
) -> list[Markup]:
    """Draw the band of the intervals and the line of the values, both broken where nothing is known."""
    body = []
    for run in runs([each.value for each in given]):
        part = [(xs[nth], given[nth]) for nth in run]
        upper = [(at, y(_interval(each)[1])) for at, each in part]
        lower = [(at, y(_interval(each)[0])) for at, each in part]
        if len(part) == 1:  # a band of no width is a line
            body.append(element("path", d=curve([*upper, *lower]), stroke=palette.accent, stroke_width=6, opacity=0.16))  # fmt: skip
            continue
        band = curve([*upper, *reversed(lower)]) + "Z"
        body.append(element("path", d=band, fill=palette.accent, opacity=0.16))
        middle = [(at, y(each.value or 0.0)) for at, each in part]
        body.append(element("path", d=curve(middle), fill="none", stroke=palette.accent, stroke_width=2, stroke_linejoin="round"))  # fmt: skip
    return body


def _month_names(
    given: Sequence[LeadTime], xs: Sequence[float], size: Size, palette: Palette
) -> list[Markup]:
    """Write every third month, and how many left there, as far as there is room."""
    body: list[Markup] = []
    taken = [0.0, 0.0]
    for nth, (each, at) in enumerate(zip(given, xs, strict=True)):
        is_end = nth in (0, len(given) - 1)
        if not is_end and each.months % 3:
            continue
        month = f"{each.months} month{'' if each.months == 1 else 's'} before" if nth == 0 else str(each.months)  # fmt: skip
        for row, name in enumerate((month, f"{each.leavers} left")):
            wide = width_of(name, SMALL)
            begin = xs[0] - 6 if nth == 0 else min(at - wide / 2, size.width - wide)
            if begin >= taken[row]:
                body.append(words(begin, size.height - (18, 4)[row], name, palette.muted, size=SMALL))  # fmt: skip
                taken[row] = begin + wide + 4
    return body


def _interval(each: LeadTime) -> tuple[float, float]:
    value = each.value or 0.0
    return (
        value if each.low is None else each.low,
        value if each.high is None else each.high,
    )


def _said(each: LeadTime) -> str:
    before = f"{each.months} month{'' if each.months == 1 else 's'} before"
    if each.value is None:
        return f"{before}: not known"
    low, high = _interval(each)
    return f"{before}: {each.value:.2f}, between {low:.2f} and {high:.2f}, {each.leavers} left"


def _in_words(given: Sequence[LeadTime]) -> str:
    return "; ".join(_said(each) for each in given) + f"; {GUESSING} is guessing."
