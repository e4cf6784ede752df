"""This file draws the shape of a kind of band, so that nobody needs its colour to know it."""

from __future__ import annotations

import math

from keepwell.charts.palette import WEB, Kind, Palette
from keepwell.charts.scales import finite
from keepwell.charts.svg import Markup, element, namespace, number

SIDE = 12.0  # of the square that a shape is drawn in


def shape(
    kind: Kind, size: float = 12, *, label: str | None = None, palette: Palette = WEB
) -> Markup:
    """Draw a circle for healthy, a triangle for watch, a square for at risk, a dashed ring for no
    score, `size` pixels wide and high.

    With a `label` it is an image of that name; without one it stands beside a word that says the
    same, and is hidden from those who hear the page.
    """
    if finite(size, "The size of a shape") <= 0:
        raise ValueError(f"The size of a shape is {size:g}, and not above 0.")
    return element(
        "svg",
        mark(kind, SIDE / 2, SIDE / 2, 5.0, palette),
        **namespace(palette),
        viewBox=f"0 0 {number(SIDE)} {number(SIDE)}",
        width=size,
        height=size,
        role="img" if label else None,
        aria_label=label or None,
        aria_hidden=None if label else "true",
    )


def mark(
    kind: Kind, x: float, y: float, radius: float, palette: Palette, *, outline: str | None = None
) -> Markup:
    """Draw a shape around a point, within 1.15 radiuses of it; shapes of the same radius look
    equally large."""
    fill = palette.fill(kind)
    if kind == "healthy":
        return element("circle", cx=x, cy=y, r=radius, fill=fill, stroke=outline)
    if kind == "watch":
        across, up, down = radius * 1.12, radius * 1.08, radius
        path = (
            f"M{number(x)} {number(y - up)}L{number(x + across)} {number(y + down)}"
            f"H{number(x - across)}Z"
        )
        return element("path", d=path, fill=fill, stroke=outline)
    if kind == "at risk":
        half = radius * 0.94
        return element(
            "rect",
            x=x - half,
            y=y - half,
            width=2 * half,
            height=2 * half,
            fill=fill,
            stroke=outline,
        )
    width = max(1.2, radius * 0.3)
    ring = radius - width / 2
    # Nine dashes go around whatever the size, so that the ring closes without a seam.
    dash = 2 * math.pi * ring / 9
    return element(
        "circle",
        cx=x,
        cy=y,
        r=ring,
        fill=palette.surface if outline else "none",
        stroke=fill,
        stroke_width=width,
        stroke_dasharray=f"{number(dash * 0.6)} {number(dash * 0.4)}",
    )
