"""This file draws which share of each segment's accounts is healthy, to watch, at risk or without a score."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from keepwell.charts.palette import KINDS, NAMES, WEB, Kind, Palette
from keepwell.charts.shapes import mark
from keepwell.charts.svg import Markup, element, figure, fitted, hatch, width_of, words

ROW, BAR, BAR_TOP = 58.0, 30.0, 20.0
GAP = 2.0  # between two parts of a bar
LEAST = 4.0  # of a part with its gap: one account of a thousand shows
LEGEND = 20.0
SMALL = 11.5


@dataclass(frozen=True)
class Segment:
    """How many accounts of a segment are of each kind."""

    name: str
    healthy: int
    watch: int
    at_risk: int
    no_score: int

    def counts(self) -> dict[Kind, int]:
        """Give the counts by kind, in the order of the bar."""
        given = (self.healthy, self.watch, self.at_risk, self.no_score)
        return dict(zip(KINDS, given, strict=True))


def percentages(counts: Sequence[int]) -> list[int]:
    """Give whole percentages that add up to 100, by largest remainder; zeros of nothing.

    >>> percentages([1, 1, 1]), percentages([0, 0])
    ([34, 33, 33], [0, 0])
    """
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    whole = [100 * each // total for each in counts]
    left = sorted(range(len(counts)), key=lambda nth: -(100 * counts[nth] % total))
    for nth in left[: 100 - sum(whole)]:
        whole[nth] += 1
    return whole


def distribution(
    segments: Sequence[Segment],
    *,
    width: float = 340,
    names: Mapping[Kind, str] = NAMES,
    legend: bool = True,
    title: str = "Accounts by health",
    palette: Palette = WEB,
) -> Markup:
    """Draw one stacked bar for each segment, with its name and size above it.

    The parts are shares of the segment, so bars of all segments are as wide as the chart. `names`
    are the card's names for the kinds of band; the `legend` below the bars gives them with their
    shapes.
    """
    for segment in segments:
        for kind, count in segment.counts().items():
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise ValueError(
                    f"{segment.name} has {count!r} accounts that are {NAMES[kind]}, "
                    "and a count is a whole number from 0."
                )
    body: list[Markup] = []
    for nth, segment in enumerate(segments):
        body += _row(segment, nth * ROW, width, names, palette)
    height = ROW * len(segments)
    if legend:
        entries, below = _legend(names, height + 10, width, palette)
        body += entries
        height = below
    desc = "; ".join(_in_words(segment, names) for segment in segments)
    return figure(width, max(height, 1), title, desc + "." if desc else "", palette, *body)


def extents(counts: Sequence[int], width: float) -> list[float]:
    """Share out a width: nothing for a zero, at least `LEAST` for all else, and no pixel lost.

    >>> extents([3, 1, 0], 100), extents([999, 1], 100)
    ([75.0, 25.0, 0.0], [96.0, 4.0])
    """
    total = sum(counts)
    small = {nth for nth, each in enumerate(counts) if each and each / total * width < LEAST}
    while True:
        room = width - LEAST * len(small)
        large = sum(each for nth, each in enumerate(counts) if nth not in small)
        # What the small ones take may make another one small.
        more = {
            nth
            for nth, each in enumerate(counts)
            if each and nth not in small and each / large * room < LEAST
        }
        if not more:
            break
        small |= more
    return [
        LEAST if nth in small else (each / large * room if each else 0.0)
        for nth, each in enumerate(counts)
    ]


def _row(
    segment: Segment, top: float, width: float, names: Mapping[Kind, str], palette: Palette
) -> Iterator[Markup]:
    counts = segment.counts()
    total = sum(counts.values())
    size = _accounts(total)
    room = width - width_of(size, SMALL) - 10
    name = fitted(segment.name, room, SMALL)
    yield words(0, top + 14, name, palette.ink, size=SMALL, weight=600)
    yield words(width, top + 14, size, palette.muted, anchor="end", size=SMALL)
    y = top + BAR_TOP
    if not total:
        outline = element(
            "rect",
            element("title", f"{segment.name}: no accounts"),
            x=0.5,
            y=y + 0.5,
            width=width - 1,
            height=BAR - 1,
            rx=3,
            fill="none",
            stroke=palette.grid,
        )
        yield outline
        return
    shares = percentages(list(counts.values()))
    x = 0.0
    last = max(nth for nth, each in enumerate(counts.values()) if each)
    parts = zip(counts.items(), shares, extents(list(counts.values()), width), strict=True)
    for nth, ((kind, count), share, extent) in enumerate(parts):
        if count:
            drawn = extent - (0 if nth == last else GAP)
            said = f"{segment.name}: {_accounts(count)} {names[kind]}, {_percent(count, share)}"
            yield _part(kind, said, share, x, y, drawn, palette)
        x += extent


def _part(
    kind: Kind, said: str, share: int, x: float, y: float, width: float, palette: Palette
) -> Markup:
    """Draw a part of a bar, and its percentage where there is room for it; no score is hatched."""
    fill = palette.grid if kind is None else palette.fill(kind)
    body = [
        element("title", said),
        element("rect", x=x, y=y, width=width, height=BAR, rx=min(3, width / 2), fill=fill),
    ]
    if kind is None:
        body.append(element("path", d=hatch(x, y, width, BAR, 6), stroke=palette.unknown))
    name = f"{share} %"
    if width_of(name, SMALL) + 4 <= width:
        middle = x + width / 2
        body.append(
            words(
                middle,
                y + BAR / 2 + 4,
                name,
                palette.upon(kind),
                anchor="middle",
                size=SMALL,
                weight=650,
                halo=palette.grid if kind is None else None,
            )
        )
    return element("g", *body)


def _legend(
    names: Mapping[Kind, str], top: float, width: float, palette: Palette
) -> tuple[list[Markup], float]:
    """Draw the shape and name of each kind, on as many lines as they need; give where they end."""
    entries: list[Markup] = []
    x = 0.0
    for kind in KINDS:
        name = fitted(names[kind], width - 16, SMALL)
        wide = 16 + width_of(name, SMALL)
        if x and x + wide > width:
            x, top = 0.0, top + LEGEND
        entries.append(mark(kind, x + 6, top + 7, 5, palette))
        entries.append(words(x + 16, top + 11, name, palette.ink, size=SMALL))
        x += wide + 10
    return entries, top + LEGEND


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"


def _percent(count: int, share: int) -> str:
    return "under 1 %" if count and not share else f"{math.floor(share)} %"


def _in_words(segment: Segment, names: Mapping[Kind, str]) -> str:
    counts = segment.counts()
    if not sum(counts.values()):
        return f"{segment.name}: no accounts"
    shares = percentages(list(counts.values()))
    parts = [
        f"{count:,} {names[kind]} ({_percent(count, share)})"
        for (kind, count), share in zip(counts.items(), shares, strict=True)
        if count
    ]
    return f"{segment.name}: {', '.join(parts)}"
