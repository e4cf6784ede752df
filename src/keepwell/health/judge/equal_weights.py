"""This file gives every column the same weight: points by percentile in the direction that goes with staying, and columns that cannot be told from noise left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.health.judge import column_points, table_auc, table_folds
from keepwell.health.judge.customer_table import Column
from keepwell.health.judge.rows import Codes
from keepwell.health.scoring.arrays import Flags, Numbers

# How many standard errors above chance a column must be, on accounts that it was not ranked on, to
# be taken. Which of them holds up best is decided on inner folds.
HURDLES = (0.0, 1.0, 2.0, 3.0)
NEUTRAL = 50.0  # the score where no column is taken: nobody is told from anybody


@dataclass(frozen=True, eq=False)
class Weighted:
    """Points of each column's values with the kind they are of, and weights that add up to 100.

    Where no column helps all weights are 0.
    """

    kinds: tuple[column_points.Kind, ...]
    tables: tuple[Numbers, ...]
    weights: Numbers

    def score(self, columns: tuple[Column, ...]) -> Numbers:
        """Give each row the weighted mean of its known points; not-a-number where none is known."""
        taken = np.flatnonzero(self.weights > 0)
        if not len(taken):
            return np.full(len(columns[0].codes), NEUTRAL)
        found = [column_points.of_rows(columns[at], self.tables[at]) for at in taken]
        return mean(np.column_stack(found), self.weights[taken])


def fit(columns: tuple[Column, ...], left: Flags, accounts: Codes) -> Weighted:
    """Rank the columns on these rows, and decide which are taken."""
    fold = table_folds.deal(left, accounts)
    kind: column_points.Kind = column_points.ranks
    points = column_points.out_of_fold(columns, left, accounts, fold, kind)
    judged = [by_fold(points[:, at], left, accounts, fold) for at in range(len(columns))]
    held = dict.fromkeys(HURDLES, 0.0)
    for nth in range(int(fold.max()) + 1):
        own = np.flatnonzero(fold == nth)
        clear = np.array([above_chance(np.delete(each, nth, axis=1)) for each in judged])
        for hurdle in HURDLES:
            taken = clear >= hurdle
            score = mean(points[own][:, taken]) if taken.any() else np.full(len(own), NEUTRAL)
            held[hurdle] += by_fold(score, left[own], accounts[own], np.zeros_like(own))[1, 0]
    # The strictest of those that are as good as the best.
    hurdle = max(HURDLES, key=lambda each: (round(held[each], 3), each))
    is_taken = np.array([above_chance(each) for each in judged]) >= hurdle
    share = column_points.shares(accounts)
    tables = tuple(kind(each, column_points.count(each, left, share)) for each in columns)
    return Weighted((kind,) * len(columns), tables, is_taken * (100.0 / max(is_taken.sum(), 1)))


def by_fold(points: Numbers, left: Flags, accounts: Codes, fold: Codes) -> Numbers:
    """Judge points within each fold: pairs, AUC and its variance, three rows with a column a fold."""
    found = np.zeros((3, int(fold.max()) + 1))
    found[1] = 0.5
    for nth in range(found.shape[1]):
        rows = np.flatnonzero((fold == nth) & ~np.isnan(points))
        pairs = float(left[rows].sum()) * float((~left[rows]).sum())
        if pairs:
            one = np.zeros(len(rows), dtype=np.int64)
            value, influence = table_auc.auc(points[rows], left[rows], accounts[rows], one)
            found[:, nth] = pairs, value, (influence**2).sum()
    return found


def above_chance(judged: Numbers) -> float:
    """Count the standard errors that the AUC over some folds is above one half; 0 where it is unknown."""
    pairs, value, variance = judged
    part = pairs / max(pairs.sum(), 1.0)
    error = float(np.sqrt((part**2 * variance).sum()))
    return float((part * (value - 0.5)).sum() / error) if error else 0.0


def mean(points: Numbers, weights: Numbers | None = None) -> Numbers:
    """Give the weighted mean of each row's known points; what is missing leaves its weight to the others.

    >>> mean(np.array([[100.0, 0.0], [np.nan, 40.0]]), np.array([3.0, 1.0])).tolist()
    [75.0, 40.0]
    """
    given = np.ones(points.shape[1]) if weights is None else weights
    total = ~np.isnan(points) @ given
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Numbers = np.where(total > 0, np.nan_to_num(points) @ given / total, np.nan)
    return found
