"""This file judges scores of rows that were not fitted on: how often a leaver has the lower score of a pair, with an interval by account, and what to say of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.health.judge import verdicts
from keepwell.health.judge.auc import count_pairs
from keepwell.health.judge.rows import Codes
from keepwell.health.scoring.arrays import Flags, Numbers

LEAST = verdicts.NEEDED  # leavers, and stayers
Z = 1.959964  # of an interval of 95 %
# What is fitted on four fifths of a file and judged on the other fifth, five times, errs more than
# one test would, because the fits share accounts: by the root of 1 + n_test / n_train * folds
# (Nadeau and Bengio 2003, "Inference for the generalization error", Machine Learning 52, 239-281).
WIDER = 1.5


@dataclass(frozen=True)
class Judged:
    """An AUC with its interval of 95 %, and the verdict; no figures where there are too few accounts."""

    value: float | None
    low: float | None
    high: float | None
    leavers: int
    stayers: int
    rows: int
    verdict: str


def judged(
    score: Numbers, left: Flags, accounts: Codes, strata: Codes, *, is_refitted: bool
) -> Judged:
    """Judge scores, lower for leaving; pairs are compared within a stratum, rows without a score left out.

    `is_refitted`: each stratum was scored by a fit of its own, on the others.
    """
    known = ~np.isnan(score)
    score, left, accounts, strata = score[known], left[known], accounts[known], strata[known]
    leavers = len(np.unique(accounts[left]))
    stayers = len(np.unique(accounts)) - leavers
    counts = (leavers, stayers, len(score))
    if min(leavers, stayers) < LEAST:
        return Judged(None, None, None, *counts, "too_few")
    value, influence = auc(score, left, accounts, strata)
    error = standard_error(influence, leavers, stayers) * (WIDER if is_refitted else 1.0)
    low, high = max(0.0, value - Z * error), min(1.0, value + Z * error)
    said = verdicts.of_auc(value, low, high)
    if said == "wrong_way" and is_refitted:
        # Directions were taken from the other folds of the same file: to be the wrong way in each is
        # chance, and nothing to turn round.
        said = "not_predictive"
    return Judged(value, low, high, *counts, said)


def auc(score: Numbers, left: Flags, accounts: Codes, strata: Codes) -> tuple[float, Numbers]:
    """Give the AUC and each account's influence on it (sums by account, Obuchowski 1997)."""
    won, pairs = count_pairs(strata, score, left)
    total = pairs[left].sum()
    if not total:
        return 0.5, np.zeros(1)
    value = float(won[left].sum() / total)
    influence = (won - value * pairs) / total
    by_account: Numbers = np.bincount(accounts, influence).astype(np.float64)
    return value, by_account


def standard_error(influence: Numbers, leavers: int, stayers: int) -> float:
    """The standard error of an AUC, or of a difference of two, from the influence of each account."""
    count = leavers + stayers
    return float(np.sqrt((influence**2).sum() * count / max(count - 1, 1)))


def difference(
    first: Numbers,
    second: Numbers,
    left: Flags,
    accounts: Codes,
    strata: Codes,
    *,
    is_refitted: bool,
) -> tuple[float, float, float] | None:
    """Give how much higher the first score's AUC is than the second's, with its interval, on rows that
    both score; none where there are too few."""
    known = ~(np.isnan(first) | np.isnan(second))
    left, accounts, strata = left[known], accounts[known], strata[known]
    leavers = len(np.unique(accounts[left]))
    stayers = len(np.unique(accounts)) - leavers
    if min(leavers, stayers) < LEAST:
        return None
    one, its = auc(first[known], left, accounts, strata)
    other, others = auc(second[known], left, accounts, strata)
    size = max(len(its), len(others))
    influence = np.pad(its, (0, size - len(its))) - np.pad(others, (0, size - len(others)))
    error = standard_error(influence, leavers, stayers) * (WIDER if is_refitted else 1.0)
    return one - other, one - other - Z * error, one - other + Z * error
