"""This file tests equal and suggested weights: what is taken, what it adds up to, and against another implementation."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from keepwell.health.judge import equal_weights, suggested_weights
from keepwell.health.judge.suggested_weights import PENALTY
from tests.health.judge_table.tables import drawn


def test_equal_weights_are_equal_and_leave_noise_out() -> None:
    table = drawn(1, 1500, 12, 3)
    fitted = equal_weights.fit(table.columns, table.left, table.accounts)
    taken = fitted.weights > 0
    assert taken[:3].all()
    assert taken[3:].sum() <= 2
    assert fitted.weights.sum() == pytest.approx(100)
    assert len(set(fitted.weights[taken])) == 1


def test_the_weight_of_what_is_missing_goes_to_the_others() -> None:
    points = np.array([[100.0, np.nan, 0.0], [np.nan, np.nan, np.nan], [10.0, 20.0, 60.0]])
    found = equal_weights.mean(points, np.array([1.0, 5.0, 3.0]))
    assert found[[0, 2]].tolist() == pytest.approx([25.0, 290 / 9])
    assert np.isnan(found[1])


def test_suggested_weights_are_never_negative_and_add_up_to_100() -> None:
    for seed in range(4):
        table = drawn(seed, 400, 10, 3)
        fitted = suggested_weights.fit(table.columns, table.left, table.accounts)
        assert (fitted.weights >= 0).all()
        assert fitted.weights.sum() == pytest.approx(100)
        assert fitted.weights[:3].sum() > 60


def test_where_nothing_pulls_below_zero_the_weights_are_those_of_logistic_regression() -> None:
    random = np.random.default_rng(5)
    points = random.uniform(0, 100, size=(800, 3))
    chance = 1 / (1 + np.exp(-(points @ [0.01, 0.02, 0.04] - 3)))
    left = random.random(800) > chance
    found = suggested_weights.weigh(points, left, np.ones(800))
    other = LogisticRegression(C=1 / PENALTY, tol=1e-10, max_iter=10_000)
    other.fit(points / 100, ~left)
    expected = other.coef_[0] / other.coef_[0].sum() * 100
    assert found.tolist() == pytest.approx(expected.tolist(), abs=1e-3)


def test_a_column_that_would_need_a_negative_weight_has_none() -> None:
    random = np.random.default_rng(6)
    points = random.uniform(0, 100, size=(800, 2))
    left = random.random(800) > 1 / (1 + np.exp(-(points @ [0.05, -0.03] - 1)))
    assert suggested_weights.weigh(points, left, np.ones(800)).tolist() == pytest.approx([100, 0])
    backwards = suggested_weights.weigh(points[:, 1:], left, np.ones(800))
    assert backwards.tolist() == [0.0]


def test_one_side_without_anybody_on_the_other_still_has_weights() -> None:
    points = np.column_stack([np.repeat([0.0, 100.0], 50), np.tile([0.0, 100.0], 50)])
    left = np.repeat([True, False], 50)
    found = suggested_weights.weigh(points, left, np.ones(100))
    assert found[0] > 99


def test_the_others_are_fitted_again_where_one_has_no_weight() -> None:
    random = np.random.default_rng(9)
    points = random.uniform(0, 60, size=(1500, 3))
    # The third goes with the first, and without its own weight it would take some of the first's.
    points[:, 2] = 0.6 * points[:, 2] + 0.6 * points[:, 0]
    left = random.random(1500) > 1 / (1 + np.exp(-(points @ [0.06, 0.03, -0.03] - 1)))
    found = suggested_weights.weigh(points, left, np.ones(1500))
    other = LogisticRegression(C=1 / PENALTY, tol=1e-10, max_iter=10_000)
    other.fit(points[:, :2] / 100, ~left)
    expected = other.coef_[0] / other.coef_[0].sum() * 100
    assert found.tolist() == pytest.approx([*expected, 0], abs=1e-2)


def test_gaps_of_those_who_stay_hardly_move_the_weights() -> None:
    random = np.random.default_rng(7)
    points = random.uniform(0, 100, size=(5000, 3))
    left = random.random(5000) > 1 / (1 + np.exp(-(points @ [0.02, 0.02, 0.04] - 4)))
    whole = suggested_weights.weigh(points, left, np.ones(5000))
    gaps = points.copy()
    gaps[~left & (random.random(5000) < 0.5), 2] = np.nan
    assert suggested_weights.weigh(gaps, left, np.ones(5000)) == pytest.approx(whole, abs=10)


def test_a_shape_that_is_no_line_is_told_by_steps() -> None:
    random = np.random.default_rng(8)
    table = drawn(8, 3000, 4, 0)
    column = table.columns[1]
    assert column.numbers is not None
    cells = column.numbers[column.codes]
    left = random.random(3000) < np.where(np.abs(cells) > 1, 0.7, 0.1)
    fitted = suggested_weights.fit(table.columns, left, table.accounts)
    assert fitted.weights[1] > 75
    assert fitted.kinds[1] is suggested_weights.KINDS[2]
    line = random.random(3000) < np.clip(0.3 - 0.1 * cells, 0, 1)
    straight = suggested_weights.fit(table.columns, line, table.accounts)
    assert straight.kinds[1] is not suggested_weights.KINDS[2]
