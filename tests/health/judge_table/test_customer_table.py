"""This file tests what becomes of a file's columns and rows before anything is judged: outcomes, ids, times, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from keepwell.health.judge import customer_table
from keepwell.health.judge.customer_table import Column, CustomerTable, UnfitTable
from tests.health.judge_table.tables import numbers, words

LEFT = words("left", ["yes", "no"] * 15)


def built(*columns: Column, **options: object) -> CustomerTable:
    return customer_table.build((LEFT, *columns), outcome="left", **{"account": None, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("pair", [("yes", "no"), ("TRUE", "False"), ("1", "0"), ("t", "f"), ("Y", "N")])  # fmt: skip
def test_an_outcome_is_read_however_it_is_written(pair: tuple[str, str]) -> None:
    known, left = customer_table.outcome_of(words("left", [*pair, None]), None)
    assert known.tolist() == [True, True, False]
    assert left.tolist() == [True, False, False]


def test_an_outcome_in_numbers_is_read_and_any_other_number_is_named() -> None:
    assert customer_table.outcome_of(numbers("left", [1, 0, 1]), None)[1].tolist() == [True, False, True]  # fmt: skip
    with pytest.raises(UnfitTable, match=r"left: says who left .* found `0, 1, 2`.*--left VALUE"):
        customer_table.outcome_of(numbers("left", [0, 1, 2]), None)


def test_another_word_for_leaving_is_named_by_the_caller() -> None:
    column = words("status", ["Churned", "Stayed", "Joined"])
    assert customer_table.outcome_of(column, "churned")[1].tolist() == [True, False, False]
    with pytest.raises(UnfitTable, match="never has the value `gone`; it holds `Churned, Joined, Stayed`"):  # fmt: skip
        customer_table.outcome_of(column, "gone")


def test_rows_without_outcome_or_id_do_not_count_and_are_counted() -> None:
    columns = (words("left", ["yes", None, "no", "no"]), words("id", ["a", "b", None, "c"]), numbers("x", [1, 2, 3, 4]))  # fmt: skip
    table = customer_table.build(columns, outcome="left", account="id")
    assert table.left.tolist() == [True, False]
    assert table.accounts.tolist() == [0, 1]
    assert table.dropped == {"without_outcome": 1, "without_account": 1, "repeated": 0}


def test_a_row_that_repeats_another_counts_once_and_one_that_differs_counts() -> None:
    ids = words("id", ["a", "a", "a", "b"])
    columns = (words("left", ["yes", "yes", "yes", "no"]), ids, numbers("x", [1, 1, 2, 1]))
    table = customer_table.build(columns, outcome="left", account="id")
    assert table.dropped["repeated"] == 1
    assert (len(table.left), table.leavers, table.stayers) == (3, 1, 1)


def test_an_account_that_left_in_any_row_is_a_leaver() -> None:
    columns = (words("left", ["no", "yes", "no"]), words("id", ["a", "a", "b"]), numbers("x", [1, 2, 3]))  # fmt: skip
    table = customer_table.build(columns, outcome="left", account="id")
    assert (table.leavers, table.stayers) == (1, 1)


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (numbers("x", [7.0] * 30), "constant"),
        (words("x", [None] * 30), "empty"),
        (numbers("x", [float(each // 3) for each in range(30)], is_date=True), "date"),
        (words("x", [f"n{each}" for each in range(30)]), None),
        (numbers("x", [float(each) for each in range(30)]), "identifier"),
        (numbers("x", [float(each**2) for each in range(30)]), "identifier"),
        (numbers("x", [7.0, *[None] * 29]), None),
    ],
)
def test_what_cannot_be_judged_is_left_out_by_name(column: Column, why: str | None) -> None:
    table = built(column)
    assert [(each.name, each.why) for each in table.left_out] == ([("x", why)] if why else [])
    assert len(table.columns) == (0 if why else 1)


def test_whole_numbers_in_no_order_that_differ_by_account_are_judged() -> None:
    random = np.random.default_rng(1)
    seats = random.permutation(30) * 37.0 + 5
    assert [each.name for each in built(numbers("seats", list(seats))).columns] == ["seats"]
    shuffled = random.permutation(30) + 1000.0
    assert built(numbers("number", list(shuffled))).left_out[0].why == "identifier"


def test_text_with_too_many_values_is_left_out() -> None:
    left = words("left", ["yes", "no"] * 30)
    for count, is_left_out in ((50, False), (51, True)):
        column = words("city", [f"c{each % count}" for each in range(60)])
        table = customer_table.build((left, column), outcome="left", account=None)
        assert bool(table.left_out) is is_left_out


def test_columns_with_a_part_of_their_own_and_those_left_out_are_not_judged() -> None:
    ids, when = words("id", [f"a{e}" for e in range(30)]), numbers("day", [e / 2 for e in range(30)], is_date=True)  # fmt: skip
    x, y = numbers("x", [0.0, 1.0] * 15), numbers("y", [0.0, 1.0] * 15)
    table = built(ids, when, x, y, account="id", time="day", leave_out=("y",))
    assert [each.name for each in table.columns] == ["x"]
    assert table.periods is not None
    assert table.periods.tolist() == list(range(30))


def test_numbers_order_rows_only_where_accounts_have_several() -> None:
    months, x = numbers("month", [1.0, 2.0] * 15), numbers("x", [0.0, 1.0] * 15)
    alone = built(months, x, time="month")
    assert alone.periods is None
    assert "holds numbers and no dates" in alone.notes[0]
    assert [each.name for each in alone.columns] == ["x"]
    ids = words("id", [f"a{each // 2}" for each in range(30)])
    panel = built(ids, months, x, account="id", time="month")
    assert panel.periods is not None
    assert panel.period_names == ("1", "2")


def test_a_time_of_words_is_rejected() -> None:
    with pytest.raises(UnfitTable, match="region: is neither dates nor numbers"):
        built(words("region", ["eu", "us"] * 15), time="region")
