"""This file suggests points and weights for the columns of a table: weights are at least 0 and add up to 100, fitted so that they hold on other accounts."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from keepwell.health.judge import column_points, equal_weights, table_folds
from keepwell.health.judge.customer_table import Column
from keepwell.health.judge.equal_weights import NEUTRAL, Weighted
from keepwell.health.judge.rows import Codes
from keepwell.health.scoring.arrays import Flags, Numbers

# The simplest first: each is taken only where it fits other accounts better than those before it by
# more than this, divided by the root of the number of accounts.
KINDS: tuple[column_points.Kind, ...] = (
    column_points.ranks,
    column_points.rising,
    column_points.by_leaving,
)
BETTER = 0.3
HURDLE = 1.0  # standard errors above chance that a column must be to be weighted at all
PENALTY = 1.0  # on the squares of the weights, for points from 0 to 1 (ridge): felt where accounts are few
LEAST = 1e-6  # of a weight: what is less is what the search left of 0
TOTAL = 100.0
ROUNDS = 3
STEPS, HALVINGS, ENOUGH = 50, 20, 1e-9


def fit(columns: tuple[Column, ...], left: Flags, accounts: Codes) -> Weighted:
    """Fit points and weights on these rows.

    Weights are fitted to points that each account got from others: a category that few accounts have
    would otherwise look better than it is.
    """
    fold = table_folds.deal(left, accounts)
    share = column_points.shares(accounts)
    tried = [column_points.out_of_fold(columns, left, accounts, fold, kind) for kind in KINDS]
    fits = np.array(
        [[_correlation(each[:, at], left, share) for at in range(len(columns))] for each in tried]
    )
    handicap = BETTER * np.arange(len(KINDS)) / np.sqrt(share.sum())
    chosen = np.argmax(fits - handicap[:, None], axis=0)
    points = np.column_stack([tried[kind][:, at] for at, kind in enumerate(chosen)])
    judged = [
        equal_weights.by_fold(points[:, at], left, accounts, fold) for at in range(len(columns))
    ]
    taken = np.array([equal_weights.above_chance(each) for each in judged]) >= HURDLE
    weights = np.zeros(len(columns))
    if taken.any():
        weights[taken] = weigh(points[:, taken], left, share)
    kinds = tuple(KINDS[kind] for kind in chosen)
    tables = tuple(
        kind(column, column_points.count(column, left, share))
        for kind, column in zip(kinds, columns, strict=True)
    )
    return Weighted(kinds, tables, weights)


def weigh(points: Numbers, left: Flags, share: Numbers) -> Numbers:
    """Fit a logistic regression of staying on points, with weights of at least 0.

    Returns the weights, which add up to 100, or are all 0 where no column helps. A missing point is put at the row's own
    score, which is what leaving its weight to the others means; as the score depends on the weights,
    both are found in rounds.
    """
    missing = np.isnan(points)
    own = equal_weights.mean(points)
    start = np.zeros(points.shape[1] + 1)
    for _ in range(ROUNDS if missing.any() else 1):
        own = np.where(np.isnan(own), NEUTRAL, own)
        filled = np.where(missing, own[:, None], points) / 100.0
        start = _logistic(filled, left, share, start)
        weights: Numbers = np.where(start[1:] > LEAST, start[1:], 0.0)
        if not weights.any():
            return weights
        own = equal_weights.mean(points, weights)
    scaled: Numbers = weights / weights.sum() * TOTAL
    return scaled


def _logistic(points: Numbers, left: Flags, share: Numbers, start: Numbers) -> Numbers:
    """Find the intercept and the weights that lose least, by Newton's steps that keep weights at 0 or above.

    Each step solves its quadratic by bounded least squares (Lawson and Hanson 1974): few passes over
    the rows, of which there can be many.
    """
    stays = np.where(left, 0.0, 1.0)
    rows = np.column_stack([np.ones(len(points)), points - points.mean(axis=0)])
    part = share / share.sum()
    ridge = np.r_[1e-9, np.full(points.shape[1], PENALTY / share.sum())]
    lowest = np.r_[-np.inf, np.zeros(points.shape[1])]

    def loss(given: Numbers) -> float:
        margin = rows @ given
        lost = part @ (np.logaddexp(0.0, margin) - stays * margin)
        return float(lost + ridge / 2 @ (given * given))

    now, least = start, loss(start)
    for _ in range(STEPS):
        chance = special.expit(rows @ now)
        slope = (part * (chance - stays)) @ rows + ridge * now
        curve = (rows * (part * chance * (1.0 - chance))[:, None]).T @ rows + np.diag(ridge)
        root = np.linalg.cholesky(curve)
        target = np.linalg.solve(root, curve @ now - slope)
        there = optimize.lsq_linear(root.T, target, bounds=(lowest, np.inf), method="bvls").x
        # A whole step can go too far where nearly everybody is on one side.
        for _ in range(HALVINGS):
            if (reached := loss(there)) <= least:
                break
            there = (now + there) / 2
        gain, now, least = least - reached, there, min(least, reached)
        if gain < ENOUGH:
            break
    return now


def _correlation(points: Numbers, left: Flags, share: Numbers) -> float:
    """Correlate known points with staying; 0 where either does not vary."""
    known = ~np.isnan(points)
    x, y, part = points[known], np.where(left[known], 0.0, 1.0), share[known]
    if not len(x):
        return 0.0
    x, y = x - np.average(x, weights=part), y - np.average(y, weights=part)
    spread = (part * x * x).sum() * (part * y * y).sum()
    return float((part * x * y).sum() / np.sqrt(spread)) if spread > 0 else 0.0
