"""This file tests planted faults: at most one in a row, wherever it is planted."""

from __future__ import annotations

import numpy as np

from keepwell.simulate.faults import Planter, Row


def rows(count: int) -> list[Row]:
    return [[str(nth)] for nth in range(count)]


def broken(row: Row) -> Row:
    return [f"{row[0]}!"]


def test_no_row_is_broken_twice() -> None:
    planter, few = Planter(np.random.default_rng(1), 100), rows(3)
    for _ in range(50):
        planter.insert_broken_copies("a.csv", "wrong", few, broken)
    assert len(few) == 53
    assert {row[0].count("!") for row in few} == {0, 1}
    assert planter.planted[0].count == 1


def test_faults_in_one_file_do_not_change_where_those_of_the_next_are_planted() -> None:
    """A file's rows are freed before the next is written, whose rows may reuse their memory."""
    rng, same = np.random.default_rng(2), np.random.default_rng(2)
    one_for_all = Planter(rng, 2_000)
    for _ in range(100):
        found, expected = rows(500), rows(500)
        one_for_all.insert_broken_copies("a.csv", "wrong", found, broken)
        Planter(same, 2_000).insert_broken_copies("a.csv", "wrong", expected, broken)
        assert found == expected
