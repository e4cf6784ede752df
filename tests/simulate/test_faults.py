"""This file tests the planting of faults: in each row one, wherever the dice fall, and whatever was planted before."""

from __future__ import annotations

import numpy as np

from keepwell.simulate.faults import Planter, Row


def rows(count: int) -> list[Row]:
    return [[str(nth)] for nth in range(count)]


def spoilt(row: Row) -> Row:
    return [f"{row[0]}!"]


def test_no_row_is_spoilt_twice() -> None:
    planter, few = Planter(np.random.default_rng(1), 100), rows(3)
    for _ in range(50):
        planter.spoil("a.csv", "wrong", few, spoilt)
    assert len(few) == 53
    assert {row[0].count("!") for row in few} == {0, 1}
    assert planter.planted[0].count == 1


def test_what_was_planted_into_one_file_moves_nothing_in_another() -> None:
    """Rows of a file are gone when the next is written, and others may lie where they lay."""
    dice, same = np.random.default_rng(2), np.random.default_rng(2)
    one_for_all = Planter(dice, 2_000)
    for _ in range(100):
        found, expected = rows(500), rows(500)
        one_for_all.spoil("a.csv", "wrong", found, spoilt)
        Planter(same, 2_000).spoil("a.csv", "wrong", expected, spoilt)
        assert found == expected
