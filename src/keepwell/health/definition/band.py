"""This file holds what a band is: a range of scores with a name and a meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from keepwell.health.definition.field import Faults, Fields, write_number
from keepwell.health.definition.node import Node

Meaning = Literal["healthy", "watch", "at risk"]
MEANINGS: tuple[Meaning, ...] = ("healthy", "watch", "at risk")
MOST_BANDS = 12
LONGEST_NAME = 60  # characters: it stands in every list, and accounts are counted by it
LARGEST_HYSTERESIS = 20.0  # points: with more, a fall by half a band would go unseen
HAIR = 1e-9  # engines agree to this much: a 70 that a sum of tenths made 69.99999999999999 is a 70


@dataclass(frozen=True)
class Band:
    """A range of scores: from `least` up to the next band's `least`; the top band includes 100."""

    name: str
    least: float
    meaning: Meaning


def band_of(
    score: float, bands: Sequence[Band], before: str | None = None, hysteresis: float = 0.0
) -> Band:
    """Find the band of a score; `bands` run from the top down and the lowest starts at 0.

    With hysteresis, the band that the account had `before` stays until the score is that far past
    the threshold.

    >>> band_of(70, [Band("Green", 70, "healthy"), Band("Red", 0, "at risk")]).name
    'Green'
    """
    upper = 100.0 + hysteresis
    for band in bands:
        if (
            hysteresis
            and band.name == before
            and band.least - hysteresis - HAIR <= score < upper + hysteresis - HAIR
        ):
            return band
        upper = band.least
    return next(band for band in bands if score >= band.least - HAIR)


def read(nodes: Sequence[Node], faults: Faults, line: int) -> tuple[Band, ...]:
    """Read the list of bands, in any order, and return them from the top down."""
    bands = []
    for at, node in enumerate(nodes):
        fields = Fields(node, f"bands[{at}]", faults)
        name = fields.text("name", required=True, most=LONGEST_NAME)
        least = fields.number("from", required=True, least=0, most=100)
        meaning = fields.text("means", required=True, choices=MEANINGS)
        fields.close()
        if name and least is not None and meaning:
            bands.append(Band(name, least, meaning))  # type: ignore[arg-type]  # one of MEANINGS
    if len(bands) == len(nodes):
        _check_together(bands, faults, line)
    return tuple(sorted(bands, key=lambda band: -band.least))


def _check_together(bands: Sequence[Band], faults: Faults, line: int) -> None:
    if not MOST_BANDS >= len(bands) >= 2:
        faults.add("C301", line, "bands", "need 2 to 12 entries, not", str(len(bands)))
    if bands and min(band.least for band in bands) != 0:
        faults.add(
            "C302",
            line,
            "bands",
            "do not cover the lowest scores",
            "",
            "Start the lowest band with `from: 0`.",
        )
    for what, values in (
        ("name", [band.name for band in bands]),
        ("from", [f"{band.least:g}" for band in bands]),
    ):
        for value in {value for value in values if values.count(value) > 1}:
            faults.add("C303", line, "bands", f"use the same `{what}` twice:", value)


def read_hysteresis(fields: Fields, bands: Sequence[Band]) -> float:
    """Read how far a score must be past a threshold before the band changes; 0 by default."""
    hysteresis = fields.number("band_margin", least=0, most=LARGEST_HYSTERESIS) or 0.0
    tops = (100.0, *(band.least for band in bands))
    narrow = [
        band for top, band in zip(tops, bands, strict=False) if top - band.least <= hysteresis
    ]
    # A score crosses such a band before it has left the one next to it: nobody would ever be in it.
    if hysteresis and narrow:
        way_out = "Use a smaller margin or a wider band."
        fields.fault(
            "C312", "band_margin", "must be smaller than the width of band", narrow[0].name, way_out
        )
    return hysteresis


def plain(bands: Sequence[Band]) -> list[dict[str, object]]:
    """Write bands as the list that `read` reads."""
    return [
        {"name": band.name, "from": write_number(band.least), "means": band.meaning}
        for band in bands
    ]
