"""This file tests that a value which some database or some later step could not hold is rejected with its line."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from keepwell.facts import mapping
from keepwell.facts.schema import TABLES
from keepwell.health.definition import limit
from tests.facts.harness import readings, stage, write

CONTRACTS = """
sources:
  - file: c.csv
    table: contracts
    fields:
      id: id
      account_id: account
      starts_on: starts
      ends_on: ends
      annual_amount: {amount}
      notice_days: notice
"""
LINE = "id,account,starts,ends,amount,notice\nL-1,A-1,2026-01-01,2027-01-01,"


def contracts(amount: str = "amount") -> str:
    return CONTRACTS.replace("{amount}", amount)


def test_a_text_of_as_many_characters_as_its_field_holds_is_accepted_and_one_more_is_not(
    tmp_path: Path,
) -> None:
    longest = "я" * limit.KEY  # two bytes each: it is characters that count
    rows = f"{longest},A-1,2026-01-01,n,1\n{longest}я,A-1,2026-01-01,n,1\n3,A-1,2026-01-01,{'n' * 2001},1\n"
    write(tmp_path, "id,account,at,name,value\n" + rows)
    staged = stage(tmp_path, readings())
    assert staged.rows("length(id)") == [(limit.KEY,)]
    assert staged.rejected("line, field, reason, expected, length(found)") == [
        (3, "id", "too_long", "at most 200 characters", 200),
        (4, "name", "too_long", "at most 2,000 characters", 200),
    ]


def test_every_text_of_every_table_has_an_end() -> None:
    texts = [
        column for table in TABLES.values() for column in table.columns if column.type == "text"
    ]
    assert {column.most_characters for column in texts} == {limit.KEY, limit.TEXT, limit.NOTE}
    keys = [column for column in texts if column.name.endswith("id") or column.person]
    assert {column.most_characters for column in keys} == {limit.KEY}


def test_a_nul_in_a_text_is_rejected_and_the_row_beside_it_is_not(tmp_path: Path) -> None:
    row = {"account": "A-1", "at": "2026-01-01", "name": "n", "value": 1}
    write(tmp_path, json.dumps([row | {"id": "a\0b"}, row | {"id": "c"}]), "r.json")
    staged = stage(tmp_path, readings("r.json"))
    assert staged.rows("id") == [("c",)]
    assert staged.rejected() == [(1, "id", "not_text", "a\\u0000b")]


@pytest.mark.parametrize(("days", "is_good"), [("0", True), ("36600", True), ("36601", False), ("-1", False), ("99999999999", False)])  # fmt: skip
def test_a_notice_period_is_at_most_a_hundred_years(
    tmp_path: Path, days: str, is_good: bool
) -> None:
    write(tmp_path, f"{LINE}5,{days}\n", "c.csv")
    staged = stage(tmp_path, contracts())
    rejected = [] if is_good else [(2, "notice_days", "out_of_range", days)]
    assert (staged.rejected(), len(staged.rows("id", "contracts"))) == (rejected, is_good)


def test_the_longest_notice_before_the_earliest_end_is_still_a_day() -> None:
    assert limit.FIRST_DAY.toordinal() - limit.LONGEST_DAYS > date.min.toordinal()


def test_an_event_in_the_year_10000_of_the_workspaces_zone_is_rejected(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value\n1,A-1,9999-12-31 23:30Z,n,1\n2,A-1,2026-01-01,n,1\n")
    staged = stage(tmp_path, readings(), zone="Europe/Berlin")
    assert staged.rows("id") == [("2",)]
    assert staged.rejected("line, field, reason") == [(2, "at", "not_a_date")]


@pytest.mark.parametrize(
    "key", ['va"lue', "a/b", "a~1b", "*", "$", "#", "a[0]", "back\\slash", "it's"]
)
@pytest.mark.parametrize("is_nested", [False, True])
@pytest.mark.parametrize("is_late", [False, True])
def test_a_field_of_json_may_be_called_anything(
    tmp_path: Path, key: str, is_nested: bool, is_late: bool
) -> None:
    value = {"in": {key: 7}} if is_nested else {key: 7}
    row = {"id": "1", "account": "A-1", "at": "2026-01-01", "name": "n"}
    early = [row | {"id": f"e{nth}", "in": {}} for nth in range(2001 if is_late else 0)]
    write(tmp_path, json.dumps([*early, row | value]), "r.json")
    named = json.dumps(f"in.{key}" if is_nested else key)
    staged = stage(tmp_path, readings("r.json", value=named))
    assert staged.rows("id, value") == [("1", 7)]


def test_an_amount_that_its_rate_makes_too_large_is_called_too_large(tmp_path: Path) -> None:
    write(tmp_path, f"{LINE}80000000000,5\n", "c.csv")
    rates = [(date(2020, 1, 1), "USD", Decimal(900_000))]
    staged = stage(tmp_path, contracts("{column: amount, money: USD}"), rates=rates)
    assert staged.rejected("line, field, reason, found") == [
        (2, "annual_amount", "too_large", "80000000000.000000")
    ]


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("{column: amount, times: 1e999999999}", "not a number"),
        ("{column: amount, times: 1e-999999999}", "not a number"),
        ("{column: amount, times: 0e999999999}", ""),
        ("{column: amount, times: 0.0000001}", "rounds to 0"),
        ("{constant: 1e999999999}", "not a value"),
        ("{constant: 5e12}", "not a value"),
        ("{constant: 9e11, times: 12}", "Times 12 it is too large"),
        ("{constant: 12}", ""),
    ],
)
def test_a_number_of_a_mapping_is_one_that_a_quantity_can_hold(amount: str, says: str) -> None:
    if not says:
        assert mapping.read(contracts(amount)).sources
        return
    with pytest.raises(mapping.InvalidMapping, match=says):
        mapping.read(contracts(amount))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ('feed: "a\\ud800"', r"cannot be stored: U\+D800"),
        ('feed: "a\\0"', r"cannot be stored: U\+0000"),
        ('"a\\0": b', r"cannot be stored: U\+0000"),
        (f"feed: {'f' * 201}", "longer than 200 characters"),
        (f"people: {'f' * 201}", "longer than 200 characters"),
        ("feed: {since: 0001-01-01}", "before any fact"),
    ],
)
def test_what_a_mapping_names_can_be_stored(words: str, says: str) -> None:
    with pytest.raises(mapping.InvalidMapping, match=says):
        mapping.read(contracts() + f"    {words}\n")


def test_a_feed_is_named_after_a_file_by_as_much_as_can_be_stored() -> None:
    read = mapping.read(contracts().replace("c.csv", f"{'c' * 250}.csv"))
    assert [len(source.feed.name) for source in read.sources] == [limit.KEY]
