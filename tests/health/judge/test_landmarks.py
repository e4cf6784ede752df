"""This file holds who is looked at on the first of a month, what was known of them then, and who must not be missing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from keepwell.health.judge import landmarks, leaving
from keepwell.health.judge.landmarks import Landmark
from keepwell.health.judge.leaving import ContractLine, Notice

UNTIL = date(2026, 6, 1)
FIRST = date(2025, 3, 1)
BEGAN = date(2025, 1, 1)
ENDS = date(2025, 12, 1)


def line(
    account: str, ends_on: date | None = ENDS, known_on: date = BEGAN, **more: object
) -> ContractLine:
    return ContractLine(
        f"L-{account}-{ends_on}", account, more.pop("starts_on", BEGAN), ends_on, known_on, **more
    )  # type: ignore[arg-type]


def looked_at(*lines: ContractLine, notices: tuple[Notice, ...] = (), on: date = FIRST, **more: bool) -> tuple[Landmark, ...]:  # fmt: skip
    return landmarks.of([on], leaving.terms(lines, notices, UNTIL), lines, **more).rows


def test_whoever_left_early_is_still_looked_at_in_the_months_before() -> None:
    """Else those that are left to be looked at are those that survived."""
    gone = line("gone", date(2025, 4, 10))
    rows = {row.account_id: row for row in looked_at(gone, line("here", None))}
    assert rows.keys() == {"gone", "here"}
    assert (rows["gone"].has_left(30), rows["gone"].has_left(60)) == (False, True)
    assert not rows["here"].has_left(10_000)
    assert not looked_at(gone, on=date(2025, 5, 1))


def test_the_lead_begins_with_the_month_and_ends_before_its_last_day() -> None:
    for left_on, has_left in ((FIRST, True), (FIRST + timedelta(29), True), (FIRST + timedelta(30), False)):  # fmt: skip
        assert Landmark("A", FIRST, left_on, None, None).has_left(30) == has_left
        assert Landmark("A", FIRST, None, left_on, None).decides_within(30) == has_left


def test_whoever_has_given_notice_before_has_left_and_is_counted() -> None:
    said = Notice("A", date(2025, 2, 20), ENDS)
    lines = [line("A")]
    terms = leaving.terms(lines, [said], UNTIL)
    found = landmarks.of([date(2025, 2, 1), FIRST], terms, lines)
    assert [(row.on, row.has_left(30)) for row in found.rows] == [(date(2025, 2, 1), True)]
    assert found.gone == 1


def test_lines_that_were_not_known_are_not_seen() -> None:
    late = line("A", known_on=FIRST)
    assert not looked_at(late)
    assert looked_at(late, as_happened=True)
    assert looked_at(line("A", known_on=FIRST - timedelta(1)))


def test_a_renewal_that_is_still_to_come_decides_nothing_where_rows_count_as_they_happened() -> (
    None
):
    """Else everybody who renews would have decided already, and only leavers were left to be judged."""
    renewed = line("A", date(2026, 12, 1), starts_on=ENDS, known_on=date(2026, 5, 1))
    (row,) = looked_at(line("A", known_on=date(2026, 5, 1)), renewed, as_happened=True)
    assert row.decides_on == ENDS


@pytest.mark.parametrize(
    ("own", "decides_on"),
    [
        ([line("A", None)], FIRST),  # any day
        ([line("A", notice_days=30)], ENDS - timedelta(30)),
        ([line("A", FIRST + timedelta(20), notice_days=30)], None),  # the notice was not given in time
        ([line("A"), line("A", date(2026, 12, 1), starts_on=ENDS)], None),  # the next one is signed already
        ([line("A"), line("A", date(2026, 12, 1), starts_on=ENDS, known_on=date(2025, 11, 1))], ENDS),
        ([line("A"), line("A", date(2025, 7, 1), product="more")], date(2025, 7, 1)),
        ([line("A", FIRST + timedelta(30), notice_days=30)], FIRST),  # today is the last day for it
        ([line("A"), line("A", date(2026, 12, 1), starts_on=ENDS + timedelta(1))], None),  # a day between
        ([line("A"), line("A", date(2026, 12, 1), starts_on=ENDS + timedelta(2))], ENDS),
        ([line("A"), line("A", date(2026, 12, 1))], ENDS),  # beside it, not after it
        ([line("A"), line("A", date(2026, 12, 1), starts_on=ENDS, product="more")], ENDS),
        ([line("A", product="old", replaced_by="L-A-2026-12-01"), line("A", date(2026, 12, 1), starts_on=ENDS, product="new")], None),
        ([line("A"), line("A", ENDS - timedelta(1), starts_on=ENDS)], ENDS),  # ends before it begins
    ],
)  # fmt: skip
def test_an_account_decides_by_what_was_known_then(
    own: list[ContractLine], decides_on: date | None
) -> None:
    (row,) = looked_at(*own)
    assert row.decides_on == decides_on


def test_whoever_leaves_on_the_day_itself_is_still_looked_at() -> None:
    """The day after its last day: the score of the date sees that it ran, and the lead begins with the date."""
    (row,) = looked_at(line("A", FIRST))
    assert (row.left_on, row.has_left(30)) == (FIRST, True)
    said = looked_at(line("A"), notices=(Notice("A", FIRST, ENDS),))
    assert [row.has_left(30) for row in said] == [True]


def test_revenue_is_what_was_known_to_run_then() -> None:
    assert looked_at(line("A", amount=5.0), line("A", date(2026, 1, 1), amount=3.0), line("A", None))[0].revenue == 8.0  # fmt: skip
    assert looked_at(line("A"))[0].revenue is None


def test_a_list_of_losses_says_who_left_instead() -> None:
    own, said = [line("A", amount=5.0), line("B")], [Notice("B", date(2025, 2, 20), ENDS)]
    found = landmarks.of([FIRST], leaving.terms(own, said, UNTIL), own)
    lost = {"A": [date(2025, 2, 1), date(2025, 3, 9), date(2025, 8, 1)]}
    listed = landmarks.by_list(found, lost)
    assert [row.left_on for row in listed.rows] == [date(2025, 3, 9)]
    # What it pays and when it decides stays what contracts say, and so does who had gone before.
    assert [(row.revenue, row.decides_on) for row in listed.rows] == [(5.0, ENDS)]
    assert (listed.gone, listed.months) == (1, (FIRST,))
    (on_the_day,) = landmarks.by_list(found, {"A": [FIRST]}).rows
    assert on_the_day.has_left(1)
    assert [row.left_on for row in landmarks.by_list(found, {}).rows] == [None]


def test_a_month_is_judged_once_a_late_signature_could_have_come() -> None:
    assert landmarks.last_month(UNTIL, 90) == UNTIL - timedelta(150)
    first = date(2026, 1, 1)
    assert list(landmarks.months(first, first)) == [first]
    assert list(landmarks.months(date(2025, 11, 2), date(2026, 1, 31))) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]
