"""This file applies a person's override to a computed score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from keepwell.health.definition.band import Band, band_of
from keepwell.health.engines.protocol import Score

Named = TypeVar("Named", bound="Override")


@dataclass(frozen=True)
class Override:
    """One override. It applies on dates from `from_on` to `until_on`, both included, and before
    `ended_on`."""

    account_id: str
    score: float
    because: str
    by: str
    from_on: date
    until_on: date
    ended_on: date | None

    @property
    def note(self) -> str:
        """The reason, with who gave it and until when, as it is shown beside a score."""
        return f"{self.because} ({self.by}, until {self.until_on})"

    def stands_on(self, as_of: date) -> bool:
        return self.from_on <= as_of <= self.until_on and (
            self.ended_on is None or as_of < self.ended_on
        )

    def of(self, computed: Score, bands: Sequence[Band]) -> Score:
        """Apply the override to a computed score: it gets the plain band of its own score, without
        hysteresis."""
        own = band_of(self.score, bands)
        return replace(
            computed, score=self.score, band=own.name, meaning=own.meaning, status="scored"
        )


def in_force(overrides: Iterable[Named], as_of: date) -> dict[str, Named]:
    """Find the overrides that apply on a date, by account."""
    return {each.account_id: each for each in overrides if each.stands_on(as_of)}
