"""This file draws how many left by tenths of the score, each with its interval, beside the rate that a smooth curve gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from keepwell.charts.histories import plain_score
from keepwell.charts.palette import WEB, Kind, Palette
from keepwell.charts.scales import Scale, ticks, within
from keepwell.charts.svg import Markup, Size, curve, element, figure, line, width_of, words

TENTHS = Size(340, 184)
TOP, RIGHT, BOTTOM = 14.0, 8.0, 34.0
SMALL = 10.5
RADIUS = 4.5


@dataclass(frozen=True)
class Tenth:
    """The accounts of a tenth of the scores: from which to which score, what share left, and between what that may lie."""

    lowest: float
    highest: float
    share: float
    low: float
    high: float
    kind: Kind = None


def tenths(
    parts: Sequence[Tenth],
    *,
    everybody: float | None = None,
    likely: Sequence[tuple[float, float]] = (),
    size: Size = TENTHS,
    title: str = "Share that left by score",
    palette: Palette = WEB,
) -> Markup:
    """Draw the parts from the lowest scores to the highest, each as wide as the others; the scores at which they part stand below.

    `likely` are scores, in their order, with the share that a fitted curve gives there, cut where it is above all parts;
    `everybody` is dashed.
    """
    for part in parts:
        within(part.lowest, 0, 100, "The lowest score of a part")
        within(part.highest, part.lowest, 100, "The highest score of a part")
        within(part.share, 0, 1, "A rate")
        within(part.low, 0, within(part.high, 0, 1, "An interval's end"), "An interval's end")
    marks = ticks(0, 100 * max([0.01, *(max(part.high, part.share) for part in parts)]), 3)
    y = Scale(0, marks[-1] / 100, size.height - BOTTOM, TOP)
    names = [f"{mark:g} %" for mark in marks]
    left, right = max(width_of(name, SMALL) for name in names) + 6, size.width - RIGHT
    body = []
    for mark, name in zip(marks, names, strict=True):
        body.append(line(left, y(mark / 100), right, y(mark / 100), palette.grid))
        body.append(
            words(left - 6, y(mark / 100) + 4, name, palette.muted, anchor="end", size=SMALL)
        )
    if everybody is not None:
        at = y(within(everybody, 0, 1, "The rate of everybody"))
        body.append(line(left, at, right, at, palette.muted, "3 3"))
    edges = _edges(parts)
    wide = (right - left) / max(1, len(parts))
    places = [left + wide * nth for nth in range(len(edges))]
    points = [
        (_place(score, edges, places), y(within(share, 0, 1, "A likely rate")))
        for score, share in likely
        if edges and edges[0] <= score <= edges[-1] and share <= marks[-1] / 100
    ]
    if len(points) > 1:
        body.append(element("path", d=curve(points), fill="none", stroke=palette.edge, stroke_width=1.6))  # fmt: skip
    for nth, part in enumerate(parts):
        body.append(_part(part, left + wide * (nth + 0.5), y, palette))
    body += _edge_names(edges, places, size, palette)
    return figure(size.width, size.height, title, _in_words(parts, everybody), palette, *body)


def _edges(parts: Sequence[Tenth]) -> list[float]:
    """Give the scores at which parts begin, and that at which the last one ends."""
    for one, other in pairwise(parts):
        if other.lowest < one.highest:
            raise ValueError(
                f"A part begins at {other.lowest:g}, before that below it ends at {one.highest:g}."
            )
    return [*(part.lowest for part in parts), parts[-1].highest] if parts else []


def _place(score: float, edges: Sequence[float], places: Sequence[float]) -> float:
    """Place a score among parts that are equally wide, whatever scores they span."""
    for nth in range(len(edges) - 1):
        if score <= edges[nth + 1]:
            return Scale(edges[nth], edges[nth + 1], places[nth], places[nth + 1])(score)
    return places[-1]


def _part(part: Tenth, x: float, y: Scale, palette: Palette) -> Markup:
    fill = palette.fill(part.kind)
    return element(
        "g",
        element("title", _said(part)),
        element("line", x1=x, y1=y(part.low), x2=x, y2=y(part.high), stroke=fill, stroke_width=2.4, opacity=0.6),
        element("circle", cx=x, cy=y(part.share), r=RADIUS, fill=fill, stroke=palette.surface, stroke_width=1.5),
    )  # fmt: skip


def _edge_names(
    edges: Sequence[float], places: Sequence[float], size: Size, palette: Palette
) -> list[Markup]:
    """Write the scores at which parts meet, as many as there is room for, and that they are scores."""
    body, taken = [], 0.0
    for score, x in zip(edges, places, strict=True):
        name = plain_score(score).partition(".")[0]
        half = width_of(name, SMALL) / 2
        middle = min(x, size.width - half)
        if middle - half >= taken:
            body.append(words(middle, size.height - 18, name, palette.muted, anchor="middle", size=SMALL))  # fmt: skip
            taken = middle + half + 3
    if places:
        middle = (places[0] + places[-1]) / 2
        body.append(words(middle, size.height - 4, "score then, by tenths of the accounts", palette.muted, anchor="middle", size=SMALL))  # fmt: skip
    return body


def _said(part: Tenth) -> str:
    return (
        f"{plain_score(part.lowest)} to {plain_score(part.highest)}: {part.share * 100:.0f} %, "
        f"between {part.low * 100:.0f} % and {part.high * 100:.0f} %"
    )


def _in_words(parts: Sequence[Tenth], everybody: float | None) -> str:
    if not parts:
        return "No score is known yet."
    said = [_said(part) for part in parts]
    if everybody is not None:
        said.append(f"all {everybody * 100:.0f} %")
    return "; ".join(said) + "."
