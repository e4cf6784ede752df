"""This file puts a person's judgement in place of a computed score, from its day up to its end."""

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
    """One override. It stands on dates from `from_on` to `until_on`, both with them, and before `ended_on`."""

    account_id: str
    score: float
    because: str
    by: str
    from_on: date
    until_on: date
    ended_on: date | None

    @property
    def said(self) -> str:
        """The reason with whose it is, as it stands beside a score."""
        return f"{self.because} ({self.by}, until {self.until_on})"

    def stands_on(self, as_of: date) -> bool:
        return self.from_on <= as_of <= self.until_on and (
            self.ended_on is None or as_of < self.ended_on
        )

    def of(self, computed: Score, bands: Sequence[Band]) -> Score:
        """What stands in place of a computed score: its band and meaning are its own, and no margin holds them."""
        own = band_of(self.score, bands)
        return replace(
            computed, score=self.score, band=own.name, meaning=own.meaning, status="scored"
        )


def in_force(overrides: Iterable[Named], as_of: date) -> dict[str, Named]:
    """Give the overrides that stand on a date, by account."""
    return {each.account_id: each for each in overrides if each.stands_on(as_of)}
