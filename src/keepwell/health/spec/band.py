"""This file holds what a band is: a stretch of the score with a name, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Meaning = Literal["healthy", "watch", "at risk"]
MEANINGS: tuple[Meaning, ...] = ("healthy", "watch", "at risk")


@dataclass(frozen=True)
class Band:
    """Scores from `least` up to, and without, the next band's `least`; the top band holds 100."""

    name: str
    least: float
    meaning: Meaning


def band_of(score: float, bands: Sequence[Band]) -> Band:
    """Find the band of a score; `bands` run from the top down and the lowest begins at 0.

    >>> band_of(70, [Band("Green", 70, "healthy"), Band("Red", 0, "at risk")]).name
    'Green'
    """
    return next(band for band in bands if score >= band.least)
