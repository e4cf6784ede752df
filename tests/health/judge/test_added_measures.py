"""This file holds which measures join the score in the likelihood to renew: those that later months confirm, and no others."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import special

from keepwell.health.judge import added_measures
from keepwell.health.judge.added_measures import Added
from keepwell.health.judge.rows import Rows
from keepwell.health.scoring.arrays import Flags, Numbers
from tests.conftest import EVERYTHING

MONTHS = 6
Company = tuple[Rows, Numbers, dict[str, Numbers]]


def company(seed: int, *, share: float, accounts: int = 600) -> Company:
    """Accounts that are looked at six times; what tells who stays is the score and, by a share of it, one of four measures."""
    random = np.random.default_rng(seed)
    account, month = (grid.ravel() for grid in np.mgrid[0:accounts, 0:MONTHS])
    own = {
        name: random.uniform(0, 100, size=accounts)[account]
        for name in ("telling", "noise", "more noise", "rare")
    }
    score = 0.25 * sum(own.values()) + random.normal(0, 8, size=len(account))
    score = np.clip(score, 0, 100)
    own["rare"][random.random(len(account)) < 0.9] = np.nan
    own["telling"][random.random(len(account)) < 0.1] = np.nan
    mixed = score + share * np.nan_to_num(own["telling"] - score)
    left = random.random(len(account)) > special.expit(-2 + 0.06 * mixed)
    return Rows(account, month, left), score, own


def halves(rows: Rows) -> tuple[Flags, Flags]:
    return rows.month < MONTHS // 2, rows.month >= MONTHS // 2


@pytest.mark.parametrize("seed", range(40) if EVERYTHING else range(6))
def test_a_measure_that_says_more_than_it_weighs_is_found(seed: int) -> None:
    rows, score, points = company(seed, share=0.5)
    found = added_measures.find(rows, score, points, *halves(rows))
    assert found[0] == "telling"
    shares = added_measures.shares(rows, score, points, ["telling"])
    assert shares[0].share == pytest.approx(0.5, abs=0.25)


def test_where_the_score_says_all_hardly_ever_anything_is_added() -> None:
    seeds = range(100 if EVERYTHING else 20)
    added = [
        added_measures.find(rows, score, points, *halves(rows))
        for rows, score, points in (company(seed, share=0.0) for seed in seeds)
    ]
    assert sum(map(bool, added)) <= 0.1 * len(added)


def test_shares_are_those_of_a_logistic_regression() -> None:
    rows, score, points = company(1, share=0.5)
    apart = np.nan_to_num(points["telling"] - score)
    design = np.column_stack([np.ones(len(rows)), score, apart])
    _, of_score, of_measure = sm.Logit((~rows.left).astype(float), design).fit(disp=0).params
    (found,) = added_measures.shares(rows, score, points, ["telling"])
    assert found.share == pytest.approx(of_measure / of_score, rel=1e-6)


def test_with_too_few_in_either_half_nothing_is_tried() -> None:
    rows, score, points = company(1, share=1.0)
    few = rows.month >= MONTHS  # nobody
    assert added_measures.find(rows, score, points, few, ~few) == ()
    assert added_measures.find(rows, score, points, ~few, few) == ()


def test_a_measure_that_would_count_against_itself_is_not_added() -> None:
    rows, score, points = company(1, share=0.5)
    turned = {"turned": 100 - points["telling"]}
    assert added_measures.find(rows, score, turned, *halves(rows)) == ()
    assert added_measures.shares(rows, score, turned, ["turned"]) == ()


def test_at_most_all_of_the_score_is_replaced() -> None:
    random = np.random.default_rng(3)
    account = np.arange(2000)
    telling = random.uniform(0, 100, size=2000)
    score = np.clip(50 + random.normal(0, 20, size=2000) + 0.2 * (telling - 50), 0, 100)
    left = random.random(2000) > special.expit(-2 + 0.06 * telling)
    rows = Rows(account, account % 2, left)
    (found,) = added_measures.shares(rows, score, {"telling": telling}, ["telling"])
    assert 0.8 < found.share <= 1.0
    mixed = added_measures.mixed(score, {"telling": telling}, (Added("telling", 1.0),))
    assert mixed == pytest.approx(telling)


def test_a_mix_stays_within_scores_and_ignores_what_is_missing() -> None:
    score = np.array([10.0, 90.0, 50.0])
    points = {"a": np.array([0.0, 100.0, np.nan])}
    assert added_measures.mixed(score, points, (Added("a", 0.5),)).tolist() == [5.0, 95.0, 50.0]
    assert added_measures.mixed(score, {}, (Added("a", 0.5),)).tolist() == score.tolist()
