"""This file holds when an account has left: the earliest day on which it was so or was said, and not before it is certain."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from keepwell.health.judge import leaving
from keepwell.health.judge.leaving import ContractLine, Notice

UNTIL = date(2026, 6, 1)
BEGAN = date(2024, 1, 1)
ENDS = date(2026, 1, 1)
DAY = timedelta(days=1)


def line(starts_on: date = BEGAN, ends_on: date | None = ENDS, **more: object) -> ContractLine:
    return ContractLine(f"L-{starts_on}", "A", starts_on, ends_on, starts_on, **more)  # type: ignore[arg-type]


def left(lines: list[ContractLine], *notices: Notice, until: date = UNTIL) -> list[date | None]:
    return [term.left_on for term in leaving.terms(lines, notices, until)["A"]]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ([line()], [ENDS]),
        ([line(ends_on=None)], [None]),
        ([line(), line(ENDS, None)], [None]),
        ([line(), line(ENDS + 60 * DAY, None)], [None]),  # signed late
        ([line(), line(ENDS + 61 * DAY, None)], [ENDS, None]),  # gone, and won back
        ([line(), line(ENDS - 30 * DAY, ENDS + 90 * DAY)], [ENDS + 90 * DAY]),  # two lines: the later ends
        ([line(), line(BEGAN + 9 * DAY, BEGAN + 40 * DAY), line(BEGAN + 200 * DAY, BEGAN + 300 * DAY)], [ENDS]),  # beside one that runs on
    ],
)  # fmt: skip
def test_who_left_is_told_by_the_last_line(
    lines: list[ContractLine], days: list[date | None]
) -> None:
    assert left(lines) == days


@pytest.mark.parametrize(("days", "is_gone"), [(60, False), (61, True)])
def test_a_line_that_ended_a_moment_ago_may_be_signed_late(days: int, is_gone: bool) -> None:
    assert left([line()], until=ENDS + days * DAY) == [ENDS if is_gone else None]


def test_what_was_said_counts_before_what_was_so() -> None:
    said = Notice("A", date(2025, 9, 15), ENDS, "price")
    (term,) = leaving.terms([line()], [said], UNTIL)["A"]
    assert (term.left_on, term.ended, term.reason) == (date(2025, 9, 15), ENDS, "price")


def test_notice_of_what_still_runs_is_leaving() -> None:
    assert left([line(ends_on=date(2027, 1, 1))], Notice("A", date(2026, 5, 1))) == [
        date(2026, 5, 1)
    ]


def test_a_line_that_ends_before_notice_takes_effect_takes_it_not_back() -> None:
    said = Notice("A", date(2025, 9, 15), ENDS + 100 * DAY)
    lines = [line(), line(date(2025, 10, 1), ENDS + 50 * DAY)]
    assert left(lines, said) == [date(2025, 9, 15)]


def test_a_line_that_ran_already_takes_no_notice_back() -> None:
    said = Notice("A", date(2025, 9, 15), ENDS)
    assert left([line(ends_on=date(2027, 1, 1))], said) == [date(2025, 9, 15)]


def test_notice_is_taken_back_by_a_line_that_was_signed_after_it_and_runs_longer() -> None:
    said = Notice("A", date(2025, 9, 15), ENDS)
    assert left([line(), line(date(2025, 10, 1), ENDS)], said) == [
        date(2025, 9, 15)
    ]  # to the same end
    assert left([line(), line(date(2025, 10, 1), None)], said) == [None]


def test_notice_of_an_earlier_term_says_nothing_of_a_later_one() -> None:
    said = Notice("A", date(2025, 9, 15), ENDS)
    assert left([line(), line(ENDS + 90 * DAY, None)], said) == [date(2025, 9, 15), None]


def test_notice_from_before_a_term_says_nothing_of_it_whenever_it_takes_effect() -> None:
    said = Notice("A", date(2025, 9, 15), ENDS + 300 * DAY)
    assert left([line(), line(ENDS + 90 * DAY, ENDS + 200 * DAY)], said) == [date(2025, 9, 15), None]  # fmt: skip


def test_the_reason_of_a_later_term_is_not_that_of_an_earlier_one() -> None:
    said = Notice("A", ENDS + 100 * DAY, reason="price")
    first, second = leaving.terms([line(), line(ENDS + 61 * DAY, None)], [said], UNTIL)["A"]
    assert (first.left_on, first.reason) == (ENDS, "")
    assert (second.left_on, second.reason) == (ENDS + 100 * DAY, "price")


def test_a_line_runs_on_the_days_whose_scores_see_a_day_of_it() -> None:
    """A score of a date sees the days before it: not the first day of a line on that day, and its last one on the day after."""
    runs = [line().is_running(on) for on in (BEGAN, BEGAN + DAY, ENDS, ENDS + DAY)]
    assert runs == [False, True, True, False]


def test_nothing_of_later_days_is_known() -> None:
    said = Notice("A", UNTIL)
    assert left([line(ends_on=None), line(UNTIL, date(2027, 1, 1))], said) == [None]
    assert leaving.terms([line(UNTIL)], [], UNTIL) == {}


@pytest.mark.parametrize(
    ("more", "days_before"),
    [({}, 0), ({"notice_days": 60}, 60), ({"notice_days": 60, "auto_renews": True}, 60), ({"notice_days": 60, "auto_renews": False}, 0)],
)  # fmt: skip
def test_a_line_is_decided_with_its_notice_where_it_renews_by_itself(
    more: dict[str, object], days_before: int
) -> None:
    assert line(**more).decides_on == ENDS - days_before * DAY
    assert line(ends_on=None, **more).decides_on is None
