"""This file tests what staging adds to rows: feeds, known_on, states, money, and files that fill several tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from keepwell.facts.staging import sql_columns
from keepwell.facts.staging.staged import ADDED
from tests.facts.harness import AT, readings, stage, write

ACCOUNTS = """
sources:
  - file: a.csv
    table: accounts
    {more}
    fields: {{account_id: id, started_on: since, plan: plan{valid}}}
"""
CSV = "id,since,plan,day\nA-1,2024-03-01,Pro,2025-01-01\nB-1,2025-05-01,Basic,2025-06-01\nB-2,,Basic,2025-07-01\n"
TODAY = AT.date()


def test_a_state_without_a_date_is_valid_from_its_import(tmp_path: Path) -> None:
    write(tmp_path, CSV, "a.csv")
    done = stage(tmp_path, ACCOUNTS.format(more="", valid=""))
    assert done.rows('account_id, valid_from, "on"', "accounts") == [
        ("A-1", TODAY, TODAY),
        ("B-1", TODAY, TODAY),
        ("B-2", TODAY, TODAY),
    ]
    assert [(each.dated, each.backdated) for each in done.stage.tables] == [(False, False)]


def test_a_state_with_a_date_is_dated(tmp_path: Path) -> None:
    write(tmp_path, CSV, "a.csv")
    done = stage(tmp_path, ACCOUNTS.format(more="", valid=", valid_from: day"))
    assert done.rows('valid_from, "on"', "accounts")[0] == (date(2025, 1, 1), date(2025, 1, 1))
    assert done.stage.tables[0].dated


def test_a_state_whose_date_is_empty_is_rejected(tmp_path: Path) -> None:
    write(tmp_path, CSV.replace("2025-06-01", ""), "a.csv")
    done = stage(tmp_path, ACCOUNTS.format(more="", valid=", valid_from: day"))
    assert done.rejected("line, field, reason") == [(3, "valid_from", "missing_required")]


def test_a_backdated_state_is_valid_from_the_start_of_new_accounts(tmp_path: Path) -> None:
    write(tmp_path, CSV, "a.csv")
    done = stage(tmp_path, ACCOUNTS.format(more="backdate: since_start", valid=""))
    assert done.rows("account_id, valid_from", "accounts") == [
        ("A-1", TODAY),
        ("B-1", date(2025, 5, 1)),
        ("B-2", TODAY),
    ]
    assert [(each.dated, each.backdated) for each in done.stage.tables] == [(False, True)]


def test_accounts_of_the_same_import_are_known(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value\n1,B-1,2026-01-01,x,1\n")
    write(tmp_path, CSV, "a.csv")
    text = readings() + ACCOUNTS.format(more="", valid="").split("sources:")[1]
    assert len(stage(tmp_path, text).rows()) == 1


def test_the_columns_of_a_stage_are_those_of_the_table_and_a_few_more(tmp_path: Path) -> None:
    write(tmp_path, "id,a,s,p\nL,A-1,2026-01-01,x\n", "c.csv")
    text = "sources: [{file: c.csv, table: contracts, fields: {id: id, account_id: a, starts_on: s}, extras: {mine: {column: p, type: text}}}]"
    done = stage(tmp_path, text)
    described = done.con.execute("DESCRIBE stage_contracts").fetchall()
    assert {row[0]: row[1] for row in described} == sql_columns(done.stage.tables[0].table) | ADDED
    assert [row[0] for row in described] == [*sql_columns(done.stage.tables[0].table), *ADDED]
    assert "annual_amount_given" in sql_columns(done.stage.tables[0].table)
    assert done.stage.tables[0].table.names[-1] == "mine"


FEED = "    feed: {name: m, expected_every: 1 day, lag: 3 days, through: load}\n    fields:"


def test_bulk_history_was_known_after_its_lag_and_never_after_its_import(tmp_path: Path) -> None:
    write(
        tmp_path,
        "id,account,at,name,value\n1,A-1,2026-01-01,x,1\n2,A-1,2026-05-31,x,1\n3,A-1,2027-01-01,x,1\n",
    )
    done = stage(tmp_path, readings().replace("    fields:", FEED))
    assert done.rows("known_on") == [(date(2026, 1, 4),), (TODAY,), (TODAY,)]


def test_a_feed_is_declared_with_its_tables_and_its_last_complete_day(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value\n1,A-1,2026-01-01,x,1\n")
    (feed,) = stage(tmp_path, readings().replace("    fields:", FEED)).stage.feeds
    assert (feed.name, feed.tables, feed.expected_every_days, feed.lag_days, feed.through) == (
        "m",
        ("readings",),
        1,
        3,
        date(2026, 5, 31),
    )


def test_a_feed_without_a_name_is_named_after_its_file(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value\n1,A-1,2026-01-01,x,1\n", "usage_2026.csv")
    done = stage(tmp_path, readings("usage_*.csv"))
    assert [feed.name for feed in done.stage.feeds] == ["usage"]
    assert done.rows("feed, people") == [("usage", "usage")]


def test_people_are_identified_within_their_feed_or_a_shared_name_space(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value\n1,A-1,2026-01-01,x,1\n")
    shared = readings().replace("    fields:", "    people: crm\n    fields:")
    assert stage(tmp_path, shared).rows("feed, people") == [("r", "crm")]


MONEY = """
sources:
  - file: i.csv
    table: invoices
    fields: {{id: id, account_id: a, issued_on: day, amount: {amount}{more}}}
