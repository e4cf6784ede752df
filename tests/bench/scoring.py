"""This file measures one date with twelve measures against hand-written DuckDB SQL over the same roll-up."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import Source

AS_OF = date(2026, 11, 1)
ACCOUNTS = 5000
MEASURES = {
    "users_28": ("distinct user", "28 days", "", ""),
    "users_90": ("distinct user", "90 days", "", ""),
    "seats_in_use": ("distinct user", "28 days", "", "seat"),
    "days_28": ("active days", "28 days", "", ""),
    "days_90": ("active days", "90 days", "", ""),
    "breadth_28": ("distinct feature", "28 days", "", ""),
    "breadth_90": ("distinct feature", "90 days", "", ""),
    "events_28": ("count", "28 days", "", ""),
    "quantity_90": ("sum quantity", "90 days", "", ""),
    "key_users": ("distinct user", "28 days", "feature in (feature_1, feature_2, feature_3)", ""),
    "silent_days": ("days since", "all", "", ""),
    "share_of_one": ("share where feature = feature_1", "28 days", "", ""),
}
HEAD = """keepwell: 1
name: bench
least_coverage: 50 %
bands: [{name: Green, from: 50, means: healthy}, {name: Red, from: 0, means: at risk}]
health:
"""


def card() -> Definition:
    """The card of twelve measures."""
    text = HEAD
    for name, (take, window, where, per) in MEASURES.items():
        text += f"  - measure: {name}\n    table: usage\n    take: {take}\n    window: {window}\n    least_tenure: all\n"
        text += f"    where: {where}\n" if where else ""
        text += f"    per: {per}\n" if per else ""
        text += "    points: {worst: 0, best: 100}\n    weight: 1\n    missing: skip\n"
    read = document.read(text, file="bench.yaml", tables=TABLES)
    assert read.definition, read.faults
    return read.definition


def make(folder: Path, events: int, days: int = 365) -> Source:
    """Write a year of events of 5,000 accounts, or other days, as their roll-up by day, sorted as a load sorts; made once."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "contracts.parquet").exists():
        connection = duckdb.connect()
        connection.execute(f"SET memory_limit = '8GB'; SET temp_directory = '{folder}/spill'")
        account = f"'A' || lpad((hash(i) % {ACCOUNTS})::VARCHAR, 5, '0')"
        connection.execute(f"""COPY (SELECT {account} AS account_id,
              'u' || ((hash(i) % {ACCOUNTS}) * 40 + hash(i * 7 + 1) % 40) AS "user",
              'feature_' || (hash(i * 3 + 2) % 20) AS feature, NULL::VARCHAR AS product,
              DATE '{AS_OF - timedelta(days=days)}' + (hash(i * 11 + 5) % {days})::INT AS "on", DATE '2026-11-01' AS known_on, 'product' AS feed,
              1::BIGINT AS batch, count(*) AS events, sum((hash(i * 13) % 10)::DECIMAL(18,6))::DECIMAL(18,6) AS quantity, count(*) AS quantities
            FROM range({events}) AS numbers(i) GROUP BY ALL ORDER BY account_id, "on")
            TO '{folder}/rolled.parquet' (COMPRESSION zstd)""")
        ids = f"SELECT 'A' || lpad(i::VARCHAR, 5, '0') AS account_id, 1::BIGINT AS batch, 'crm' AS feed, i FROM range({ACCOUNTS}) AS numbers(i)"
        connection.execute(f"""COPY (SELECT * EXCLUDE i, DATE '2020-01-01' AS started_on, DATE '2020-01-01' AS "on" FROM ({ids}))
            TO '{folder}/accounts.parquet'""")
        connection.execute(f"""COPY (SELECT * EXCLUDE i, 'L' || i AS id, DATE '2020-01-01' AS starts_on, 40::DECIMAL(18,6) AS units,
            DATE '2020-01-01' AS "on" FROM ({ids})) TO '{folder}/contracts.parquet'""")
    event_days = tuple(AS_OF - timedelta(days=nth) for nth in range(days, 0, -1))
    feeds = (
        Feed("product", ("usage",), since=date(2020, 1, 1), event_days=event_days),
        Feed("crm", ("accounts", "contracts"), since=date(2020, 1, 1), through=AS_OF),
    )
    files = {name: [f"{folder}/{name}.parquet"] for name in ("accounts", "contracts")}
    return Source(TABLES, files, feeds, 1, [f"{folder}/rolled.parquet"])


def by_hand(folder: Path) -> str:
    """What somebody who knows SQL would write for the same twelve numbers."""
    last_28, last_90 = "\"on\" >= DATE '2026-10-04'", "\"on\" >= DATE '2026-08-03'"
    return f"""
    WITH used AS (
      SELECT account_id,
        count(DISTINCT "user") FILTER ({last_28}) AS users_28, count(DISTINCT "user") FILTER ({last_90}) AS users_90,
        count(DISTINCT "on") FILTER ({last_28}) AS days_28, count(DISTINCT "on") FILTER ({last_90}) AS days_90,
        count(DISTINCT feature) FILTER ({last_28}) AS breadth_28, count(DISTINCT feature) FILTER ({last_90}) AS breadth_90,
        sum(events) FILTER ({last_28}) AS events_28, sum(quantity) FILTER ({last_90}) AS quantity_90,
        count(DISTINCT "user") FILTER ({last_28} AND feature IN ('feature_1', 'feature_2', 'feature_3')) AS key_users,
        DATE '2026-10-31' - max("on") AS silent_days,
        coalesce(sum(events) FILTER ({last_28} AND feature = 'feature_1'), 0) / sum(events) FILTER ({last_28}) AS share_of_one
      FROM read_parquet('{folder}/rolled.parquet') WHERE "on" < DATE '2026-11-01' GROUP BY account_id)
    SELECT used.*, users_28 / units AS seats_in_use FROM used
    LEFT JOIN (SELECT account_id, sum(units) AS units FROM read_parquet('{folder}/contracts.parquet') GROUP BY 1)
    USING (account_id) ORDER BY account_id"""


def agree(folder: Path, events: int) -> int:
    """Check that both give the same numbers, account by account; give how many were compared."""
    engine = DuckDB(make(folder, events))
    theirs = duckdb.connect().execute(by_hand(folder)).to_arrow_table().to_pydict()
    at = {account: row for row, account in enumerate(theirs["account_id"])}
    compared = 0
    for line in engine.score(card(), AS_OF).lines():
        if line.kind == "measure" and line.account_id in at:
            expected = theirs[line.name][at[line.account_id]]
            same = (
                line.value is None
                if expected is None
                else line.value == pytest.approx(float(expected), abs=1e-9)
            )
            assert same, (line, expected)
            compared += 1
    return compared


def ours(folder: Path, events: int) -> None:
    """One date, from opening the engine on; what the memory is taken of."""
    DuckDB(make(folder, events)).score(card(), AS_OF).lines_arrow  # noqa: B018  # the lines are made when asked for


def theirs(folder: Path) -> None:
    """The same by hand."""
    duckdb.connect().execute(by_hand(folder)).to_arrow_table()
