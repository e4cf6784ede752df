"""This file plants faults into the rows of an export as real ones have them, and keeps a list of every fault planted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Row = list[str]
GAPS_FROM, FEWEST_ROWS = (
    0.25,
    20,
)  # the share of rows without a value that nobody can overlook, and of how many


@dataclass(frozen=True)
class Fault:
    """So many faults of a kind in a file: `kind` is the reason of a refusal, `repeated`, or the code of a doubt."""

    file: str
    kind: str
    count: int


class Planter:
    """Plants into rows at random places, a few for every hundred accounts."""

    def __init__(self, dice: np.random.Generator, accounts: int) -> None:
        self.dice, self.each = dice, max(1, accounts // 100)
        self.planted: list[Fault] = []
        self.spoilt: dict[
            int, Row
        ] = {}  # by identity, and held so that no other row is given the same one

    def spoil(
        self,
        file: str,
        kind: str,
        rows: list[Row],
        spoilt: Callable[[Row], Row],
        per_hundred: int = 1,
    ) -> None:
        """Put spoilt copies among the rows, each with a number of its own where the copy says so; none is spoilt again."""
        count = per_hundred * self.each
        for at in sorted(self.dice.integers(0, len(rows), count).tolist(), reverse=True):
            while id(rows[at]) in self.spoilt:
                at -= 1  # the first row is an original: what is planted stands behind it
            copy = spoilt(list(rows[at]))
            rows.insert(at + 1, copy)
            self.spoilt[id(copy)] = copy
        self.note(file, kind, count)

    def add(self, file: str, kind: str, rows: list[Row], more: Sequence[Row]) -> None:
        """Put rows that should not be there at random places among the others."""
        for row in more:
            rows.insert(int(self.dice.integers(1, len(rows) + 1)), row)
        self.note(file, kind, len(more))

    def note_gaps(self, file: str, values: Sequence[object]) -> None:
        """Note that a column has gaps as life leaves them, where they are many: of `values` those that are none or empty."""
        gaps = sum(1 for value in values if value in (None, ""))
        if len(values) >= FEWEST_ROWS and GAPS_FROM * len(values) <= gaps < len(values):
            self.note(file, "mostly_empty", gaps)

    def note(self, file: str, kind: str, count: int) -> None:
        self.planted.append(Fault(file, kind, count))
