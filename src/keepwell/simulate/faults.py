"""This file plants faults in exports, like those of real data, and records each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Row = list[str]
# An import warns of gaps from this share of empty values on, in files of this many rows or more.
GAP_SHARE, LEAST_ROWS = 0.25, 20


@dataclass(frozen=True)
class Fault:
    """Faults in a file; `kind` is a reason for rejecting, `repeated`, or a warning's code."""

    file: str
    kind: str
    count: int


class Planter:
    """Plants faults at random places, some for every hundred accounts."""

    def __init__(self, rng: np.random.Generator, accounts: int) -> None:
        self.rng, self.hundreds = rng, max(1, accounts // 100)
        self.planted: list[Fault] = []
        # By identity; keeping the rows alive makes sure that no other row gets the same identity.
        self.broken: dict[int, Row] = {}

    def insert_broken_copies(
        self,
        file: str,
        kind: str,
        rows: list[Row],
        break_copy: Callable[[Row], Row],
        per_hundred: int = 1,
    ) -> None:
        """Insert broken copies behind random rows; a broken row is never copied again."""
        count = per_hundred * self.hundreds
        for at in sorted(self.rng.integers(0, len(rows), count).tolist(), reverse=True):
            while id(rows[at]) in self.broken:
                at -= 1  # ends at an original: the first row is one, and copies follow theirs
            copy = break_copy(list(rows[at]))
            rows.insert(at + 1, copy)
            self.broken[id(copy)] = copy
        self.record(file, kind, count)

    def insert_rows(self, file: str, kind: str, rows: list[Row], faulty: Sequence[Row]) -> None:
        """Insert rows that should not be there at random places."""
        for row in faulty:
            rows.insert(int(self.rng.integers(1, len(rows) + 1)), row)
        self.record(file, kind, len(faulty))

    def record_gaps(self, file: str, values: Sequence[object]) -> None:
        """Record the empty values of a column, if an import would warn of them."""
        gaps = sum(1 for value in values if value in (None, ""))
        if len(values) >= LEAST_ROWS and GAP_SHARE * len(values) <= gaps < len(values):
            self.record(file, "mostly_empty", gaps)

    def record(self, file: str, kind: str, count: int) -> None:
        self.planted.append(Fault(file, kind, count))
