"""This file tests how values of a column become points: worked out by hand, and against scoring itself and scikit-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from keepwell.health.definition.scale import Lookup, Scale
from keepwell.health.judge import column_points
from keepwell.health.judge.column_points import PRIOR, Counts
from keepwell.health.judge.customer_table import Column
from keepwell.health.scoring import peers, points
from keepwell.health.scoring.values import Value, stack
from tests.health.judge_table.tables import numbers, words


def counted(column: Column, left: list[int]) -> Counts:
    return column_points.count(column, np.array(left, dtype=bool), np.ones(len(left)))


def test_an_account_with_several_rows_counts_once() -> None:
    column = words("plan", ["a", "a", "b", None])
    share = column_points.shares(np.array([0, 0, 0, 1]))
    counts = column_points.count(column, np.array([True, True, True, False]), share)
    assert counts.left.tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert counts.stayed.tolist() == [0, 0, 1]


def test_ranks_are_percentiles_in_the_direction_that_goes_with_staying() -> None:
    column = numbers("calls", [1, 2, 2, 3, None])
    fewer_left = column_points.ranks(column, counted(column, [1, 0, 1, 0, 0]))
    assert fewer_left.tolist() == [12.5, 50.0, 87.5]
    more_left = column_points.ranks(column, counted(column, [0, 0, 1, 1, 0]))
    assert more_left.tolist() == [87.5, 50.0, 12.5]


def test_categories_rank_by_how_few_left_and_one_that_nobody_had_has_no_points() -> None:
    column = words("plan", ["basic"] * 6 + ["gold"] * 4 + ["trial"])
    counts = counted(column, [1] * 5 + [0] * 5 + [0])
    counts.left[2] = counts.stayed[2] = 0.0  # as where no account that is counted is on trial
    found = column_points.ranks(column, counts)
    assert found[:2].tolist() == pytest.approx([30.0, 80.0])
    assert np.isnan(found[2])


def test_a_kind_that_few_have_is_drawn_to_the_mean() -> None:
    column = words("plan", ["rare", "rare"] + ["usual"] * 98)
    rates = counted(column, [1, 1] + [1] * 23 + [0] * 75).rates()
    assert rates[0] == pytest.approx((2 + PRIOR * 0.25) / (2 + PRIOR))
    assert rates[1] == pytest.approx((23 + PRIOR * 0.25) / (98 + PRIOR))


def test_points_by_leaving_run_from_most_to_fewest() -> None:
    column = words("plan", ["a"] * 100 + ["b"] * 100 + ["c"] * 100)
    counts = counted(column, [1] * 80 + [0] * 20 + [1] * 50 + [0] * 50 + [1] * 20 + [0] * 80)
    assert column_points.by_leaving(column, counts).tolist() == pytest.approx([0, 50, 100])


def test_rising_points_are_those_of_isotonic_regression() -> None:
    random = np.random.default_rng(1)
    cells = random.integers(0, 10, 1000)
    left = random.random(1000) < np.array([5, 6, 4, 4, 3, 5, 2, 1, 2, 1])[cells] / 10
    column = numbers("csat", [float(cell) for cell in cells])
    counts = counted(column, left.astype(int).tolist())
    step = column_points.steps_of(column, counts)
    merged = counts.by_step(step)
    fitted = IsotonicRegression(increasing=False).fit(
        np.arange(len(merged.all) - 1), merged.rates()[:-1], sample_weight=merged.all[:-1]
    )
    rates = fitted.predict(np.arange(len(merged.all) - 1))
    expected = 100 * (rates.max() - rates) / (rates.max() - rates.min())
    found = column_points.rising(column, counts)
    assert found.tolist() == pytest.approx(expected[step].tolist())
    assert (np.diff(found) >= 0).all()
    assert (np.diff(column_points.by_leaving(column, counts)) < 0).any()


def test_steps_hold_about_as_many_accounts_and_never_fewer_leavers_than_ten() -> None:
    column = numbers("use", [float(each) for each in range(1000)])
    left = [1] * 45 + [0] * 955
    steps = column_points.steps_of(column, counted(column, left))
    assert np.bincount(steps).tolist() == [250, 250, 250, 250]
    half = column_points.steps_of(column, counted(column, [1, 0] * 500))
    assert len(np.bincount(half)) == 10


def test_alone_what_is_missing_is_a_kind_of_its_own() -> None:
    column = words("reason", ["price"] * 40 + [None] * 60)
    stay = column_points.staying(column, counted(column, [1] * 40 + [0] * 60))
    assert stay[0] < 0.2 < 0.9 < stay[1]


def test_each_row_gets_points_from_other_folds_alone() -> None:
    random = np.random.default_rng(2)
    cells = [f"{each}" for each in random.integers(0, 5, 200)]
    left, fold = random.random(200) < 0.3, np.arange(200) % 5
    column = words("plan", cells)
    found = column_points.out_of_fold(
        (column,), left, np.arange(200), fold, column_points.by_leaving
    )
    for nth in range(5):
        others = np.flatnonzero(fold != nth)
        counts = column_points.count(column.take(others), left[others], np.ones(len(others)))
        table = column_points.by_leaving(column, counts)
        own = fold == nth
        assert found[own, 0].tolist() == pytest.approx(table[column.codes[own]].tolist())


@pytest.mark.parametrize("kind", [column_points.ranks, column_points.rising, column_points.by_leaving])  # fmt: skip
@pytest.mark.parametrize("name", ["number", "word"])
def test_a_card_with_the_scale_earns_the_same_points(kind: column_points.Kind, name: str) -> None:
    random = np.random.default_rng(3)
    cells = random.integers(0, 30, 300)
    left = (random.random(300) < cells / 40).astype(int).tolist()
    column = (
        numbers("x", [float(cell) for cell in cells])
        if name == "number"
        else words("x", [f"w{cell % 6}" for cell in cells])
    )
    counts = counted(column, left)
    table = kind(column, counts)
    better = column_points.is_higher_better(column, counts)
    scale = column_points.scale(kind, column, table, is_higher_better=better)
    expected = table[column.codes].tolist()
    assert earned(scale, column) == pytest.approx(expected)


def earned(scale: Scale, column: Column) -> list[float]:
    """What scoring makes of the same cells."""
    texts = column.texts()
    is_word = isinstance(scale, Lookup)
    values = stack(
        [
            Value(label=texts[code]) if is_word else Value(number=float(texts[code]))
            for code in column.codes
        ],
        is_word,
    )
    group = np.full(len(column.codes), "all accounts", dtype=object)

    ranked = replace(values, peers=group)
    return list(points.earn(scale, ranked, peers.distributions(ranked))[0])
