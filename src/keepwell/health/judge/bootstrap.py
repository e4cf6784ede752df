"""This file draws accounts with replacement, again and again, to see how far a figure would differ had other accounts been there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from scipy import stats

from keepwell.health.judge import auc
from keepwell.health.judge.estimates import LEVEL, Estimate, estimate, unknown
from keepwell.health.judge.rows import Codes, Rows, scored
from keepwell.health.scoring.arrays import Numbers

METHOD = "bootstrap_by_account"
DRAWS = 1000
# So many draws at once are summed up while they are near the processor: 64 take twice as long.
AT_ONCE = 8

# Takes how often each account was drawn (accounts x draws); gives the figure of each draw,
# not-a-number where it has none.
Figure: TypeAlias = Callable[[Codes], Numbers]
Progress: TypeAlias = Callable[[int, int], None]  # draws done, draws in all


def within_months(
    rows: Rows,
    score: Numbers,
    *,
    seed: int,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Estimate:
    """Give the AUC within months (`auc.within_months`) with a percentile interval by account.

    Accounts are drawn with all of their rows, for rows of one account are not independent (Field
    and Welsh 2007, "Bootstrapping clustered data", JRSS B 69, 369-390). The same seed gives the same
    interval.
    """
    known, (numbers,) = scored(rows, score)
    whole = auc.within_months(known, numbers)
    if whole.value is None:
        return unknown(known, METHOD)
    if whole.value in (0.0, 1.0):  # every draw would say the same: `auc.separated` says more
        return replace(whole, method=METHOD, draws=draws)
    (drawn,) = draw(
        [pairs_within_months(known, numbers)], known, seed=seed, draws=draws, progress=progress
    )
    return estimate(known, whole.value, percentiles(drawn, known.fewest), METHOD, draws)


def difference(
    rows: Rows,
    first: Numbers,
    second: Numbers,
    *,
    seed: int,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Estimate:
    """Give the AUC of the first score less that of the second, within months, where both are known.

    Both are computed on the same draws, so what they share cancels out.
    """
    known, (one, other) = scored(rows, first, second)
    whole = auc.within_months(known, one).value, auc.within_months(known, other).value
    if whole[0] is None or whole[1] is None:
        return unknown(known, METHOD)
    figures = [pairs_within_months(known, one), pairs_within_months(known, other)]
    drawn = draw(figures, known, seed=seed, draws=draws, progress=progress)
    ends = percentiles(drawn[0] - drawn[1], known.fewest)
    return estimate(known, whole[0] - whole[1], ends, METHOD, draws)


def draw(
    figures: Sequence[Figure],
    rows: Rows,
    *,
    seed: int,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Numbers:
    """Compute figures (figures x draws) on accounts drawn with replacement, as many as there are.

    An account drawn twice weighs twice; no row is copied.
    """
    assert rows.accounts, "there are accounts to draw"
    accounts = rows.accounts
    random = np.random.default_rng(seed)
    found = np.empty((len(figures), draws))
    for start in range(0, draws, AT_ONCE):
        count = min(AT_ONCE, draws - start)
        # Drawn one after the other, so that the result does not depend on how many go at once.
        places = random.integers(accounts, size=(count, accounts))
        places += np.arange(count)[:, None] * accounts
        times = np.bincount(places.ravel(), minlength=count * accounts).astype(np.int32)
        times = np.ascontiguousarray(times.reshape(count, accounts).T)
        for place, figure in enumerate(figures):
            found[place, start : start + count] = figure(times)
        if progress is not None:
            progress(start + count, draws)
    return found


def percentiles(drawn: Numbers, fewest: int) -> tuple[float, float] | None:
    """Give the ends of the interval that holds the middle of the draws, leaving out those without
    a figure (Efron and Tibshirani 1993, "An introduction to the bootstrap", 13.3).

    `fewest` is the smaller number of leavers and stayers: see `shares_below`.
    """
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return None
    low, high = np.quantile(known, shares_below(fewest))
    return float(low), float(high)


def shares_below(fewest: int, level: float = LEVEL) -> tuple[float, float]:
    """Give the shares of draws below either end of an interval.

    With few leavers draws spread less than the truth does, and 95 in 100 of them hold it less
    often. Hesterberg (2015, "What teachers should know about the bootstrap", The American
    Statistician 69, 371-386) expands the percentiles by as much as Student's reach is wider.

    >>> [round(share, 4) for share in shares_below(30)]
    [0.0188, 0.9812]
    >>> [round(share, 4) for share in shares_below(10_000)]
    [0.025, 0.975]
    """
    spare = max(fewest - 1, 1)
    reach = stats.t.ppf((1 + level) / 2, spare) * np.sqrt((spare + 1) / spare)
    below = float(stats.norm.cdf(-reach))
    return below, 1 - below


def pairs_within_months(rows: Rows, score: Numbers) -> Figure:
    """Sort once; give what computes the AUC within months for any number of draws.

    The weight of stayers is summed up once in the order of cells and scores. What a leaver is
    compared with are differences of these sums, in whole numbers, so nothing is lost.
    """
    order = np.lexsort((score, rows.cell))
    order = order[~rows.left[order]]
    stayer_cell, stayer_score = rows.cell[order], score[order]
    leaver_cell, leaver_score = rows.cell[rows.left], score[rows.left]
    # Ranks of cell and score together: one search finds a leaver's place among the stayers.
    values, ranks = np.unique(np.r_[stayer_score, leaver_score], return_inverse=True)
    place = np.r_[stayer_cell, leaver_cell] * np.int64(len(values) + 1) + ranks
    among, sought = place[: len(order)], place[len(order) :]
    begins = np.searchsorted(stayer_cell, leaver_cell, "left")
    ends = np.searchsorted(stayer_cell, leaver_cell, "right")
    ties = np.searchsorted(among, sought, "left")
    tie_ends = np.searchsorted(among, sought, "right")
    stayer, leaver = rows.number[order], rows.number[rows.left]
    # Half as wide where no sum can overflow: an account is in at most every row, drawn every time.
    most = 2 * rows.accounts * int(np.bincount(rows.number).max())
    whole = np.int32 if most < np.iinfo(np.int32).max else np.int64

    def figure(times: Codes) -> Numbers:
        weight = np.zeros((len(order) + 1, times.shape[1]), dtype=whole)
        np.cumsum(times[stayer], axis=0, out=weight[1:])
        own, end = times[leaver].astype(np.int64), weight[ends]
        pairs = (own * (end - weight[begins])).sum(axis=0)
        twice_concordant = (own * (2 * end - weight[ties] - weight[tie_ends])).sum(axis=0)
        found = np.full(times.shape[1], np.nan)
        np.divide(twice_concordant, 2 * pairs, out=found, where=pairs > 0)
        return found

    return figure
