"""This file holds the value of a measure for one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

DECIMALS = 9  # to which engines agree: ties and thresholds are compared after rounding


class Rejected(NamedTuple):
    """So many rows of how many were rejected, in which imports."""

    rows: int
    of: int
    imports: tuple[int, ...]

    @property
    def share(self) -> float:
        return self.rows / self.of


class EmptyCells(NamedTuple):
    """So many of the rows that a measure keeps, of how many, lack the number that it is made of."""

    rows: int
    of: int

    @property
    def share(self) -> float:
        return self.rows / self.of


@dataclass(frozen=True)
class Value:
    """A measure's number or category for one account, or the reason why there is none; with the
    peers it is ranked in."""

    number: float | None = None
    label: str | None = None
    missing: str | None = None
    target: float | None = None
    is_stale: bool = False
    data_age_days: int | None = None
    carried_days: int | None = None
    peers: tuple[float, ...] = ()
    peer_group: str | None = None
    rejected: Rejected | None = None
    empty: EmptyCells | None = None
    never: bool = False  # it has no number, because what its days are counted from never happened
