"""This file tests the whole backtest of a table: signal found, noise never claimed, leaks named, the past and the later apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from keepwell.health.judge import customer_table, table_backtest, table_words
from keepwell.health.judge.customer_table import CustomerTable
from tests.health.judge_table.tables import drawn, numbers, words

CLAIMS = {"a_little", "yes_with_care", "yes"}


def with_column(table: CustomerTable, column: customer_table.Column) -> CustomerTable:
    return replace(table, columns=(*table.columns, column))


def test_signal_is_found_on_accounts_that_were_not_fitted_on() -> None:
    found = table_backtest.run(drawn(1, 1500, 8, 3))
    equal, suggested = found.results
    assert (equal.way, suggested.way) == ("equal", "suggested")
    assert equal.judged.verdict == suggested.judged.verdict == "yes"
    assert equal.judged.rows == 1500
    assert found.leaks == ()
    assert "Enough to say something" in table_words.history(found)


@pytest.mark.parametrize("rows", [1, 4])
def test_nothing_is_claimed_where_there_is_nothing(rows: int) -> None:
    found = [table_backtest.run(drawn(seed, 250, 12, 0, rows=rows)) for seed in range(12)]
    # Of 12 tables one may lie outside of a 95 % interval.
    claiming = [
        seed
        for seed, each in enumerate(found)
        if {result.judged.verdict for result in each.results} & (CLAIMS | {"wrong_way"})
    ]
    assert len(claiming) <= 1, claiming
    values = [result.judged.value for each in found for result in each.results]
    assert abs(np.mean([value for value in values if value is not None]) - 0.5) < 0.04


def test_a_difference_that_rounds_to_nothing_has_no_sign_of_worse() -> None:
    found = table_backtest.run(drawn(1, 250, 4, 2))
    result = replace(found.results[1], against_equal=(-0.003, -0.04, 0.03))
    assert "equal weights: +0.00 (-0.04 to +0.03)" in table_words.sentence(found, result)


def test_what_is_not_predictive_is_not_suggested() -> None:
    found = table_backtest.run(drawn(3, 400, 8, 0))
    assert found.results[1].judged.verdict in {"not_predictive", "cannot_tell_yet"}
    assert all(each.suggested_weight is None for each in found.columns)
    assert table_words.sentence(found, found.results[1]).endswith("No weights are suggested.")


def test_a_column_that_gives_the_answer_away_is_named_and_the_rest_judged_without() -> None:
    table = drawn(4, 600, 6, 2)
    random = np.random.default_rng(1)
    told = numbers("paid_back", list(np.round(random.normal(size=600) + 3.0 * table.left, 1)))
    found = table_backtest.run(with_column(table, told))
    plain = table_backtest.run(table)
    assert [each.name for each in found.leaks] == ["paid_back"]
    assert "Leak alarm" in table_words.leaks(found)
    for result, without in zip(found.results, plain.results, strict=True):
        assert table_words.verdict(found, result) == "leak"
        assert result.without_leaks == without.judged
    (leak,) = [each for each in found.columns if each.is_leak]
    assert leak.suggested_weight is None
    assert sum(each.suggested_weight or 0 for each in found.columns) == pytest.approx(100)


def test_a_gap_that_gives_the_answer_away_is_a_leak_too() -> None:
    table = drawn(5, 600, 4, 1)
    reason = words("reason", [str(row % 3) if left else None for row, left in enumerate(table.left)])  # fmt: skip
    found = table_backtest.run(with_column(table, reason))
    assert [each.name for each in found.leaks] == ["reason"]


def test_a_gap_tells_as_much_as_the_share_of_those_who_have_it_and_stay() -> None:
    table = drawn(5, 800, 4, 1)
    random = np.random.default_rng(3)
    has = table.left | (random.random(800) < 0.45)
    visited = words("visited", [str(row % 2) if each else None for row, each in enumerate(has)])
    found = table_backtest.run(with_column(table, visited))
    alone = next(each.alone for each in found.columns if each.name == "visited")
    # Nobody without a visit left: 55 % of the pairs are told, the others are as good as ties.
    assert alone.value == pytest.approx(0.55 + 0.45 / 2, abs=0.04)


def test_the_alarm_looks_at_accounts_that_the_column_was_not_counted_on() -> None:
    """Fifty categories of few accounts each would tell all of them apart, those that were counted."""
    table = drawn(6, 200, 4, 0)
    random = np.random.default_rng(2)
    city = words("city", [f"c{each}" for each in random.integers(0, 50, 200)])
    found = table_backtest.run(with_column(table, city))
    alone = next(each.alone for each in found.columns if each.name == "city")
    assert alone.value is not None
    assert alone.value < 0.65


def test_too_few_have_no_figures_at_all() -> None:
    table = drawn(7, 60, 4, 2)
    found = table_backtest.run(table)
    assert table.leavers < 30
    assert (found.is_enough, found.results, found.columns) == (False, (), ())
    assert table_words.history(found).startswith("Too few to say anything")


def test_few_that_left_in_the_past_are_too_few_to_fit_on() -> None:
    table = drawn(8, 400, 4, 2)
    periods = np.where(table.left, 1, np.arange(400) % 2)
    found = table_backtest.run(
        replace(table, periods=periods, period_names=("2025-01-01", "2025-06-01"))
    )
    assert found.judged_leavers >= 30 > found.fitted_leavers
    assert not found.is_enough
    assert "before 2025-06-01 there are 0 accounts that left" in table_words.history(found)


def test_with_times_a_direction_that_turned_round_points_the_wrong_way() -> None:
    random = np.random.default_rng(9)
    later = np.repeat([0, 1], [800, 400])
    use = random.normal(size=1200)
    chance = 1 / (1 + np.exp(1 + np.where(later, -1.0, 1.0) * use))
    left = words("left", ["1" if each else "0" for each in random.random(1200) < chance])
    when = numbers("on", list(20_000.0 + 100 * later), is_date=True)
    columns = (left, when, numbers("use", list(use)))
    table = customer_table.build(columns, outcome="left", account=None, time="on")
    found = table_backtest.run(table)
    assert found.later_from == "2025-01-12"
    assert {each.judged.verdict for each in found.results} == {"wrong_way"}
    assert found.results[0].judged.rows == found.judged_rows == 400


def test_progress_rises_to_the_end() -> None:
    seen: list[float] = []
    table_backtest.run(drawn(10, 300, 4, 2), progress=lambda what, done: seen.append(done))
    assert seen == sorted(seen)
    assert len(seen) >= 15
    assert seen[0] == 0.0
    assert seen[-1] <= 1.0
