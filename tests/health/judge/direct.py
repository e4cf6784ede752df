"""This file computes AUCs and their errors the slow way, pair by pair, as the papers write them."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from scipy import stats

from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.rows import Rows
from keepwell.health.scoring.arrays import Numbers
from tests.conftest import EVERYTHING

# The same examples each time, or many new ones by hand and at night.
TRIED = settings(
    max_examples=500 if EVERYTHING else 40, derandomize=not EVERYTHING, deadline=None, database=None
)


@st.composite
def tables(draw: st.DrawFn, most_months: int = 4) -> tuple[Rows, Numbers]:
    """Small tables of few scores, with ties, gaps, and accounts in some of the months."""
    accounts = draw(st.integers(1, 12))
    months = draw(st.integers(1, most_months))
    account, month = (grid.ravel() for grid in np.mgrid[0:accounts, 0:months])
    cells = accounts * months
    is_there = np.array(draw(st.lists(st.booleans(), min_size=cells, max_size=cells)), dtype=bool)
    left = np.array(draw(st.lists(st.booleans(), min_size=cells, max_size=cells)), dtype=bool)
    known = st.one_of(st.integers(0, 6).map(float), st.just(np.nan))
    score = np.array(draw(st.lists(known, min_size=cells, max_size=cells)), dtype=float)
    rows = Rows(account * 3 + 5, month, left)
    return rows.only(is_there), score[is_there]


def within_months(rows: Rows, score: Numbers) -> float | None:
    """The share of concordant pairs, each looked at."""
    concordant = pairs = 0.0
    for one in range(len(rows)):
        for other in range(len(rows)):
            if not rows.left[one] or rows.left[other] or rows.month[one] != rows.month[other]:
                continue
            if rows.stratum is not None and rows.stratum[one] != rows.stratum[other]:
                continue
            if np.isnan(score[one]) or np.isnan(score[other]):
                continue
            pairs += 1
            concordant += 1.0 if score[one] < score[other] else 0.5 * (score[one] == score[other])
    return concordant / pairs if pairs else None


def obuchowski(rows: Rows, score: Numbers) -> tuple[float, float]:
    """AUC and standard error over all pairs: Obuchowski (1997), equations 3 to 6, as printed."""
    x, y = score[rows.left], score[~rows.left]
    of_x, of_y = rows.account[rows.left], rows.account[~rows.left]
    psi = (x[:, None] < y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    auc, v10, v01 = psi.mean(), psi.mean(axis=1), psi.mean(axis=0)
    with_x, with_y, clusters = np.unique(of_x), np.unique(of_y), np.unique(rows.account)
    s10 = sum((v10[of_x == i].sum() - (of_x == i).sum() * auc) ** 2 for i in with_x)
    s01 = sum((v01[of_y == i].sum() - (of_y == i).sum() * auc) ** 2 for i in with_y)
    s11 = sum(
        (v10[of_x == i].sum() - (of_x == i).sum() * auc)
        * (v01[of_y == i].sum() - (of_y == i).sum() * auc)
        for i in clusters
    )
    s10 *= len(with_x) / ((len(with_x) - 1) * len(x))
    s01 *= len(with_y) / ((len(with_y) - 1) * len(y))
    s11 *= len(clusters) / (len(clusters) - 1)
    return auc, math.sqrt(s10 / len(x) + s01 / len(y) + 2 * s11 / (len(x) * len(y)))


def error_of(found: Estimate, leavers: int) -> float:
    """Read the standard error back from an interval of Student's on the scale of logits; there are
    no more leavers than others."""
    value, low, high = found.value, found.low, found.high
    assert value is not None
    assert low is not None
    assert high is not None

    def logit(share: float) -> float:
        return math.log(share / (1 - share))

    return (logit(high) - logit(low)) / (2 * stats.t.ppf(0.975, leavers - 1)) * value * (1 - value)
