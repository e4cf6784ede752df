"""This file holds the likelihood to renew as plain data, frozen between reviews, which NumPy alone reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias

import numpy as np

from keepwell.health.scoring.arrays import Numbers

FORMAT = 1
LOGISTIC, ISOTONIC = "logistic", "isotonic"
# Scores at which the interval is kept; between them it is a straight line.
GRID = tuple(float(score) for score in range(101))


@dataclass(frozen=True)
class NotEnough:
    """Too few accounts left, or stayed, to say how likely anything is. It has no number."""

    leavers: int
    stayers: int
    needed: int  # of each

    def as_data(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return {"code": "not_enough_history", **asdict(self)}


@dataclass(frozen=True)
class Likelihood:
    """From a score (0..100) to the probability to stay through the lead.

    Where measures were `added`, the score is first mixed with their points (`added_measures.mixed`). `kind` says how it was fitted. A logistic curve has `intercept` and `slope` on the scale of
    logits; an isotonic one has knots, with a straight line between them and level beyond. `low` and
    `high` hold the interval of the mean at each score of `GRID`. All lies between `least` and `most`.
    """

    kind: str
    intercept: float | None
    slope: float | None
    knots: tuple[tuple[float, float], ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    least: float
    most: float
    leavers: int
    stayers: int
    rows: int
    level: float
    draws: int
    seed: int
    added: tuple[
        tuple[str, float], ...
    ] = ()  # measures with the share of the score that each replaces

    def __post_init__(self) -> None:
        assert self.kind in (LOGISTIC, ISOTONIC), f"no such curve: {self.kind}"
        is_logistic = self.intercept is not None and self.slope is not None
        assert is_logistic == (self.kind == LOGISTIC), "a logistic curve has its coefficients"
        assert bool(self.knots) == (self.kind == ISOTONIC), "an isotonic curve has its knots"
        assert len(self.low) == len(self.high) == len(GRID), "an interval for each whole score"

    def at(self, score: Numbers) -> Numbers:
        """Give the probability to stay at each score; not-a-number where the score is missing."""
        return np.clip(curve(score, self.intercept, self.slope, self.knots), self.least, self.most)

    def between(self, score: Numbers) -> tuple[Numbers, Numbers]:
        """Give the ends of the interval of the mean at each score.

        It says where the share of renewals among many accounts with this score lies, not what this
        account will do: that is yes or no.
        """
        value = self.at(score)
        low, high = (np.interp(score, GRID, side) for side in (self.low, self.high))
        # Between two whole scores a bent curve may leave the straight line by a hair.
        return np.minimum(low, value), np.maximum(high, value)

    def as_data(self) -> dict[str, Any]:
        """Give plain data for JSON, which `from_data` reads back to the bit."""
        return {"format": FORMAT, **asdict(self)}


Answer: TypeAlias = Likelihood | NotEnough


def from_data(data: Mapping[str, Any]) -> Likelihood:
    """Read what `as_data` gave; raises ValueError where it is of another format."""
    if data.get("format") != FORMAT:
        raise ValueError(
            f"likelihood: format {data.get('format')!r}, and this version reads format {FORMAT}; "
            "fit it again"
        )
    values = {field.name: data[field.name] for field in fields(Likelihood) if field.name in data}
    values["knots"] = tuple((float(score), float(share)) for score, share in data["knots"])
    values["added"] = tuple((str(path), float(share)) for path, share in data.get("added", ()))
    values |= {side: tuple(map(float, data[side])) for side in ("low", "high")}
    return Likelihood(**values)


def curve(
    score: Numbers,
    intercept: float | None,
    slope: float | None,
    knots: tuple[tuple[float, float], ...],
) -> Numbers:
    """Draw a logistic curve, or straight lines from knot to knot.

    >>> curve(np.array([0.0, 30.0, 90.0]), None, None, ((20.0, 0.5), (40.0, 0.9))).tolist()
    [0.5, 0.7, 0.9]
    """
    if intercept is None or slope is None:
        at, shares = np.array(knots).T
        found: Numbers = np.interp(score, at, shares)
        return found
    # The hyperbolic tangent cannot overflow, as the exponential of a steep slope would.
    return 0.5 + 0.5 * np.tanh((intercept + slope * score) / 2)
