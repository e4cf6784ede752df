"""This file holds the value of a measure for one account."""

from __future__ import annotations

from dataclasses import dataclass

DECIMALS = 9  # to which engines agree: ties and thresholds are compared after rounding


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
    never: bool = False  # it has no number, because what its days are counted from never happened
