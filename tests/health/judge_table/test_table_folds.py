"""This file tests that nothing is judged on an account that it was fitted on, nor on what came before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from keepwell.health.judge import table_folds
from tests.health.judge_table.tables import drawn


@pytest.mark.parametrize("rows", [1, 4])
def test_no_account_is_fitted_on_and_judged_and_each_row_is_judged_once(rows: int) -> None:
    table = drawn(1, 120, 3, 1, rows=rows)
    splits = list(table_folds.splits(table))
    assert len(splits) == table_folds.FOLDS
    for split in splits:
        assert not set(table.accounts[split.fit]) & set(table.accounts[split.judge])
    judged = np.concatenate([split.judge for split in splits])
    assert sorted(judged) == list(range(len(table.left)))


def test_each_fold_has_its_share_of_leavers_and_the_same_file_the_same_folds() -> None:
    table = drawn(2, 500, 3, 1)
    fold = table_folds.deal(table.left, table.accounts)
    leavers = np.bincount(fold[table.left])
    assert leavers.max() - leavers.min() <= 1
    assert np.ptp(np.bincount(fold)) <= 1
    assert (fold == table_folds.deal(table.left, table.accounts)).all()
    assert (fold != np.arange(500) % 5).any()


def test_with_times_what_is_judged_came_later() -> None:
    table = drawn(3, 300, 3, 1)
    periods = np.random.default_rng(1).integers(0, 12, 300)
    (split,) = table_folds.splits(replace(table, periods=periods))
    assert periods[split.fit].max() < periods[split.judge].min()
    assert len(split.fit) + len(split.judge) == 300
    assert len(split.fit) / 300 == pytest.approx(2 / 3, abs=0.05)


def test_with_times_an_account_is_judged_by_what_was_fitted_on_others() -> None:
    table = drawn(4, 200, 6, 1, rows=6)
    timed = replace(table, periods=np.tile(np.arange(6), 200))
    splits = list(table_folds.splits(timed))
    assert len(splits) == table_folds.FOLDS
    assert timed.periods is not None
    for split in splits:
        assert not set(timed.accounts[split.fit]) & set(timed.accounts[split.judge])
        assert timed.periods[split.fit].max() < timed.periods[split.judge].min()
    judged = np.concatenate([split.judge for split in splits])
    assert sorted(judged) == sorted(np.flatnonzero(timed.periods >= 4))
