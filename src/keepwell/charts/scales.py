"""This file places values on a line: linear scales, round ticks, and the runs between gaps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

ROUND_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
LARGEST = 1e15  # beyond it a float no longer tells one unit from the next


@dataclass(frozen=True)
class Scale:
    """A straight scale from the values `low` to `high` to the coordinates `start` to `end`.

    A value outside lands on the nearer end. Where `low` is `high` every value lands in the middle.

    >>> Scale(0, 100, 200, 0)(25), Scale(5, 5, 0, 10)(5), Scale(0, 1, 0, 10)(7)
    (150.0, 5.0, 10.0)
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        # Divided first: the difference of two of the largest floats is none.
        largest = max(abs(self.low), abs(self.high)) or 1.0
        low, span = self.low / largest, self.high / largest - self.low / largest
        share = min(1.0, max(0.0, (value / largest - low) / span)) if span else 0.5
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """List round values, about `count` steps apart, from at or below `low` to at or above `high`.

    >>> ticks(0, 32e6), ticks(-3, 8), ticks(0, 0)
    ([0.0, 10000000.0, 20000000.0, 30000000.0, 40000000.0], [-5.0, 0.0, 5.0, 10.0], [0.0, 1.0])
    """
    if max(abs(low), abs(high)) > LARGEST:
        raise ValueError(
            f"An axis ends at {LARGEST:g}, and {max(low, high, key=abs):g} lies beyond."
        )
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-200):
        return [float(low), low + max(1.0, abs(low))]
    rough = (high - low) / count
    power = math.floor(math.log10(rough))
    # A power of ten below one is divided by, because 3 * 0.1 is not 0.3.
    up, down = (10.0**power, 1.0) if power >= 0 else (1.0, 10.0**-power)
    digit = next((each for each in ROUND_STEPS if each * up / down >= rough), ROUND_STEPS[-1])
    step = digit * up / down
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [nth * digit * up / down for nth in range(first, last + 1)]


def finite(value: float, what: str) -> float:
    """Give the value as a float, or say in a sentence that it is no number.

    >>> finite(float("nan"), "The score")
    Traceback (most recent call last):
    ValueError: The score is nan, which is no finite number.
    """
    try:
        given = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} is {value!r:.60}, which is no finite number.") from None
    if not math.isfinite(given):
        raise ValueError(f"{what} is {value!r:.60}, which is no finite number.")
    return given


def within(value: float, low: float, high: float, what: str) -> float:
    """Give the value as a float, or say in a sentence that it is not between `low` and `high`."""
    given = finite(value, what)
    if not low <= given <= high:
        raise ValueError(f"{what} is {given:g}, and not between {low:g} and {high:g}.")
    return given


def runs(values: Sequence[float | None]) -> list[range]:
    """List the stretches of positions without a gap.

    >>> runs([None, 1, 2, None, 3])
    [range(1, 3), range(4, 5)]
    """
    found: list[range] = []
    for nth, value in enumerate(values):
        if value is None:
            continue
        if found and found[-1].stop == nth:
            found[-1] = range(found[-1].start, nth + 1)
        else:
            found.append(range(nth, nth + 1))
    return found


def unknown_stretches(
    values: Sequence[float | None], places: Sequence[float], low: float, high: float
) -> list[tuple[float, float]]:
    """List from where to where nothing is known: as far as the known values on either side, or to
    the ends `low` and `high` of the chart.

    >>> unknown_stretches([None, 5, None, 6], [0, 10, 20, 30], 0, 30), unknown_stretches([], [], 0, 9)
    ([(0, 10), (10, 30)], [(0, 9)])
    """
    known = [nth for nth, value in enumerate(values) if value is not None]
    edges = [low, *(places[nth] for nth in known), high]
    stretches = zip(pairwise([-1, *known, len(values)]), pairwise(edges), strict=True)
    return [
        (begin, end)
        for (before, after), (begin, end) in stretches
        if (after - before > 1 or not values) and end > begin
    ]
