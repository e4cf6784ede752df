"""This file holds which day is shown of an account that has both a notice and a renewal ahead, on pages and in the terminal."""

from __future__ import annotations

import io
from datetime import date

import pytest
from rich.console import Console

from keepwell.app import formats
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.profiles import Profile
from keepwell.app.web import cells
from keepwell.cli import profiles

TODAY = date(2026, 11, 30)
PASSED, SOON, LATER = date(2026, 11, 2), date(2026, 12, 7), date(2027, 9, 8)


def account(notice: date | None, renewal: date | None) -> AccountRow:
    return AccountRow("A-1", "Kiln", "Ana", "small", None, None, None, notice, renewal, None)


@pytest.mark.parametrize(
    ("notice", "renewal", "shown"),
    [
        (SOON, LATER, ("7 Dec", "in 7 d")),
        (LATER, SOON, ("7 Dec", "in 7 d")),  # two lines: one ends before the other's notice
        (None, SOON, ("7 Dec", "in 7 d")),
        (LATER, None, ("8 Sept 2027", "in 282 d")),
        (PASSED, SOON, ("passed", "renews 7 Dec")),
        (None, None, (cells.NONE, "no date")),
    ],
)
@pytest.mark.parametrize("within", [0, 90, 3650])
def test_the_day_that_comes_first_is_shown(
    notice: date | None, renewal: date | None, shown: tuple[str, str], within: int
) -> None:
    row = account(notice, renewal)
    decision = row.next_decision(TODAY, within)
    if shown[0] == "passed" and decision:
        shown = ("7 Dec", "in 7 d")  # the renewal is what is decided now
    due = cells.due(row, decision, formats.of("en-GB", TODAY))
    assert (due.day, due.left) == shown


@pytest.mark.parametrize(
    ("notice", "renewal", "said"),
    [
        (SOON, LATER, "renews 2027-09-08, notice by 2026-12-07"),
        (LATER, SOON, "renews 2026-12-07, notice by 2027-09-08 for another line"),
        (None, SOON, "renews 2026-12-07"),
    ],
)
def test_a_notice_after_the_renewal_is_said_to_be_of_another_line(
    notice: date | None, renewal: date, said: str
) -> None:
    out = io.StringIO()
    profile = Profile(account(notice, renewal), TODAY, "EUR", None)
    profiles.print_profile(Console(file=out, width=200), profile, "Green", is_past=False)
    assert out.getvalue().strip() == f"no contract on record, owner Ana, {said}"
