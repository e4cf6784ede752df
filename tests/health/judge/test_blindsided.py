"""This file holds which losses a score missed, by quarter, and when that says to rework the scorecard."""

from __future__ import annotations

from datetime import date

import pytest

from keepwell.health.judge import blindsided
from keepwell.health.judge.judgement import Loss


def loss(
    left_on: date, revenue: float | None = 100.0, *, missed: bool = True, name: str = "A"
) -> Loss:
    return Loss(name, left_on, left_on, 80.0, "Green", revenue, "", missed, ())


def test_losses_are_put_together_by_quarter() -> None:
    found = blindsided.by_quarter(
        [loss(date(2026, 9, 30), 5.0, name="small"), loss(date(2026, 7, 1), 50.0, name="large"), loss(date(2026, 8, 1), missed=False), loss(date(2026, 1, 5), None)]
    )  # fmt: skip
    assert [each.name for each in found] == ["2026-Q1", "2026-Q2", "2026-Q3"]
    first, second, third = found
    assert (first.revenue, first.unknown) == (0, 1)
    assert not second.losses
    assert [each.account_id for each in third.blindsided] == ["large", "small"]
    assert (len(third.losses), third.revenue, third.unknown) == (3, 55.0, 0)
    assert blindsided.by_quarter([]) == ()


@pytest.mark.parametrize(
    ("losses", "missed", "is_bad"), [(3, 1, True), (4, 1, False), (2, 2, False), (6, 2, True), (3, 0, False)]
)  # fmt: skip
def test_a_quarter_is_bad_where_a_third_had_been_healthy(
    losses: int, missed: int, is_bad: bool
) -> None:
    rows = [loss(date(2026, 7, 1 + nth), missed=nth < missed) for nth in range(losses)]
    assert blindsided.by_quarter(rows)[0].is_bad == is_bad


def test_two_bad_quarters_in_a_row_say_to_rework_the_scorecard() -> None:
    def of(*months: int) -> tuple[blindsided.Quarter, ...]:
        return blindsided.by_quarter(
            [loss(date(2026, month, day)) for month in months for day in (1, 2, 3)]
        )

    assert blindsided.needs_rework(of(4, 7), "2026-Q3")
    assert not blindsided.needs_rework(of(1, 7), "2026-Q3")  # a quarter between them without losses
    assert not blindsided.needs_rework(of(7), "2026-Q3")
    assert not blindsided.needs_rework(of(4, 7), "2026-Q4")
