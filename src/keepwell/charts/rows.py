"""This file draws the charts of table cells: a bar of points, a step of a staircase, a line of the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from keepwell.charts.palette import WEB, Kind, Palette
from keepwell.charts.scales import Scale, finite, runs, within
from keepwell.charts.svg import Markup, curve, element, hatch, namespace, number

MINUS = "\u2212"
BAR_HEIGHT = 8.0
STEP_HEIGHT = 10.0
SLIVER = 0.8  # the least width of a bar: a zero is known, and must not look like nothing

StepKind: TypeAlias = Kind | Literal["total", "override"]


def bar(
    points: float | None, kind: Kind, *, label: str | None = None, palette: Palette = WEB
) -> Markup:
    """Draw points from 0 to 100 as a bar as wide as its cell; None is hatched all over.

    It is read as its `label`, else as "46 of 100 points" or "no data".
    """
    if points is None:
        path = hatch(0, 0, 100, BAR_HEIGHT, 11)  # a cell is about 60 pixels wide
        # The stroke keeps its width while the cell stretches everything else.
        body = [element("path", d=path, stroke=palette.hatch, vector_effect="non-scaling-stroke")]
        return _row(BAR_HEIGHT, label or "no data", palette, *body)
    given = within(points, 0, 100, "The points of a bar")
    body = [
        element("rect", width=100, height=BAR_HEIGHT, fill=palette.grid),
        element("rect", width=max(given, SLIVER), height=BAR_HEIGHT, fill=palette.fill(kind)),
    ]
    return _row(BAR_HEIGHT, label or f"{given:.0f} of 100 points", palette, *body)


def step(
    start: float,
    end: float,
    kind: StepKind,
    low: float,
    high: float,
    *,
    thresholds: Sequence[tuple[float, Kind]] = (),
    label: str | None = None,
    palette: Palette = WEB,
) -> Markup:
    """Draw one step of a staircase as wide as its cell: from the sum so far to the sum after it.

    `low` and `high` are the ends of the axis that all rows share. `kind` colours the step: a kind
    of band, "total" for a sum (which starts at `low`) or "override". `thresholds` are values with
    the kind of the band that begins there, each drawn as an upright line. It is read as its
    `label`, else as "+1.7 points, from 10.0 to 11.7".
    """
    least, most = finite(low, "The low end of a step"), finite(high, "The high end of a step")
    if least >= most:
        raise ValueError(f"The axis of a step runs from {least:g} to {most:g}, which is no way up.")
    begin = within(start, least, most, "The start of a step")
    finish = within(end, least, most, "The end of a step")
    x = Scale(least, most, 0, 100)
    left, right = sorted((x(begin), x(finish)))
    width = max(right - left, SLIVER)
    body = [
        element(
            "path",
            d=f"M{number(x(within(value, least, most, 'A threshold')))} 0V{number(STEP_HEIGHT)}",
            stroke=palette.fill(of),
            vector_effect="non-scaling-stroke",
        )
        for value, of in thresholds
    ]
    fill = element(
        "rect",
        x=min(left, 100 - width),
        width=width,
        height=STEP_HEIGHT,
        fill=_step_fill(kind, palette),
    )
    said = (
        f"{finish:.1f}"
        if kind == "total"
        else f"{finish - begin:+.1f} points, from {begin:.1f} to {finish:.1f}"
    )
    return _row(STEP_HEIGHT, label or said.replace("-", MINUS), palette, *body, fill)


def sparkline(
    values: Sequence[float | None],
    kind: Kind,
    *,
    width: float = 76,
    height: float = 20,
    palette: Palette = WEB,
) -> Markup:
    """Draw how the values went, evenly spaced, None as a gap, with a dot on the last one known.

    `kind` is that of the last value. It stretches from the least to the largest value; fewer than
    two known values are a dashed line. The row beside it has the figures, so it is hidden from
    those who hear the page.
    """
    known = [finite(each, "A value of a sparkline") for each in values if each is not None]
    colour = palette.fill(kind)
    if len(known) < 2:
        path = f"M2 {number(height - 4)}H{number(width - 3)}"
        body = [element("path", d=path, stroke=palette.hatch, stroke_dasharray="2 3")]
    else:
        x, y = Scale(0, len(values) - 1, 1, width - 5), Scale(min(known), max(known), height - 3, 3)
        at = [None if each is None else (x(nth), y(each)) for nth, each in enumerate(values)]
        stretches = [[each for each in at[run.start : run.stop] if each] for run in runs(values)]
        # A value between two gaps is a line of no length, which only a round end makes visible.
        lines = [curve(each) if len(each) > 1 else f"{curve(each)}h0" for each in stretches]
        last = stretches[-1][-1]
        body = [
            element(
                "path",
                d="".join(lines),
                fill="none",
                # Amber is too pale for a thin line; its dot is large enough.
                stroke=palette.muted if kind == "watch" else colour,
                stroke_width=1.6,
                stroke_linejoin="round",
                stroke_linecap="round",
            ),
            element("circle", cx=last[0], cy=last[1], r=2.3, fill=colour),
        ]
    return element(
        "svg",
        *body,
        **namespace(palette),
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        class_="spark",
        aria_hidden="true",
    )


def _row(height: float, label: str, palette: Palette, *body: str) -> Markup:
    return element(
        "svg",
        *body,
        **namespace(palette),
        class_="bar",
        viewBox=f"0 0 100 {number(height)}",
        preserveAspectRatio="none",
        role="img",
        aria_label=label,
    )


def _step_fill(kind: StepKind, palette: Palette) -> str:
    if kind == "total":
        return palette.muted
    if kind == "override":
        return palette.accent
    return palette.fill(kind)
