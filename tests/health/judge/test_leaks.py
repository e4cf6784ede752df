"""This file tests the alarm over measures that alone tell who left far too well."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from keepwell.health.judge import auc, leaks
from keepwell.health.judge.rows import Rows
from tests.health.judge.companies import company


def one_month(count: int, rate: float = 0.25, seed: int = 1) -> tuple[Rows, np.random.Generator]:
    random = np.random.default_rng(seed)
    left = random.random(count) < rate
    return Rows(np.arange(count), np.zeros(count, dtype=int), left), random


def test_a_column_that_is_filled_when_an_account_leaves_raises_the_alarm() -> None:
    rows, random = one_month(600)
    reason = np.where(
        rows.left & (random.random(600) < 0.9), random.choice(["price", "quality"], 600), None
    )
    found = leaks.alone(rows, reason, seed=1)
    assert (found.value or 0) > 0.9
    days = np.where(rows.left, np.nan, random.uniform(1, 300, size=600))
    days[random.random(600) < 0.05] = np.nan
    found = leaks.alone(rows, days, seed=1)
    assert (found.value or 0) > 0.95


def test_a_measure_that_leaks_from_the_middle_of_its_range_is_found() -> None:
    rows, random = one_month(800)
    values = np.where(
        rows.left,
        random.uniform(45, 55, 800),
        random.choice([-1, 1], 800) * random.uniform(10, 50, 800) + 50,
    )
    assert auc.within_months(rows, values).value == pytest.approx(0.5, abs=0.08)
    assert (leaks.alone(rows, values, seed=1).value or 0) > 0.85


def test_a_measure_that_knows_nothing_is_around_one_half_and_far_from_the_alarm() -> None:
    found = []
    for seed in range(40):
        rows, random = one_month(300, rate=0.1, seed=seed)
        numbers, letters = random.normal(size=300), random.choice(list("abc"), 300).astype(object)
        found += [leaks.alone(rows, values, seed=seed) for values in (numbers, letters)]
    values = np.array([each.value for each in found], dtype=float)
    assert values.mean() == pytest.approx(0.5, abs=0.03)
    assert values.max() < 0.75
    assert {(each.low, each.high) for each in found} == {(None, None)}


def test_rates_learnt_apart_make_no_false_knowledge() -> None:
    """Pooled over folds, a measure that knows nothing would fall below one half: where many leavers
    are tried, fewer were learnt from."""
    values = [
        leaks.alone(one_month(150, seed=seed)[0], np.full(150, 3.0), seed=seed).value
        for seed in range(10)
    ]
    assert values == [0.5] * 10
    noise = []
    for seed in range(60):
        rows, random = one_month(150, seed=seed)
        noise.append(
            leaks.alone(rows, random.choice(list("abcdef"), 150).astype(object), seed=seed).value
        )
    assert np.mean(noise) == pytest.approx(0.5, abs=0.02)


def test_a_name_that_nobody_else_has_knows_nothing() -> None:
    rows, _ = one_month(300)
    names = np.array([f"account {number}" for number in rows.account], dtype=object)
    assert leaks.alone(rows, names, seed=1).value == 0.5


def test_rows_of_an_account_are_never_learnt_from_when_it_is_tried() -> None:
    rows, _ = company(3, 120)
    names = np.array([f"account {number}" for number in rows.account], dtype=object)
    assert leaks.alone(rows, names, seed=1).value == 0.5
    fold = leaks.folds(rows, 1)[rows.number]
    for account in np.unique(rows.account):
        assert len(set(fold[rows.account == account])) == 1


def test_every_fold_has_its_share_of_leavers_and_stayers() -> None:
    rows, _ = company(3, 120)
    folds = leaks.folds(rows, 1)
    leaves = np.zeros(rows.accounts, dtype=bool)
    leaves[rows.number[rows.left]] = True
    for chosen in (leaves, ~leaves):
        counts = np.bincount(folds[chosen], minlength=leaks.FOLDS)
        assert counts.max() - counts.min() <= 1
    assert (leaks.folds(rows, 2) != folds).any()


def test_a_real_measure_reaches_alone_what_a_cross_fitted_model_does() -> None:
    rows, score = company(3, 600, knows=2.0)
    found = leaks.alone(rows, score, seed=1)
    tenths = leaks.categories(score)[:, None]
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LinearRegression())
    rate = cross_val_predict(model, tenths, rows.left, groups=rows.account, cv=GroupKFold(5))
    assert found.value == pytest.approx(auc.within_months(rows, -rate).value, abs=0.02)
    assert (found.value or 1) < leaks.ALARM


def test_missing_is_a_category_of_its_own() -> None:
    codes = leaks.categories(np.array([np.nan, 1.0, 2.0, np.nan]))
    assert codes[0] == codes[3]
    assert len({*codes.tolist()}) == 3
    words = leaks.categories(np.array([None, "x", "y", None], dtype=object))
    assert words[0] == words[3]
    assert len({*words.tolist()}) == 3
    assert leaks.categories(np.array([None, None], dtype=object)).tolist() == [0, 0]
    assert leaks.categories(np.array([True, False])).tolist() == [1, 0]
    assert leaks.categories(np.arange(1000.0)).max() == 9


def test_nobody_left_and_nothing_there() -> None:
    stays = Rows(np.arange(20), np.zeros(20, dtype=int), np.zeros(20, dtype=bool))
    assert leaks.alone(stays, np.arange(20.0), seed=1).value is None
    none = np.zeros(0, dtype=int)
    empty = Rows(none, none, none.astype(bool))
    assert leaks.alone(empty, np.zeros(0), seed=1).value is None
    one = Rows(np.array([1]), np.array([1]), np.array([True]))
    assert leaks.alone(one, np.array([3.0]), seed=1).value is None


def test_the_alarm_names_the_strongest_first() -> None:
    rows, random = one_month(400)
    each = {
        "noise": leaks.alone(rows, random.normal(size=400), seed=1),
        "weaker": leaks.alone(rows, rows.left + 0.25 * random.normal(size=400), seed=1),
        "all": leaks.alone(rows, rows.left.astype(float), seed=1),
        "nothing": leaks.alone(rows.only(~rows.left), np.zeros((~rows.left).sum()), seed=1),
    }
    assert leaks.alarming(each) == ("all", "weaker")
