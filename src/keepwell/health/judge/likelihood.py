"""This file fits the likelihood to renew: from a score to the share of accounts that stayed, with an interval by account."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from scipy import sparse, special
from scipy.optimize import isotonic_regression

from keepwell.health.judge import bootstrap, logistic
from keepwell.health.judge.bootstrap import Progress
from keepwell.health.judge.estimates import LEVEL
from keepwell.health.judge.frozen_likelihood import (
    GRID,
    ISOTONIC,
    LOGISTIC,
    Answer,
    Likelihood,
    NotEnough,
    curve,
)
from keepwell.health.judge.rows import Codes, Rows, numbered, scored
from keepwell.health.scoring.arrays import Numbers

# The same minimum as for any verdict: below it an interval is as wide as the question.
NEEDED = 30
# From so many accounts on, and so many of the rarer outcome, the curve takes any rising shape;
# below that it is logistic, with two numbers to learn instead of dozens. Niculescu-Mizil and Caruana
# (2005, "Predicting good probabilities with supervised learning", ICML) found isotonic regression
# better from about 1,000 cases on and worse, by overfitting, below about 200; accounts and
# not rows count, for the rows of one account are one case.
ISOTONIC_ACCOUNTS = 1000
ISOTONIC_RARER = 100
# The interval is drawn on scores rounded to half a point: 200 cells instead of every row, which no
# interval shows and which makes a draw a hundred times cheaper.
CELLS_A_POINT = 2

Knots: TypeAlias = tuple[tuple[float, float], ...]


def fit(
    rows: Rows,
    score: Numbers,
    *,
    seed: int,
    draws: int = bootstrap.DRAWS,
    progress: Progress | None = None,
) -> Answer:
    """Fit the probability to stay through the lead, given the score (0..100); missing scores are left out.

    A higher score never makes it lower: where it would, the curve is level. Below 30 distinct
    leavers or stayers the answer is that there is not enough history. The interval is for the mean
    at a score, its ends percentiles of curves fitted to accounts drawn with replacement.
    """
    known, (numbers,) = scored(rows, score)
    if min(known.leavers, known.stayers) < NEEDED:
        return NotEnough(known.leavers, known.stayers, NEEDED)
    is_large = known.accounts >= ISOTONIC_ACCOUNTS
    is_large = is_large and min(known.leavers, known.stayers) >= ISOTONIC_RARER
    kind = ISOTONIC if is_large else LOGISTIC
    intercept, slope, knots = _fitted(kind, numbers, (~known.left).astype(float), None)
    # Laplace's rule of succession: nobody is certain after so many accounts.
    least = 1 / (known.accounts + 2)
    whole = np.clip(curve(np.array(GRID), intercept, slope, knots), least, 1 - least)
    drawn = _drawn(kind, known, numbers, seed, draws, progress)
    low, high = np.quantile(drawn, bootstrap.shares_below(known.fewest), axis=0)
    low = np.minimum(np.clip(low, least, 1 - least), whole)
    high = np.maximum(np.clip(high, least, 1 - least), whole)
    return Likelihood(
        kind=kind,
        intercept=intercept,
        slope=slope,
        knots=knots,
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        least=least,
        most=1 - least,
        leavers=known.leavers,
        stayers=known.stayers,
        rows=len(known),
        level=LEVEL,
        draws=draws,
        seed=seed,
    )


def _fitted(
    kind: str, score: Numbers, stayed: Numbers, weight: Numbers | None
) -> tuple[float | None, float | None, Knots]:
    """Fit to the share `stayed` (0..1) at each score; gives intercept and slope, or knots."""
    weights = np.ones(len(score)) if weight is None else weight
    if kind == ISOTONIC:
        return None, None, _knots(score, stayed, weights)
    rate = float(np.average(stayed, weights=weights))
    if not 0 < rate < 1:  # a draw in which nobody left: level, and cut off at what can be known
        return (40.0 if rate else -40.0), 0.0, ()
    design = np.c_[score / 100, np.ones(len(score))]
    found = logistic.coefficients(design, stayed, weights)
    if found is None:
        found = logistic.coefficients(design, _drawn_in(stayed, weights), weights)
    # The best curve that does not fall is level where the best curve falls.
    if found is None or found[0] < 0:
        return float(special.logit(rate)), 0.0, ()
    return float(found[1]), float(found[0]) / 100, ()


def _drawn_in(stayed: Numbers, weight: Numbers) -> Numbers:
    """Draw outcomes in from 0 and 1, where the score parts them so well that no curve is steep
    enough (Platt 1999, "Probabilistic outputs for support vector machines", 2.2)."""
    staying = float((stayed * weight).sum())
    leaving = float(weight.sum()) - staying
    high, low = (staying + 1) / (staying + 2), 1 / (leaving + 2)
    return low + stayed * (high - low)


def _knots(score: Numbers, stayed: Numbers, weight: Numbers) -> Knots:
    """Fit a curve that never falls, and draw it through the middle of each of its steps.

    The steps are those of pool adjacent violators (Barlow and others 1972); a line from centre to
    centre instead of jumps is centred isotonic regression (Oron and Flournoy 2017, Statistics in
    Biopharmaceutical Research 9, 258-267), nearer to the truth where that rises smoothly.
    """
    scores, place = np.unique(score, return_inverse=True)
    weights = np.bincount(place, weights=weight)
    shares = np.bincount(place, weights=weight * stayed) / weights
    steps = isotonic_regression(shares, weights=weights).x
    step = np.r_[0, np.cumsum(np.diff(steps) > 1e-12)]
    of_step = np.bincount(step, weights=weights)
    centres = np.bincount(step, weights=weights * scores) / of_step
    levels = np.bincount(step, weights=weights * steps) / of_step
    return tuple(zip(centres.tolist(), levels.tolist(), strict=True))


def _drawn(
    kind: str, rows: Rows, score: Numbers, seed: int, draws: int, progress: Progress | None
) -> Numbers:
    """Fit one curve to each draw; gives them at the scores of the grid (draws x grid)."""
    cell = numbered(np.round(score * CELLS_A_POINT).astype(np.int64))
    cells = int(cell.max()) + 1
    centre = np.bincount(cell, weights=score) / np.bincount(cell)
    shape = cells, rows.accounts

    def counted(chosen: Numbers) -> sparse.csr_array:
        return sparse.coo_array((chosen, (cell, rows.number)), shape=shape).tocsr()

    all_rows, staying = counted(np.ones(len(rows))), counted((~rows.left).astype(float))
    found: list[Numbers] = []

    def figure(times: Codes) -> Numbers:
        of_all, of_staying = all_rows @ times, staying @ times
        for weight, stayed in zip(of_all.T, of_staying.T, strict=True):
            some = weight > 0
            fitted = _fitted(kind, centre[some], stayed[some] / weight[some], weight[some])
            found.append(curve(np.array(GRID), *fitted))
        return np.zeros(times.shape[1])

    bootstrap.draw([figure], rows, seed=seed, draws=draws, progress=progress)
    return np.array(found)
