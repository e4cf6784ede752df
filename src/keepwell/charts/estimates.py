"""This file draws estimates with their intervals: a share of pairs on its line, and, as wide as their cell, a rate and the power of a measure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from keepwell.charts.palette import WEB, Kind, Palette
from keepwell.charts.scales import Scale, finite, within
from keepwell.charts.svg import (
    Markup,
    curve,
    element,
    figure,
    hatch,
    line,
    namespace,
    number,
    width_of,
    words,
)

GUESSING = 0.5  # the share of pairs that a coin has in the right order
LINE_WIDTH, LINE_HEIGHT, EDGE = 340.0, 92.0, 14.0
LINE_AT, REACH = 50.0, 6.0  # where the line lies, and how far its marks reach up and down
USUAL_LOW = 0.4  # where the line begins, unless an interval reaches further down
RATE_HEIGHT, POWER_HEIGHT = 14.0, 11.0
SMALL = 10.5
SLIVER = 0.8  # the least width of a bar: a rate of zero is known, and must not look like nothing
VALUE = 1.8  # the width of the mark of a value

Interval = tuple[float, float] | None


def pairs(
    value: float | None,
    interval: Interval,
    *,
    is_certain: bool = True,
    names: Sequence[tuple[float, str]] = ((GUESSING, "guessing"), (1.0, "perfect")),
    title: str = "Pairs in the right order",
    palette: Palette = WEB,
) -> Markup:
    """Draw a share of pairs in the right order on a line that ends with 1, hatched where it is below guessing.

    Where nothing is certain, the interval alone is drawn, in grey. `names` say what places on the line mean.
    """
    low, high = _ends(value, interval, "The share of pairs")
    begin = min(USUAL_LOW, math.floor(low * 10 + 1e-9) / 10)
    x = Scale(begin, 1.0, EDGE, LINE_WIDTH - EDGE)
    top, bottom = LINE_AT - REACH, LINE_AT + REACH
    body = [
        line(x(begin), LINE_AT, x(1), LINE_AT, palette.edge),
        element("path", d=hatch(x(begin), top, x(GUESSING) - x(begin), 2 * REACH, 5), stroke=palette.hatch),
    ]  # fmt: skip
    for tenth in range(round(begin * 10), 11):
        at = tenth / 10
        body.append(line(x(at), top, x(at), bottom, palette.edge))
        body.append(words(x(at), 72, f"{at:.1f}", palette.muted, anchor="middle", size=SMALL))
    for at, name in names:
        half = width_of(name, SMALL) / 2
        middle = min(x(within(at, 0, 1, "A place on the line")), LINE_WIDTH - half)
        body.append(words(middle, 87, name, palette.muted, anchor="middle", size=SMALL))
    if interval is not None:
        fill = palette.accent if is_certain else palette.muted
        body.append(
            element("rect", x=x(low), y=LINE_AT - 5, width=max(x(high) - x(low), SLIVER), height=10, rx=5, fill=fill, opacity=0.35)
        )  # fmt: skip
    between = f"{low:.2f} to {high:.2f}"
    if value is None:
        said = "not known"
    elif not is_certain:
        said = f"between {low:.2f} and {high:.2f}" if interval else "not known"
        if interval:
            middle = _kept_in((x(low) + x(high)) / 2, width_of(between, 18))
            body.append(words(middle, 32, between, palette.muted, anchor="middle", size=18, weight=650))  # fmt: skip
    else:
        said = f"{value:.2f}" + (f", 95 % between {low:.2f} and {high:.2f}" if interval else "")
        body.append(
            element("circle", cx=x(value), cy=LINE_AT, r=7, fill=palette.accent, stroke=palette.surface, stroke_width=2)
        )  # fmt: skip
        body += _named(x(value), f"{value:.2f}", between if interval else "", palette)
    return figure(
        LINE_WIDTH, LINE_HEIGHT, title, f"{said}; {GUESSING} is guessing.", palette, *body
    )


def rate(
    share: float | None,
    interval: Interval,
    everybody: float | None,
    most: float,
    kind: Kind,
    *,
    label: str | None = None,
    palette: Palette = WEB,
) -> Markup:
    """Draw a leaving rate as a bar as wide as its cell, its interval as a thin line, and that of everybody dashed.

    `most` is the end of the axis that all rows share. None is hatched all over.
    """
    if share is None:
        path = hatch(0, 0, 100, RATE_HEIGHT, 11)
        body = [element("path", d=path, stroke=palette.hatch, vector_effect="non-scaling-stroke")]
        return _cell(RATE_HEIGHT, label or "no data", palette, *body)
    end = within(most, 0, 1, "The end of the axis of rates")
    low, high = _ends(share, interval, "A rate")
    x = Scale(0, end, 0, 100)
    body = [
        element("rect", width=max(x(share), SLIVER), height=RATE_HEIGHT, fill=palette.fill(kind))
    ]
    if everybody is not None:
        at = x(within(everybody, 0, 1, "The rate of everybody"))
        body.append(_upright(at, RATE_HEIGHT, palette.ink, "2 2"))
    if interval is not None:
        body.append(_level(x(low), x(high), RATE_HEIGHT / 2, palette.ink))
    return _cell(RATE_HEIGHT, label or _percent(share, interval), palette, *body)


def power(
    value: float | None,
    interval: Interval,
    ends: tuple[float, float],
    *,
    label: str | None = None,
    palette: Palette = WEB,
) -> Markup:
    """Draw the interval of a share of pairs as a bar as wide as its cell, its value as a mark, and guessing dashed.

    Blue surely tells, crimson surely points the wrong way, grey may be guessing. `ends` are those of the axis that all
    rows share. None is hatched all over.
    """
    if value is None:
        path = hatch(0, 0, 100, POWER_HEIGHT, 11)
        body = [element("path", d=path, stroke=palette.hatch, vector_effect="non-scaling-stroke")]
        return _cell(POWER_HEIGHT, label or "no data", palette, *body)
    least, most = ends
    if not 0 <= least < most <= 1:
        raise ValueError(f"The axis of pairs runs from {least:g} to {most:g}, which is no way up.")
    low, high = _ends(value, interval, "The share of pairs")
    x = Scale(least, most, 0, 100)
    body = []
    if interval is not None:
        fill = palette.unknown
        if low > GUESSING:
            fill = palette.accent
        elif high < GUESSING:
            fill = palette.fill("at risk")
        left = min(x(low), 100 - SLIVER)
        width = max(x(high) - left, SLIVER)
        body.append(element("rect", x=left, width=width, height=POWER_HEIGHT, fill=fill))
    body.append(_upright(x(GUESSING), POWER_HEIGHT, palette.ink, "2 2"))
    at = min(max(x(value) - VALUE / 2, 0), 100 - VALUE)
    body.append(element("rect", x=at, width=VALUE, height=POWER_HEIGHT, fill=palette.ink))
    said = f"{value:.2f}" + (f", between {low:.2f} and {high:.2f}" if interval else "")
    return _cell(POWER_HEIGHT, label or said, palette, *body)


def _ends(value: float | None, interval: Interval, what: str) -> tuple[float, float]:
    """Give the ends of an interval, or the value twice; each is a share.

    A value may lie outside: the ends are those of other draws.
    """
    given = GUESSING if value is None else within(value, 0, 1, what)
    low, high = interval or (given, given)
    high = within(high, 0, 1, "An interval's end")
    return within(low, 0, high, "An interval's end"), high


def _named(x: float, value: str, between: str, palette: Palette) -> list[Markup]:
    """Write a value above its mark, and its interval beside it, on the side where there is room."""
    half, beside = width_of(value, 22) / 2, width_of(between, 11)
    middle = _kept_in(x, 2 * half)
    body = [words(middle, 32, value, palette.ink, anchor="middle", size=22, weight=700)]
    if between:
        is_right = middle + half + 10 + beside <= LINE_WIDTH
        at = middle + half + 10 if is_right else middle - half - 10
        body.append(words(at, 32, between, palette.muted, anchor="start" if is_right else "end"))
    return body


def _kept_in(middle: float, width: float) -> float:
    return min(max(middle, width / 2), LINE_WIDTH - width / 2)


def _percent(share: float, interval: Interval) -> str:
    said = f"{finite(share, 'A rate') * 100:.0f} %"
    if interval is None:
        return said
    return f"{said}, between {interval[0] * 100:.0f} % and {interval[1] * 100:.0f} %"


def _upright(x: float, height: float, stroke: str, dashes: str) -> Markup:
    return element(
        "path", d=f"M{number(x)} 0V{number(height)}", stroke=stroke, stroke_dasharray=dashes, vector_effect="non-scaling-stroke",
    )  # fmt: skip


def _level(left: float, right: float, y: float, stroke: str) -> Markup:
    path = curve([(left, y), (right, y)])
    return element(
        "path", d=path, stroke=stroke, stroke_width=1.4, vector_effect="non-scaling-stroke"
    )


def _cell(height: float, label: str, palette: Palette, *body: str) -> Markup:
    return element(
        "svg", *body, **namespace(palette), class_="bar", viewBox=f"0 0 100 {number(height)}", preserveAspectRatio="none",
        role="img", aria_label=label,
    )  # fmt: skip
