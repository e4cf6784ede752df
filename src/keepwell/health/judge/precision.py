"""This file computes what share of the lowest scores left, and what share of the leavers they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.health.judge import bootstrap
from keepwell.health.judge.bootstrap import Figure
from keepwell.health.judge.estimates import Estimate, estimate, unknown
from keepwell.health.judge.rows import Codes, Rows, scored
from keepwell.health.scoring.arrays import Numbers


@dataclass(frozen=True)
class Point:
    """What calling every account with such a score or a lower one would have meant."""

    score: float
    precision: float  # of those called, the share that left
    recall: float  # of those that left, the share that was called


def curve(rows: Rows, score: Numbers) -> tuple[Point, ...]:
    """Give precision and recall at every score, the lowest first; empty where nobody left."""
    known, (numbers,) = scored(rows, score)
    if not known.left.any():
        return ()
    order = np.argsort(numbers, kind="stable")
    ends = _last_of_ties(numbers[order])
    left = np.cumsum(known.left[order])[ends]
    precision, recall = left / (ends + 1), left / left[-1]
    of_scores = zip(numbers[order][ends].tolist(), precision.tolist(), recall.tolist(), strict=True)
    return tuple(Point(*values) for values in of_scores)


def average(rows: Rows, score: Numbers, *, seed: int, draws: int = bootstrap.DRAWS) -> Estimate:
    """Give the average precision: precision at every score, weighted by the recall it adds
    (Manning, Raghavan and Schuetze 2008, "Introduction to information retrieval", 8.4).

    A score that knows nothing reaches the leaving rate. The interval is bootstrapped by account.
    """
    known, (numbers,) = scored(rows, score)
    if not known.left.any():
        return unknown(known, bootstrap.METHOD)
    figure = average_figure(known, numbers)
    (value,) = figure(np.ones((known.accounts, 1), dtype=np.int32))
    (drawn,) = bootstrap.draw([figure], known, seed=seed, draws=draws)
    return estimate(
        known, value, bootstrap.percentiles(drawn, known.fewest), bootstrap.METHOD, draws
    )


def average_figure(rows: Rows, score: Numbers) -> Figure:
    """Sort once; give what computes the average precision for any number of draws."""
    order = np.argsort(score, kind="stable")
    ends = _last_of_ties(score[order])
    account, is_leaving = rows.number[order], rows.left[order, None]

    def figure(times: Codes) -> Numbers:
        weight = times[account]
        called = np.cumsum(weight, axis=0, dtype=np.int64)[ends]
        left = np.cumsum(weight * is_leaving, axis=0, dtype=np.int64)[ends]
        added = np.diff(left, axis=0, prepend=0)
        precision = np.divide(left, called, out=np.zeros(left.shape), where=called > 0)
        found = np.full(times.shape[1], np.nan)
        np.divide((added * precision).sum(axis=0), left[-1], out=found, where=left[-1] > 0)
        return found

    return figure


def _last_of_ties(sorted_scores: Numbers) -> Codes:
    return np.flatnonzero(np.r_[sorted_scores[1:] != sorted_scores[:-1], True])
