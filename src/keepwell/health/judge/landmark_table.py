"""This file lays landmarks and what was scored at them side by side, as arrays, to be cut by month, lead and band."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from keepwell.health.judge.judgement import BandNames, Scored
from keepwell.health.judge.landmarks import HEADLINE, Landmark, Landmarks, last_month
from keepwell.health.judge.rows import Codes, Rows
from keepwell.health.scoring.arrays import Flags, Numbers


def deciding_rows(landmarks: Landmarks, until: date, lead: int = HEADLINE) -> tuple[Rows, Codes]:
    """Give the rows of the headline, and the places of their landmarks: accounts that decide within the lead."""
    nothing = np.zeros(len(landmarks.rows))
    every = Table(
        landmarks.rows,
        Scored(nothing, nothing.astype(int), BandNames((), frozenset(), frozenset())),
    )
    known = every.until(until, lead)
    deciding = known.only(known.decides(lead))
    return deciding.rows(lead), deciding.place


class Table:
    """Some landmarks with what was scored at them, as parallel arrays."""

    def __init__(
        self, landmarks: Sequence[Landmark], scored: Scored, place: Codes | None = None
    ) -> None:
        self.scored, self.landmarks = scored, landmarks
        self.place = np.arange(len(landmarks)) if place is None else place
        self.score, self.band = scored.score[self.place], scored.band[self.place]
        names = sorted({row.account_id for row in landmarks})
        codes = {name: code for code, name in enumerate(names)}
        self.account = np.array([codes[row.account_id] for row in landmarks], dtype=np.int64)
        self.month = np.array([row.on.toordinal() for row in landmarks], dtype=np.int64)

    def only(self, chosen: Flags) -> Table:
        rows = [row for row, is_chosen in zip(self.landmarks, chosen, strict=True) if is_chosen]
        return Table(rows, self.scored, self.place[chosen])

    def until(self, until: date, lead: int) -> Table:
        """Keep the months of which it is known who left within a lead."""
        last = last_month(until, lead)
        return self.only(np.array([row.on <= last for row in self.landmarks], bool))

    def rows(self, lead: int, *, apart: bool = False) -> Rows:
        left = np.array([row.has_left(lead) for row in self.landmarks], bool)
        stratum = self.decides(lead).astype(np.int64) if apart else None
        return Rows(self.account, self.month, left, stratum)

    def decides(self, lead: int) -> Flags:
        return np.array([row.decides_within(lead) for row in self.landmarks], bool)

    def days_left(self) -> Numbers:
        """Give the days until the next decision; not-a-number where none is known."""
        return np.array(
            [
                (row.decides_on - row.on).days if row.decides_on else np.nan
                for row in self.landmarks
            ],
            dtype=np.float64,
        )

    def points(self, at: int) -> list[tuple[str, float]]:
        """Give the points of a row's measures that are known, the fewest first."""
        found = ((path, float(own[self.place[at]])) for path, own in self.scored.points.items())
        return sorted(
            (each for each in found if not np.isnan(each[1])), key=lambda each: (each[1], each[0])
        )

    def worst(self, at: int) -> tuple[str, ...]:
        """Name a row's known measures, those with the fewest points first."""
        return tuple(path for path, _ in self.points(at))

    def is_in(self, places: frozenset[int]) -> Flags:
        return np.isin(self.band, sorted(places))
