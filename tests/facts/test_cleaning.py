"""This file tests what a mapping does with the text of a value before it is looked up, translated or read as its type."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.facts.harness import stage, write
from tests.facts.test_mapping import faults, field

TEXT = """
sources:
  - file: "{file}"
    table: readings
    fields: {{id: id, account_id: account, at: at, name: {rule}, value: value}}
"""
DATES = """
sources:
  - file: contracts.csv
    table: contracts
    fields: {{id: id, account_id: account, starts_on: starts, ends_on: {rule}}}
"""


def named(folder: Path, rule: str, name: str, other: str = "") -> object:
    """What becomes of a name, or the reason for which its row is rejected."""
    write(folder, f'id,account,at,name,other,value\n1,A-1,2026-01-31,"{name}","{other}",1\n')
    done = stage(folder, TEXT.format(file="r.csv", rule=rule))
    if rejected := done.rejected("reason, found"):
        return rejected[0]
    return done.rows("name")[0][0]


@pytest.mark.parametrize(
    ("rule", "name", "becomes"),
    [
        ("{column: name, lower: yes}", "Ana.Ruiz@Example.COM", "ana.ruiz@example.com"),
        ("{column: name, strip: '#*'}", "##A-1*", "A-1"),
        ("{column: name, strip: '-'}", "A-1", "A-1"),
        ("{column: name, pad: 6}", "1234", "001234"),
        ("{column: name, pad: 3}", "1234", "1234"),
        ("{column: name, cut: 15}", "0015g00000AbCdEAAV", "0015g00000AbCdE"),
        ("{column: name, cut: 15}", "short", "short"),
        ("{column: name, take: '^([A-Z]+-[0-9]+)'}", "ACME-12: renewal", "ACME-12"),
        ("{column: name, take: '[0-9]+'}", "seats: 40 of 50", "40"),
        ("{column: name, strip: ' .', take: '([^@]+)$', lower: yes}", " Ana@Example.COM. ", "example.com"),
        ("{column: name, take: '([0-9]+)', pad: 5}", "no 42", "00042"),
        ("{column: name, take: '([0-9]+)', values: {'42': answer}}", "no 42", "answer"),
        ("{first: [name, other]}", "one", "one"),
        ("{join: [name, other]}", "one", "one two"),
        ("{join: [name, other], between: ''}", "one", "onetwo"),
        ("{join: [name, other], between: ', ', lower: yes}", "One", "one, two"),
    ],
)  # fmt: skip
def test_a_text_is_cleaned(tmp_path: Path, rule: str, name: str, becomes: str) -> None:
    assert named(tmp_path, rule, name, "two") == becomes


def test_the_first_that_is_filled_is_taken_and_nothing_is_joined_with_nothing(
    tmp_path: Path,
) -> None:
    assert named(tmp_path, "{first: [name, other]}", "", "two") == "two"
    assert named(tmp_path, "{join: [name, other]}", "", "two") == "two"
    assert named(tmp_path, "{join: [name, other]}", "", "") == ("missing_required", "")


def test_where_nothing_is_found_the_row_is_rejected_and_an_empty_cell_is_missing(
    tmp_path: Path,
) -> None:
    rule = "{column: name, take: '([0-9]+)'}"
    assert named(tmp_path, rule, "no number") == ("nothing_taken", "no number")
    assert named(tmp_path, rule, "") == ("missing_required", "")
    assert named(tmp_path, "{column: name, strip: '#'}", "##") == ("missing_required", "##")


def test_what_is_cleaned_is_looked_up(tmp_path: Path) -> None:
    write(tmp_path, "key,name\n0042,Harbour\n", "names.csv")
    rule = "{column: name, pad: 4, lookup: {file: names.csv, match: key, take: name}}"
    assert named(tmp_path, rule, "42") == "Harbour"
    assert named(tmp_path, rule, "43") == ("no_match", "43")


def test_typed_columns_are_cleaned_as_texts(tmp_path: Path) -> None:
    """A sheet or Parquet has numbers where ids were; whole ones lose nothing and get no `.0`."""
    table = pa.table({
        "id": ["1"], "account": ["A-1"], "at": [datetime(2026, 1, 31)], "value": [1.0],
        "number": [1001.0], "year": pa.array([None], pa.int64()),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "r.parquet")
    for rule, becomes in (
        ("{column: number, pad: 6}", "001001"),
        ("{first: [year, number]}", "1001"),
        ("{join: [account, number], between: '/'}", "A-1/1001"),
    ):
        done = stage(tmp_path, TEXT.format(file="r.parquet", rule=rule))
        assert done.rows("name") == [(becomes,)]


@pytest.mark.parametrize(
    ("written", "becomes"),
    [("2026-11-26", date(2026, 11, 27)), ("2026-12-31", date(2027, 1, 1)), ("", None)],
)
def test_a_last_day_becomes_the_day_after_it(
    tmp_path: Path, written: str, becomes: date | None
) -> None:
    write(tmp_path, f"id,account,starts,ends\nL-1,A-1,2026-01-01,{written}\n", "contracts.csv")
    done = stage(tmp_path, DATES.format(rule="{column: ends, plus: 1 day}"))
    assert done.rows("ends_on", "contracts") == [(becomes,)]


def test_a_day_beyond_the_calendar_is_none(tmp_path: Path) -> None:
    write(tmp_path, "id,account,starts,ends\nL-1,A-1,2026-01-01,9999-12-31\n", "contracts.csv")
    done = stage(tmp_path, DATES.format(rule="{column: ends, plus: 1 day}"))
    assert done.rejected("field, reason") == [("ends_on", "not_a_date")]


def test_seconds_of_a_clock_on_the_wall_are_read_in_its_zone(tmp_path: Path) -> None:
    """20:30 on the wall of Los Angeles, written as if it were UTC, is 4:30 of the next day there."""
    write(tmp_path, "id,account,at,name,value\n1,A-1,1793651400,x,1\n")
    for zone, at, on in (
        ("", datetime(2026, 11, 2, 20, 30), date(2026, 11, 2)),
        (", zone: America/Los_Angeles", datetime(2026, 11, 3, 4, 30), date(2026, 11, 2)),
    ):
        rule = f"{{column: at, date: unix{zone}}}"
        text = TEXT.format(file="r.csv", rule="name").replace("at: at", f"at: {rule}")
        done = stage(tmp_path, text, zone="America/Los_Angeles")
        assert done.rows('"at"')[0][0] == at
        assert done.rows('"on"')[0][0] == on


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{column: d, take: '(a)(b)'}", "more than one group"),
        ("{column: d, take: '(a'}", "no regular expression"),
        ("{column: d, take: 'a(?=b)'}", "RE2 does not"),
        ("{column: d, take: '(a)\\1'}", "RE2 does not"),
        ("{column: d, take: " + "a" * 201 + "}", "longer than 200"),
        ("{column: d, pad: 0}", "from 1 to 1,000"),
        ("{column: d, cut: 2.5}", "from 1 to 1,000"),
        ("{column: d, plus: 1 day}", "cannot be used for a text, only for date"),
        ("{first: [d]}", "two columns or more"),
        ("{join: d}", "two columns or more"),
        ("{column: d, between: x}", "needs `join`"),
        ("{constant: d, lower: yes}", "no effect on a constant or a made ID"),
        ("{make: [d, e], values: {a: b}}", "no effect on a constant or a made ID"),
        ("{column: d, first: [d, e]}", "has `column` and `first`"),
    ],
)
def test_what_says_nothing_or_cannot_be_done_is_a_fault(rule: str, said: str) -> None:
    (found,) = faults(field(rule, "name"))
    assert said in found
