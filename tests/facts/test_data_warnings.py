"""This file tests which accepted rows are warned about, and which are not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from keepwell.facts import data_warnings
from keepwell.facts.data_warnings import DataWarning
from keepwell.facts.staging import FeedDeclared
from tests.facts.harness import stage, write

DAY = date(2026, 6, 1)
TEXT = """
sources:
  - {file: accounts.csv, table: accounts, fields: {account_id: id, started_on: since, is_churned: gone, parent_id: above}}
  - {file: contracts.csv, table: contracts, fields: {id: id, account_id: account, product: product, starts_on: start, ends_on: end, units: units, replaced_by: next, kind: kind}}
  - {file: usage.csv, table: usage, fields: {id: {make: [account, at], numbered: yes}, account_id: account, at: at, contract_id: line, quantity: n}}
  - {file: tickets.csv, table: tickets, fields: {id: {make: [account, at]}, account_id: account, at: at}}
  - {file: renewals.csv, table: renewals, fields: {id: {make: [account, at]}, account_id: account, effective_on: at, movement: what}}
"""
FILES = {
    "accounts": "id,since,gone,above\nA-1,2026-01-01,no,\nA-2,2026-01-01,yes,A-1\n",
    "contracts": "id,account,product,start,end,units,next,kind\nL1,A-1,Core,2026-01-01,2027-01-01,5,,\nL2,A-2,Core,2025-01-01,2026-03-01,5,,\n",
    "usage": "account,at,line,n\nA-1,2026-05-31,L1,1\n",
    "tickets": "account,at\nA-1,2026-05-31\n",
    "renewals": "account,at,what\nA-2,2026-03-01,churn\nA-1,2026-01-01,renewed\n",
}


def warnings_of(
    folder: Path, feeds: tuple[FeedDeclared, ...] = (), **more: str
) -> dict[str, DataWarning]:
    """Stage correct files with a few more lines; the warnings by their code."""
    for name, text in FILES.items():
        write(folder, text + more.get(name, ""), f"{name}.csv")
    done = stage(folder, TEXT, accounts=())
    assert done.rejected() == []
    found = data_warnings.find(
        done.con,
        {each.table.name: each.relation for each in done.stage.tables},
        day=DAY,
        feeds=feeds,
    )
    assert len({warning.code for warning in found}) == len(found)
    return {warning.code: warning for warning in found}


def test_correct_rows_are_not_warned_about(tmp_path: Path) -> None:
    assert warnings_of(tmp_path) == {}


@pytest.mark.parametrize(
    ("code", "table", "lines", "count", "examples"),
    [
        ("usage_before_account", "usage", "A-1,2025-12-31,,1\n", 1, ("A-1",)),
        ("usage_before_contract", "usage", "A-2,2026-02-01,L9,1\n", 0, ()),
        ("tickets_before_account", "tickets", "A-1,2025-12-31\n", 1, ("A-1",)),
        ("in_the_future", "tickets", "A-1,2026-06-02\n", 1, None),
        ("negative_units", "contracts", "L3,A-1,Plus,2026-01-01,,-5,,\n", 1, ("L3",)),
        (
            "ends_before_it_starts",
            "contracts",
            "L3,A-1,Plus,2026-01-01,2025-12-01,5,,\n",
            1,
            ("L3",),
        ),
        ("overlapping_lines", "contracts", "L3,A-1,Core,2026-06-01,,5,,\n", 1, ("L3",)),
        (
            "ends_on_the_last_day",
            "contracts",
            "L3,A-1,Plus,2026-01-01,2026-03-31,5,,\nL4,A-1,Plus,2026-04-01,2027-03-31,5,,\n",
            1,
            ("L3",),
        ),
        ("churned_but_running", "contracts", "L3,A-2,Core,2026-03-01,,5,,\n", 1, ("A-2",)),
        ("churned_without_decision", "accounts", "A-3,2026-01-01,yes,A-1\n", 1, ("A-3",)),
        ("unknown_parent", "accounts", "A-3,2026-01-01,no,A-9\n", 1, ("A-3",)),
        (
            "above_itself",
            "accounts",
            "A-3,2026-01-01,no,A-4\nA-4,2026-01-01,no,A-3\nA-5,2026-01-01,no,A-3\n",
            2,
            ("A-3", "A-4"),
        ),
        ("decision_without_end", "renewals", "A-2,2026-05-01,churn\n", 1, None),
    ],
)
def test_what_cannot_be_right_is_warned_about(
    tmp_path: Path, code: str, table: str, lines: str, count: int, examples: tuple[str, ...] | None
) -> None:
    found = warnings_of(tmp_path, **{table: lines})
    assert found.keys() == ({code} if count else set())
    if count:
        assert found[code].count == count
        assert examples is None or found[code].examples == examples


def test_churn_in_renewals_without_the_flag_is_warned_about(tmp_path: Path) -> None:
    """Who leaves later, or today, is still a customer."""
    ended = "L3,A-1,Plus,2025-05-01,2026-05-01,1,,\n"
    found = warnings_of(tmp_path, contracts=ended, renewals="A-1,2026-05-01,churn\n")
    assert {code: warning.examples for code, warning in found.items()} == {
        "decision_without_churned": ("A-1",)
    }
    assert warnings_of(tmp_path, contracts=ended, renewals="A-1,2027-01-01,churn\n") == {}
    ends_today = f"L3,A-1,Plus,2025-05-01,{DAY},1,,\n"
    assert warnings_of(tmp_path, contracts=ends_today, renewals=f"A-1,{DAY},churn\n") == {}


def test_usage_before_its_contract_line_is_warned_about(tmp_path: Path) -> None:
    found = warnings_of(
        tmp_path, usage="A-2,2026-01-02,L3,1\n", contracts="L3,A-2,Plus,2026-02-01,2026-03-01,1,,\n"
    )
    assert (
        found["usage_before_contract"].sentence
        == "1 of 2 usage events are dated before their contract line started."
    )


@pytest.mark.parametrize(
    "lines",
    [
        "L3,A-1,Core,2027-01-01,,5,,\n",  # the next term
        "L3,A-1,Plus,2026-06-01,,5,,\n",  # another product
        "L3,A-1,Core,2026-06-01,,5,L4,\n",  # taken over by its successor
        "L3,A-1,Core,2026-06-01,,5,,services\n",  # not a term at all
    ],
)
def test_lines_that_do_not_overlap_are_not_warned_about(tmp_path: Path, lines: str) -> None:
    assert warnings_of(tmp_path, contracts=lines) == {}


@pytest.mark.parametrize(("unit", "is_warned"), [("call", False), ("seat", True), ("", True)])
def test_lines_of_one_product_overlap_if_they_have_the_same_unit(
    tmp_path: Path, unit: str, is_warned: bool
) -> None:
    text = TEXT.replace("kind: kind", "kind: kind, unit: unit")
    head, *lines = FILES["contracts"].splitlines()
    lines.append(f"L3,A-1,Core,2026-06-01,,5,,,{unit}")
    for name, other in FILES.items():
        counted = "\n".join(
            [f"{head},unit", *(f"{line}," if line.count(",") == 7 else line for line in lines)]
        )
        write(tmp_path, counted + "\n" if name == "contracts" else other, f"{name}.csv")
    done = stage(tmp_path, text, accounts=())
    found = data_warnings.find(
        done.con, {each.table.name: each.relation for each in done.stage.tables}, day=DAY
    )
    assert [warning.code for warning in found] == (["overlapping_lines"] if is_warned else [])


def test_a_churned_account_with_only_active_services_is_not_warned_about(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, contracts="L3,A-2,Help,2026-03-01,,5,,services\n") == {}


def test_the_latest_flag_of_an_account_counts(tmp_path: Path) -> None:
    text = TEXT.replace("is_churned: gone", "is_churned: gone, valid_from: since")
    for name, lines in FILES.items():
        write(
            tmp_path, lines + ("A-2,2026-04-01,no,\n" if name == "accounts" else ""), f"{name}.csv"
        )
    done = stage(tmp_path, text, accounts=())
    found = data_warnings.find(
        done.con, {each.table.name: each.relation for each in done.stage.tables}, day=DAY
    )
    assert [warning.code for warning in found] == ["decision_without_churned"]


def test_a_column_that_many_rows_leave_empty_is_warned_about(tmp_path: Path) -> None:
    some = "".join(
        f"A-1,2026-05-{1 + place},L1,{place if place % 4 else ''}\n" for place in range(28)
    )
    assert warnings_of(tmp_path, usage=some).keys() == set()
    more = some + "A-1,2026-05-30,L1,\n"
    assert (
        warnings_of(tmp_path, usage=more)["mostly_empty"].sentence
        == "27 % of the rows in `usage` have no `quantity` (8 of 30)."
    )


def feed(**words: object) -> tuple[FeedDeclared, ...]:
    promise = {
        "name": "usage",
        "tables": ("usage",),
        "covers": "all",
        "since": None,
        "expected_every_days": 2,
        "lag_days": None,
        "through": None,
    }
    return (FeedDeclared(**(promise | words)),)  # type: ignore[arg-type]


def test_a_feed_on_time_is_not_warned_about(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, feed()) == {}


def test_a_silent_feed_is_warned_about(tmp_path: Path) -> None:
    found = warnings_of(tmp_path, feed(name="tickets", tables=("tickets",)), tickets="")
    assert found == {}
    for name, text in FILES.items():
        write(tmp_path, text.replace("2026-05-31", "2026-05-28"), f"{name}.csv")
    done = stage(tmp_path, TEXT, accounts=())
    (warning,) = data_warnings.find(done.con, {"usage": "stage_usage"}, day=DAY, feeds=feed())
    assert (warning.code, warning.count) == ("feed_stops", 3)
    assert (
        warning.sentence
        == "Feed `usage` has been silent for 3 days, since 2026-05-28; expected every 2 days."
    )
    assert (
        data_warnings.find(
            done.con, {"usage": "stage_usage"}, day=DAY, feeds=feed(through=date(2026, 5, 31))
        )
        == ()
    )


def test_a_gap_in_a_feed_is_warned_about_unless_it_is_declared_complete(tmp_path: Path) -> None:
    early = "A-1,2026-05-20,L1,1\nA-1,2026-05-22,L1,1\n"
    found = warnings_of(tmp_path, feed(), usage=early)
    assert (
        found["feed_has_gaps"].sentence
        == "Feed `usage` has a gap of more than 2 days, from 2026-05-22 to 2026-05-31."
    )
    assert warnings_of(tmp_path, feed(through=date(2026, 5, 30)), usage=early) == {}
