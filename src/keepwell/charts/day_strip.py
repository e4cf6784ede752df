"""This file draws on which of the latest days there was something, one mark a day, and where something was due and did not come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from keepwell.charts.palette import WEB, Palette
from keepwell.charts.svg import Markup, element, hatch, namespace, number

HEIGHT, GROUND, MARK = (
    14.0,
    8.0,
    0.8,
)  # of the strip, of what lies under it, and how wide a day's mark is


def day_strip(
    days: Sequence[date],
    today: date,
    *,
    shown: int = 84,
    missing_since: date | None = None,
    label: str,
    palette: Palette = WEB,
) -> Markup:
    """Draw the days that end with today, from left to right; those since `missing_since` stand out.

    >>> "M5.1 1L5.9 1L5.9 13L5.1 13Z" in day_strip([date(2026, 11, 1)], date(2026, 11, 2), shown=7, label="Days")
    True
    """
    first = today - timedelta(days=shown - 1)
    y = (HEIGHT - GROUND) / 2
    body = [element("rect", x=0.0, y=y, width=float(shown), height=GROUND, fill=palette.grid)]
    if missing_since and missing_since <= today:
        begin = max(0, (missing_since - first).days)
        body.append(
            element("rect", x=float(begin), y=1.0, width=float(shown - begin), height=HEIGHT - 2, fill=palette.fill("at risk"), fill_opacity=0.3)
        )  # fmt: skip
        # What is not known is hatched. The stroke keeps its width while the cell stretches everything else.
        path = hatch(float(begin), 1.0, float(shown - begin), HEIGHT - 2, 3)
        body.append(element("path", d=path, stroke=palette.fill("at risk"), stroke_opacity=0.55, vector_effect="non-scaling-stroke"))  # fmt: skip
    marks = [(on - first).days + (1 - MARK) / 2 for on in days if first <= on <= today]
    if marks:
        path = "".join(_mark(x) for x in marks)
        body.append(element("path", d=path, fill=palette.fill("healthy")))
    return element(
        "svg", *body, **namespace(palette), class_="bar", viewBox=f"0 0 {shown} {HEIGHT:g}", preserveAspectRatio="none", role="img", aria_label=label,
    )  # fmt: skip


def _mark(x: float) -> str:
    left, right, below = number(x), number(x + MARK), number(HEIGHT - 1)
    return f"M{left} 1L{right} 1L{right} {below}L{left} {below}Z"
