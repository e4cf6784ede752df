"""This file looks for measures that alone tell who left far too well: most of them were filled in afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.health.judge import auc
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.rows import Codes, Rows, numbered, pair_codes, quantile_bins, sums
from keepwell.health.scoring.arrays import Numbers

# One honest measure hardly ever reaches this alone; a column that is filled when an account leaves
# does at once.
ALARM = 0.85
FOLDS = 5
METHOD = "cross_fitted_by_account"
# Enough to follow any curve, few enough that each holds leavers to learn from.
BINS = 10
# A bin's rate is drawn towards the rate of all as if that had been seen on so many rows more, so
# that a value seen once says little.
PRIOR_ROWS = 1.0


def alone(rows: Rows, values: npt.NDArray[Any], *, seed: int) -> Estimate:
    """Give the AUC that one measure reaches alone, whatever the shape of its curve.

    `values` are numbers (not-a-number where missing), cut into tenths, or categories (objects, None
    where missing). Missing is a category of its own. The leaving rate of each is learnt from other
    accounts than those it is tried on, in five folds by account, and rows are compared within one
    fold and month only: rates learnt from different accounts are not comparable. There is no
    interval: folds learn from each other's accounts, and one that took them for independent would
    hold the truth only four times in five (tried on measures that know nothing).
    """
    assert values.shape == rows.left.shape, "one value for every row"
    category = categories(values)
    fold = folds(rows, seed)[rows.number] if len(rows) else np.zeros(0, dtype=np.int64)
    rate = np.zeros(len(rows))
    for place in range(FOLDS):
        tried = fold == place
        rate[tried] = _rates(category, rows.left, ~tried)[category[tried]]
    apart = Rows(rows.account, rows.month, rows.left, pair_codes(rows.cell, fold))
    return replace(auc.within_months(apart, -rate), low=None, high=None, method=METHOD)


def alarming(each: Mapping[str, Estimate]) -> tuple[str, ...]:
    """Name the measures that reach the alarm alone, the strongest first."""
    found = {name: one.value for name, one in each.items() if (one.value or 0.0) >= ALARM}
    return tuple(sorted(found, key=lambda name: (-(found[name] or 0.0), name)))


def categories(values: npt.NDArray[Any]) -> Codes:
    """Number the categories of a measure; numbers are cut into tenths, and missing is one more.

    >>> categories(np.array([np.nan, 5.0, 7.0])).tolist()
    [2, 0, 1]
    >>> categories(np.array(["web", None, "shop"], dtype=object)).tolist()
    [1, 2, 0]
    """
    if values.dtype.kind in "iufb":
        numbers = values.astype(np.float64)
        missing = np.isnan(numbers)
        known = quantile_bins(numbers[~missing], BINS)[0]
    else:
        missing = np.array([value is None for value in values], dtype=np.bool_)
        words = np.array([str(value) for value in values[~missing]])
        known = numbered(words)
    found = np.full(len(values), int(known.max(initial=-1)) + 1, dtype=np.int64)
    found[~missing] = known
    return found


def folds(rows: Rows, seed: int) -> Codes:
    """Deal accounts to folds at random, leavers and stayers each evenly; gives one for each account
    by its number (`rows.number`)."""
    random = np.random.default_rng(seed)
    leaves = np.zeros(rows.accounts, dtype=np.bool_)
    leaves[rows.number[rows.left]] = True
    found = np.empty(rows.accounts, dtype=np.int64)
    for chosen in (leaves, ~leaves):
        found[random.permutation(np.flatnonzero(chosen))] = np.arange(chosen.sum()) % FOLDS
    return found


def _rates(category: Codes, left: npt.NDArray[np.bool_], chosen: npt.NDArray[np.bool_]) -> Numbers:
    """Learn the leaving rate of each category from the chosen rows."""
    of_all = float(left[chosen].mean()) if chosen.any() else 0.0
    groups = int(category.max(initial=-1)) + 1
    seen = sums(chosen.astype(np.float64), category, groups)
    lost = sums((chosen & left).astype(np.float64), category, groups)
    found: Numbers = (lost + PRIOR_ROWS * of_all) / (seen + PRIOR_ROWS)
    return found
