"""This file holds probabilities against what happened: did a tenth leave of those given one in ten."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from keepwell.health.judge import logistic, rates
from keepwell.health.judge.estimates import LEVEL, Estimate, estimate, unknown
from keepwell.health.judge.rows import Rows, quantile_bins, scored, sums
from keepwell.health.scoring.arrays import Numbers

METHOD = "clustered_logistic"
MEAN = "clustered_mean"
# A probability of exactly 0 or 1 has no logit; nothing closer to them is told apart.
CLOSEST = 1e-6


@dataclass(frozen=True)
class Bin:
    """Rows with about the same probability: what was said, and what happened."""

    said: float
    happened: Estimate


@dataclass(frozen=True)
class Calibration:
    """How probabilities of leaving agree with what happened.

    `slope` is 1 where they are spread rightly, below 1 where they are too extreme. `intercept` is 0
    where they are right on average, above 0 where more left than was said. `brier` is the mean
    squared error, to be compared with `brier_of_rate`: that of saying the leaving rate of everybody.
    """

    slope: Estimate
    intercept: Estimate
    brier: Estimate
    brier_of_rate: float | None
    curve: tuple[Bin, ...]


def calibrate(rows: Rows, probability: Numbers, bins: int = rates.DECILES) -> Calibration:
    """Judge probabilities of leaving (0..1, not-a-number where missing) for each row.

    Slope and intercept are those of logistic recalibration (Cox 1958, Biometrika 45, 562-565): the
    slope of the logit, and the intercept with the slope held at 1 (calibration in the large,
    Steyerberg 2019, "Clinical prediction models", 15.3). Errors take rows of one account as one.
    """
    known, (said,) = scored(rows, probability)
    assert ((said >= 0) & (said <= 1)).all(), "a probability lies between 0 and 1"
    if not len(known):
        return Calibration(*(unknown(known, METHOD),) * 3, None, ())
    logit = special.logit(np.clip(said, CLOSEST, 1 - CLOSEST))
    happened, one = known.left.astype(np.float64), np.ones((len(known), 1))
    spread = logistic.fit(np.c_[logit, one], happened, known.account) if np.ptp(logit) else None
    level = logistic.fit(one, happened, known.account, offset=logit)
    rate = float(happened.mean())
    places, highest = quantile_bins(said, bins)
    return Calibration(
        slope=_coefficient(known, spread),
        intercept=_coefficient(known, level),
        brier=_mean(known, (said - happened) ** 2),
        brier_of_rate=rate * (1 - rate),
        curve=tuple(
            Bin(float(said[places == place].mean()), rates.leaving(known.only(places == place)))
            for place in range(len(highest))
        ),
    )


def _coefficient(rows: Rows, fit: logistic.Fit | None) -> Estimate:
    """Give the first coefficient with its interval."""
    if fit is None:
        return unknown(rows, METHOD)
    value = float(fit.coefficients[0])
    reach = _z() * float(fit.errors[0])
    return estimate(rows, value, (value - reach, value + reach), METHOD)


def _mean(rows: Rows, numbers: Numbers) -> Estimate:
    """Give a mean over rows with an interval that takes rows of one account as one."""
    value = float(numbers.mean())
    moved = sums(numbers - value, rows.number, rows.accounts) / len(rows)
    accounts = rows.accounts
    reach = _z() * math.sqrt(accounts / max(accounts - 1, 1) * float((moved**2).sum()))
    return estimate(rows, value, (max(0.0, value - reach), value + reach), MEAN)


def _z() -> float:
    return float(stats.norm.ppf((1 + LEVEL) / 2))
