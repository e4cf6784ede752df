"""This file fits a logistic curve by the greatest likelihood, with errors for rows clustered by account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from keepwell.health.judge.rows import Codes, numbered
from keepwell.health.scoring.arrays import Numbers

MOST_STEPS = 50
CLOSE = 1e-10  # the step at which it has arrived
# A logit of 30 is a probability of 1e-13: the data part the outcomes, and the curve would go on
# getting steeper for ever.
FURTHEST = 30.0


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficients (one for each column of the design) and their covariance."""

    coefficients: Numbers
    covariance: Numbers

    @property
    def errors(self) -> Numbers:
        """Give the standard errors of the coefficients."""
        found: Numbers = np.sqrt(np.diag(self.covariance))
        return found


def coefficients(
    design: Numbers, happened: Numbers, weight: Numbers, offset: Numbers | None = None
) -> Numbers | None:
    """Fit by Newton's steps; None where there is no greatest likelihood (outcomes fully parted).

    `design` has a row for each case, `happened` the share (0..1) of its `weight` that did; `offset`
    is added to the logit as it is.
    """
    found = np.zeros(design.shape[1])
    fixed = np.zeros(len(design)) if offset is None else offset
    for _ in range(MOST_STEPS):
        logit = design @ found + fixed
        if np.abs(logit - fixed).max(initial=0.0) > FURTHEST:
            return None
        probability = special.expit(logit)
        slope = design.T @ (weight * (happened - probability))
        try:
            step = np.linalg.solve(_curvature(design, probability, weight), slope)
        except np.linalg.LinAlgError:
            return None
        # A long step overshoots where probabilities are near 0 or 1.
        step /= max(1.0, float(np.abs(design @ step).max(initial=0.0)) / 3)
        found = found + step
        if np.abs(step).max() < CLOSE:
            return found
    return None


def fit(
    design: Numbers, happened: Numbers, account: Codes, offset: Numbers | None = None
) -> Fit | None:
    """Fit, with a covariance that takes rows of one account as one (Liang and Zeger 1986,
    Biometrika 73, 13-22; times g / (g - 1) for g accounts); None where there is no fit."""
    weight = np.ones(len(design))
    found = coefficients(design, happened, weight, offset)
    if found is None:
        return None
    probability = special.expit(design @ found + (0.0 if offset is None else offset))
    number = numbered(account)
    accounts = int(number.max()) + 1
    scores = np.zeros((accounts, design.shape[1]))
    np.add.at(scores, number, design * (happened - probability)[:, None])
    bread = np.linalg.inv(_curvature(design, probability, weight))
    meat = scores.T @ scores * accounts / max(accounts - 1, 1)
    return Fit(found, bread @ meat @ bread)


def _curvature(design: Numbers, probability: Numbers, weight: Numbers) -> Numbers:
    found: Numbers = (design * (weight * probability * (1 - probability))[:, None]).T @ design
    return found
