"""This file holds an estimate: a value, the interval in which it may lie, and how many accounts it stands on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from keepwell.health.judge.rows import Rows

LEVEL = 0.95  # of every interval


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; all three are None where the rows say nothing.

    `leavers` and `stayers` count distinct accounts, `rows` their rows. `method` is a code: how the
    interval was made.
    """

    value: float | None
    low: float | None
    high: float | None
    leavers: int
    stayers: int
    rows: int
    method: str
    level: float = LEVEL
    draws: int | None = None

    def __post_init__(self) -> None:
        assert (self.low is None) == (self.high is None), "an interval has two ends, or none"
        if self.low is not None and self.high is not None:
            assert self.value is not None, "an interval without a value"
            assert self.low <= self.high, "an interval runs from its lower to its upper end"

    def as_data(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return asdict(self)


def unknown(rows: Rows, method: str) -> Estimate:
    """Say that these rows cannot tell, and how many there are."""
    return Estimate(None, None, None, rows.leavers, rows.stayers, len(rows), method)


def estimate(
    rows: Rows,
    value: float,
    ends: tuple[float, float] | None,
    method: str,
    draws: int | None = None,
) -> Estimate:
    """Put a value, the ends of its interval and the counts of its rows together."""
    low, high = (None, None) if ends is None else (float(ends[0]), float(ends[1]))
    counts = rows.leavers, rows.stayers, len(rows)
    return Estimate(float(value), low, high, *counts, method, draws=draws)
