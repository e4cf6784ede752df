"""This file computes how often a leaver had the lower score of a pair (AUC), with an interval for rows clustered by account."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from keepwell.health.judge.estimates import LEVEL, Estimate, estimate, unknown
from keepwell.health.judge.rows import Codes, Rows, scored, sums
from keepwell.health.scoring.arrays import Flags, Numbers

METHOD = "clustered_delong"


def over_all(rows: Rows, score: Numbers) -> Estimate:
    """Compare every leaver's row with every stayer's row, whatever their months.

    `score` is one number a row, lower for leaving, not-a-number where missing (left out). A tie
    counts one half. The interval is that of Obuchowski (1997), "Nonparametric analysis of clustered
    ROC curve data", Biometrics 53, 567-578; with one row an account it is that of DeLong, DeLong and
    Clarke-Pearson (1988), Biometrics 44, 837-845.
    """
    known, (numbers,) = scored(rows, score)
    return _estimate(known, numbers, np.zeros(len(known), dtype=np.int64))


def within_months(rows: Rows, score: Numbers) -> Estimate:
    """Compare leavers with stayers of the same month and stratum only: the headline.

    The value is the sum of concordant pairs over all months by the sum of pairs. The interval
    carries Obuchowski's (1997) sums by account over to that ratio; with one month it is his.
    """
    known, (numbers,) = scored(rows, score)
    return _estimate(known, numbers, known.cell)


def count_pairs(cell: Codes, score: Numbers, left: Flags) -> tuple[Numbers, Numbers]:
    """Count for each row its concordant pairs (ties one half) and all of its pairs, each with a
    row of the same cell and the other outcome. Takes O(n log n).

    >>> count_pairs(np.array([0, 0, 0]), np.array([1.0, 1.0, 2.0]), np.array([True, False, False]))
    (array([1.5, 0.5, 1. ]), array([2., 1., 1.]))
    """
    order = np.lexsort((score, cell))
    cells, scores, leaving = cell[order], score[order], left[order]
    is_new_cell = np.r_[True, cells[1:] != cells[:-1]]
    is_new_value = is_new_cell | np.r_[True, scores[1:] != scores[:-1]]
    leaving_before = np.r_[0, np.cumsum(leaving)]
    staying_before = np.r_[0, np.cumsum(~leaving)]

    def edges(is_new: Flags) -> tuple[Codes, Codes]:
        """The place where the run of equal rows begins and ends, for each row."""
        begins = np.flatnonzero(is_new)
        run = np.cumsum(is_new) - 1
        return begins[run], np.r_[begins[1:], len(order)][run]

    (first, end), (tie, tie_end) = edges(is_new_cell), edges(is_new_value)
    # A leaver's pair is concordant with a stayer above, a stayer's with a leaver below.
    above = staying_before[end] - (staying_before[tie] + staying_before[tie_end]) / 2
    below = (leaving_before[tie] + leaving_before[tie_end]) / 2 - leaving_before[first]
    staying = staying_before[end] - staying_before[first]
    concordant, pairs = np.empty(len(order)), np.empty(len(order))
    concordant[order] = np.where(leaving, above, below)
    pairs[order] = np.where(leaving, staying, leaving_before[end] - leaving_before[first])
    return concordant, pairs


def interval(value: float, error: float, fewest: int, level: float = LEVEL) -> tuple[float, float]:
    """Turn an AUC and its standard error into an interval, symmetric on the scale of logits so that
    it stays between 0 and 1 (Pepe 2003, "The statistical evaluation of medical tests", 5.2).

    `fewest` is the smaller number of leavers and stayers. From so few the error itself is estimated,
    so that the reach is Student's and not the normal one.
    """
    if value in (0.0, 1.0):
        return separated(value, fewest, level)
    student = stats.t.ppf((1 + level) / 2, max(fewest - 1, 1))
    reach = student * error / (value * (1 - value))
    low, high = special.expit(special.logit(value) + np.array([-reach, reach]))
    return float(low), float(high)


def separated(value: float, fewest: int, level: float = LEVEL) -> tuple[float, float]:
    """Give the interval of a score that parts leavers and stayers completely.

    Neither DeLong nor a bootstrap sees any error there. But so many pairs without a common account
    all fell on one side, which bounds the AUC as it does any proportion (Clopper and Pearson 1934,
    Biometrika 26, 404-413).

    >>> separated(1.0, 30)
    (0.884..., 1.0)
    """
    reach = ((1 - level) / 2) ** (1 / fewest)
    return (reach, 1.0) if value == 1.0 else (0.0, 1 - reach)


def _estimate(rows: Rows, score: Numbers, cell: Codes) -> Estimate:
    if not len(rows):
        return unknown(rows, METHOD)
    concordant, pairs = count_pairs(cell, score, rows.left)
    total = float(pairs[rows.left].sum())
    if not total:
        return unknown(rows, METHOD)
    value = float(concordant[rows.left].sum()) / total
    error = math.sqrt(_variance(rows, concordant - value * pairs, pairs > 0) / total**2)
    return estimate(rows, value, interval(value, error, rows.fewest), METHOD)


def _variance(rows: Rows, excess: Numbers, is_paired: Flags) -> float:
    """Obuchowski's variance of the sum of concordant pairs, less what the AUC expects of them.

    `excess` is, for each row, its concordant pairs less the AUC times its pairs: in one month, the
    structural components V10 - AUC and V01 - AUC times the number of rows on the other side.
    """
    leaving, staying = rows.left & is_paired, ~rows.left & is_paired
    of_leaver = sums(np.where(leaving, excess, 0.0), rows.number, rows.accounts)
    of_stayer = sums(np.where(staying, excess, 0.0), rows.number, rows.accounts)

    def correction(chosen: Flags) -> float:
        clusters = rows.distinct(chosen)
        return clusters / max(clusters - 1, 1)

    return float(
        correction(leaving) * (of_leaver**2).sum()
        + correction(staying) * (of_stayer**2).sum()
        + correction(is_paired) * 2 * (of_leaver * of_stayer).sum()
    )
