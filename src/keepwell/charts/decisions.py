"""This file draws who left and who stayed as two strips of dots over the bands, one dot for an account: all there is to see while they are few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from keepwell.charts.histories import Zone, plain_score
from keepwell.charts.palette import WEB, Palette
from keepwell.charts.scales import Scale, within
from keepwell.charts.svg import Markup, Size, element, figure, fitted, line, width_of, words

DECISIONS, DECISIONS_NARROW = Size(1130, 148), Size(340, 148)
TOP, BOTTOM, RIGHT = 8.0, 20.0, 12.0
NAME = 24.0  # of the bands above the strips
RADIUS = 5.5
SMALL = 10.5


def decisions(
    left: Sequence[float],
    stayed: Sequence[float],
    bands: Sequence[Zone],
    *,
    names: tuple[str, str] = ("left", "stayed"),
    size: Size = DECISIONS,
    title: str = "Score before each decision",
    palette: Palette = WEB,
) -> Markup:
    """Draw the scores before accounts left, filled, and below them the scores before accounts stayed, as rings.

    Scores that would lie upon each other are piled up; a pile that its strip cannot hold is drawn closer. `bands` run
    from the top down, as on a card.
    """
    begin, end = max(width_of(name) for name in names) + 14, size.width - RIGHT
    x = Scale(0, 100, begin, end)
    bottom = size.height - BOTTOM
    strip = (bottom - TOP - NAME) / 2
    body = list(_bands(bands, x, bottom, palette))
    for nth, (name, scores) in enumerate(zip(names, (left, stayed), strict=True)):
        ground = TOP + NAME + strip * (nth + 1) - 6
        body.append(words(0, ground, name, palette.ink, weight=600))
        body += _dots(name, scores, x, ground - RADIUS, strip - 6 - 2 * RADIUS, not nth, palette)
    return figure(size.width, size.height, title, _in_words(names, (left, stayed)), palette, *body)


def _bands(bands: Sequence[Zone], x: Scale, bottom: float, palette: Palette) -> list[Markup]:
    body, upper, taken = [], 100.0, x.end + 1
    body.append(words(x(100), bottom + 15, "100", palette.muted, anchor="middle", size=SMALL))
    taken = x(100) - width_of("100", SMALL) / 2
    for band in bands:
        least = within(band.least, 0, upper, "The score that a band begins at")
        begin, wide = x(least), x(upper) - x(least)
        body.append(element("rect", x=begin, y=TOP, width=wide, height=bottom - TOP, fill=palette.fill(band.kind), opacity=0.1))  # fmt: skip
        body.append(line(begin, TOP, begin, bottom, palette.grid))
        name = fitted(band.name, wide - 8, SMALL)
        if name:
            body.append(words(begin + 6, TOP + 14, name, palette.words(band.kind), size=SMALL))
        edge = f"{least:g}"
        half = width_of(edge, SMALL) / 2
        if begin + half + 3 <= taken:
            body.append(words(begin, bottom + 15, edge, palette.muted, anchor="middle", size=SMALL))
            taken = begin - half
        upper = least
    return body


def _dots(
    name: str,
    scores: Sequence[float],
    x: Scale,
    ground: float,
    room: float,
    is_filled: bool,
    palette: Palette,
) -> list[Markup]:
    """Pile dots up from the ground of a strip: those less than a radius apart stand in one pile."""
    piles: dict[int, list[float]] = {}
    for score in sorted(within(each, 0, 100, "A score") for each in scores):
        piles.setdefault(round(x(score) / RADIUS), []).append(score)
    colour = palette.fill("at risk") if is_filled else palette.muted
    body = []
    for pile in piles.values():
        gap = min(2 * RADIUS - 1, room / (len(pile) - 1)) if len(pile) > 1 else 0.0
        # A pile stands where the middle of its scores is, so that one dot alone is where its score is.
        at = x(sum(pile) / len(pile))
        for nth, score in enumerate(pile):
            body.append(
                element(
                    "circle", element("title", f"{name}: {plain_score(score)}"), cx=at, cy=ground - nth * gap, r=RADIUS,
                    fill=colour if is_filled else palette.surface, stroke=palette.surface if is_filled else colour, stroke_width=1.4,
                )
            )  # fmt: skip
    return body


def _in_words(names: tuple[str, str], strips: tuple[Sequence[float], Sequence[float]]) -> str:
    said = []
    for name, scores in zip(names, strips, strict=True):
        counted = Counter(plain_score(score) for score in sorted(scores))
        each = [value if count == 1 else f"{value} ({count} times)" for value, count in counted.items()]  # fmt: skip
        said.append(f"{len(scores)} {name}" + (f", at {', '.join(each)}" if each else ""))
    return "; ".join(said) + "."
