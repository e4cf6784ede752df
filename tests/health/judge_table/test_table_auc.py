"""This file tests the figure that everything is judged by: against scikit-learn, against all pairs counted one by one, and against drawing again."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from keepwell.health.judge import table_auc, verdicts
from keepwell.health.judge.table_auc import WIDER, Z

ONE = np.zeros(400, dtype=np.int64)


def some(seed: int, rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    left = random.random(rows) < 0.3
    return np.round(random.normal(size=rows) - 0.8 * left, 1), left


@pytest.mark.parametrize("seed", range(5))
def test_the_auc_is_that_of_scikit_learn(seed: int) -> None:
    score, left = some(seed)
    value, _ = table_auc.auc(score, left, np.arange(400), ONE)
    assert value == pytest.approx(roc_auc_score(left, -score), abs=1e-12)


def test_pairs_are_compared_within_a_stratum_only() -> None:
    score, left = some(1)
    strata = np.arange(400) % 3
    parts = [(strata == nth) for nth in range(3)]
    aucs = [roc_auc_score(left[part], -score[part]) for part in parts]
    pairs = [left[part].sum() * (~left[part]).sum() for part in parts]
    # A shift of a whole stratum changes no pair.
    value, _ = table_auc.auc(score + 100.0 * strata, left, np.arange(400), strata)
    assert value == pytest.approx(np.average(aucs, weights=pairs), abs=1e-12)


def test_the_error_is_that_of_delong_where_each_account_has_one_row() -> None:
    score, left = some(2)
    lost, kept = score[left], score[~left]
    wins = (lost[:, None] < kept[None, :]) + (lost[:, None] == kept[None, :]) / 2
    by_leaver, by_stayer = wins.mean(axis=1), wins.mean(axis=0)
    delong = np.sqrt(by_leaver.var(ddof=1) / len(lost) + by_stayer.var(ddof=1) / len(kept))
    _, influence = table_auc.auc(score, left, np.arange(400), ONE)
    error = table_auc.standard_error(influence, int(left.sum()), int((~left).sum()))
    assert error == pytest.approx(delong, rel=0.01)


def test_rows_of_an_account_are_not_independent() -> None:
    score, left = some(3, 100)
    again, of = np.tile(score, 4), np.tile(left, 4)
    accounts, one = np.tile(np.arange(100), 4), np.zeros(400, dtype=np.int64)
    once = table_auc.judged(score, left, np.arange(100), one[:100], is_refitted=False)
    four = table_auc.judged(again, of, accounts, one, is_refitted=False)
    assert once.low is not None
    assert (four.value, four.low, four.leavers) == (
        pytest.approx(once.value), pytest.approx(once.low), once.leavers
    )  # fmt: skip


def test_drawing_the_accounts_again_spreads_as_far_as_the_interval_says() -> None:
    random = np.random.default_rng(4)
    accounts = np.repeat(np.arange(200), 3)
    own = random.normal(size=200)
    left = (random.random(200) < 1 / (1 + np.exp(1 + own)))[accounts]
    score = own[accounts] + random.normal(size=600)
    _, influence = table_auc.auc(score, left, accounts, np.zeros(600, dtype=np.int64))
    error = table_auc.standard_error(influence, 100, 100)
    found = []
    for _ in range(400):
        drawn = np.concatenate([np.arange(3) + 3 * each for each in random.integers(0, 200, 200)])
        found.append(roc_auc_score(left[drawn], -score[drawn]))
    assert error == pytest.approx(np.std(found), rel=0.15)


def test_what_is_refitted_in_each_fold_has_a_wider_interval() -> None:
    score, left = some(5)
    one, more = (
        table_auc.judged(score, left, np.arange(400), ONE, is_refitted=each)
        for each in (False, True)
    )
    assert one.low is not None
    assert more.low is not None
    assert one.value is not None
    assert one.value - more.low == pytest.approx(WIDER * (one.value - one.low))


def test_rows_without_a_score_are_left_out_and_few_accounts_have_no_figure() -> None:
    score, left = some(6)
    score[:250] = np.nan
    found = table_auc.judged(score, left, np.arange(400), ONE, is_refitted=False)
    assert found.rows == 150
    assert found.value == pytest.approx(roc_auc_score(left[250:], -score[250:]))
    is_29th = np.cumsum(left) <= 29
    few = table_auc.judged(*(each[is_29th] for each in (score, left, np.arange(400), ONE)), is_refitted=False)  # fmt: skip
    assert (few.value, few.low, few.high, few.verdict) == (None, None, None, "too_few")


def test_the_difference_of_a_score_from_itself_is_nothing_and_a_better_one_is_told() -> None:
    score, left = some(7)
    rows = (left, np.arange(400), ONE)
    assert table_auc.difference(score, score, *rows, is_refitted=False) == pytest.approx((0, 0, 0))
    noise = np.random.default_rng(1).normal(size=400)
    value, low, high = table_auc.difference(score, noise, *rows, is_refitted=False) or (0, 0, 0)
    assert value == pytest.approx(roc_auc_score(left, -score) - roc_auc_score(left, -noise))
    assert 0 < low < value < high
    assert (high - low) / 2 == pytest.approx(value - low)


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        ((0.45, 0.41, 0.49), "wrong_way"),
        ((0.55, 0.45, 0.649), "not_predictive"),
        ((0.55, 0.45, 0.65), "cannot_tell_yet"),
        ((0.55, 0.50, 0.60), "not_predictive"),
        ((0.64, 0.51, 0.77), "a_little"),
        ((0.649, 0.61, 0.68), "a_little"),
        ((0.65, 0.59, 0.71), "yes_with_care"),
        ((0.70, 0.60, 0.80), "yes"),
    ],
)
def test_a_verdict_follows_from_the_interval(
    figures: tuple[float, float, float], verdict: str
) -> None:
    assert verdicts.of_auc(*figures) == verdict


def test_an_interval_reaches_two_standard_errors_each_way() -> None:
    score, left = some(8)
    found = table_auc.judged(score, left, np.arange(400), ONE, is_refitted=False)
    _, influence = table_auc.auc(score, left, np.arange(400), ONE)
    error = table_auc.standard_error(influence, found.leavers, found.stayers)
    assert found.high is not None
    assert found.low is not None
    assert found.high - found.low == pytest.approx(2 * Z * error)


def test_folds_of_one_file_cannot_point_the_wrong_way() -> None:
    """Each direction was taken from the other folds: what is below one half is chance there."""
    score, left = some(9)
    once, folds = (
        table_auc.judged(-score, left, np.arange(400), ONE, is_refitted=each)
        for each in (False, True)
    )
    assert folds.high is not None
    assert folds.high < 0.5
    assert (once.verdict, folds.verdict) == ("wrong_way", "not_predictive")