"""
RATES = [
    (date(2026, 1, 1), "USD", Decimal("0.9")),
    (date(2026, 3, 1), "USD", Decimal("0.8")),
    (date(2026, 1, 1), "GBP", Decimal("1.15")),
]


def invoices(
    folder: Path, rows: str, amount: str = "amount", more: str = ""
) -> list[tuple[object, ...]]:
    write(folder, "id,a,day,amount,currency\n" + rows, "i.csv")
    done = stage(folder, MONEY.format(amount=amount, more=more), rates=RATES)
    return [
        *done.rows("amount, amount_given, currency", "invoices"),
        *done.rejected("line, field, reason, found"),
    ]


def test_an_amount_is_in_the_workspaces_currency_by_default(tmp_path: Path) -> None:
    assert invoices(tmp_path, "1,A-1,2026-02-01,100,\n") == [(Decimal(100), Decimal(100), "EUR")]


def test_an_amount_is_converted_at_the_rate_of_its_day_and_kept_as_given(tmp_path: Path) -> None:
    rows = "1,A-1,2026-02-28,100,usd\n2,A-1,2026-03-01,100,USD\n3,A-1,2026-03-02,100,EUR\n4,A-1,2026-03-02,100,\n5,A-1,2026-04-01,10,GBP\n"
    by_column = invoices(
        tmp_path, rows, "{column: amount, money: {currency: currency}}", ", currency: currency"
    )
    assert [row[:2] for row in by_column] == [
        (90, 100),
        (80, 100),
        (100, 100),
        (100, 100),
        (Decimal("11.5"), 10),
    ]
    assert invoices(tmp_path, rows, more=", currency: currency") == by_column, (
        "the field `currency` is meant where money says nothing"
    )


def test_an_amount_in_one_currency_throughout(tmp_path: Path) -> None:
    assert invoices(tmp_path, "1,A-1,2026-02-01,100,\n", "{column: amount, money: USD}") == [
        (Decimal(90), Decimal(100), "USD")
    ]


def test_an_amount_without_a_rate_is_rejected(tmp_path: Path) -> None:
    rows = "1,A-1,2025-12-31,100,USD\n2,A-1,2026-02-01,100,NOK\n3,A-1,2026-02-01,,NOK\n"
    found = invoices(tmp_path, rows, more=", currency: currency")
    assert found == [
        (None, None, "NOK"),
        (2, "amount", "no_rate", "USD"),
        (3, "amount", "no_rate", "NOK"),
    ]


def test_rates_of_the_same_import_are_used(tmp_path: Path) -> None:
    write(tmp_path, "day,code,rate\n2026-01-01,NOK,0.09\n", "rates.csv")
    write(tmp_path, "id,a,day,amount,currency\n1,A-1,2026-02-01,100,NOK\n", "i.csv")
    text = MONEY.format(amount="amount", more=", currency: currency")
    text += "  - {file: rates.csv, table: rates, fields: {id: {make: [day, code]}, from_on: day, currency: code, rate: rate}}\n"
    assert stage(tmp_path, text).rows("amount", "invoices") == [(Decimal(9),)]


def test_one_file_may_fill_several_tables(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value\n1,A-1,2026-01-01,x,1\n2,A-1,2026-01-01,,1\n")
    text = (
        readings()
        + "  - {file: r.csv, table: signals, fields: {id: id, account_id: account, at: at, kind: {constant: other}, direction: {constant: bad}}}\n"
    )
    done = stage(tmp_path, text)
    assert [(source.table, source.received, source.rejected) for source in done.stage.sources] == [
        ("signals", 2, 0),
        ("readings", 2, 1),
    ]


def test_several_files_may_fill_one_table_each_with_columns_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value,note\n1,A-1,2026-01-01,x,1,hello\n", "a.csv")
    write(tmp_path, "id,account,at,name,value\n2,A-1,2026-01-01,x,1\n", "b.csv")
    text = (
        readings("a.csv")
        + "    extras: {note: {column: note, type: text}}\n"
        + readings("b.csv").split("sources:")[1].lstrip("\n")
    )
    assert stage(tmp_path, text).rows("id, note") == [("1", "hello"), ("2", None)]


def test_progress_names_the_file_and_reaches_the_end(tmp_path: Path) -> None:
    from keepwell.facts import duckdb_session, mapping, staging

    write(tmp_path, "id,account,at,name,value\n1,A-1,2026-01-01,x,1\n")
    reported: list[tuple[str, float]] = []
    con = duckdb_session.connect(tmp_path / "scratch")
    staging.stage(
        con, mapping.read(readings()), [tmp_path / "r.csv"], known_accounts=(), zone="UTC", currency="EUR",
        at=datetime(2026, 6, 1, tzinfo=UTC), progress=lambda name, done: reported.append((name, done)),
    )  # fmt: skip
    assert reported[0] == ("r.csv", 0.0)
    assert reported[-1] == ("r.csv", 1.0)


def test_the_time_of_an_import_needs_a_zone(tmp_path: Path) -> None:
    write(tmp_path, "id,account,at,name,value\n1,A-1,2026-01-01,x,1\n")
    with pytest.raises(AssertionError, match="without a zone"):
        stage(tmp_path, readings(), at=datetime(2026, 6, 1))
