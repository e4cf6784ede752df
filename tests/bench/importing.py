"""This file measures an import against a bare DuckDB load of the same file, and late rows against a full roll-up."""

from __future__ import annotations

import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from keepwell.app import workspace
from keepwell.app.actions import imports
from keepwell.app.installation import Installation
from keepwell.app.viewers import operator
from keepwell.facts import datafiles, rollup
from tests import installations

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
MAPPING = """
sources:
  - file: accounts.csv
    table: accounts
    feed: {name: crm, covers: all, since: 2024-01-01, expected_every: 7 days}
    backdate: since_start
    fields: {account_id: account_id, started_on: started_on}
  - file: events*.csv
    table: usage
    feed: {name: product, covers: all, since: 2024-01-01, expected_every: 1 day}
    fields: {id: id, account_id: account_id, at: at, user: user_id, feature: feature, quantity: quantity}
"""
TEXTS = "six columns, mostly text, every cell different"
NUMBERS = "six columns, mostly small numbers, in order"
ACCOUNTS = {TEXTS: "'A' || lpad(i::VARCHAR, 5, '0')", NUMBERS: "i"}
EVENTS = {
    TEXTS: """SELECT 'e' || i AS id, 'A' || lpad((hash(i) % 5000)::VARCHAR, 5, '0') AS account_id,
    TIMESTAMP '2025-11-01' + to_seconds((hash(i * 11 + 5) % 31536000)::BIGINT) AS at,
    'u' || ((hash(i) % 5000) * 40 + hash(i * 7 + 1) % 40) AS user_id,
    'feature_' || (hash(i * 3 + 2) % 20) AS feature, (hash(i * 13) % 10)::INT AS quantity FROM range({first}, {past}) AS numbers(i)""",
    # The users of 709 accounts one after the other, each through four months, some events a day: a product's own table.
    NUMBERS: """SELECT i AS id, i * 709 // {past} AS account_id,
    TIMESTAMP '2026-04-01' + to_seconds((i * 14180 % {past}) * 122 // {past} * 86400 + (hash(i) % 86400)::BIGINT) AS at,
    i * 709 // {past} || '-' || i * 14180 // {past} % 20 AS user_id, hash(i // 3) % 25 AS feature, 1 AS quantity
    FROM range({first}, {past}) AS numbers(i)""",
}


def make(folder: Path, events: int, late: int = 10_000, kind: str = TEXTS) -> Path:
    """Write the files of one company: accounts, events, and a second file of late ones; made once."""
    exports = folder / "exports"
    if not (folder / "late" / "events_late.csv").exists():
        exports.mkdir(parents=True, exist_ok=True)
        (folder / "late").mkdir(exist_ok=True)
        con = duckdb.connect()
        con.execute(f"""COPY (SELECT {ACCOUNTS[kind]} AS account_id, DATE '2024-01-01' AS started_on
            FROM range(5000) AS numbers(i)) TO '{exports}/accounts.csv'""")
        con.execute(f"COPY ({EVENTS[kind].format(first=0, past=events)}) TO '{exports}/events.csv'")
        con.execute(
            f"COPY ({EVENTS[kind].format(first=events, past=events + late)}) TO '{folder}/late/events_late.csv'"
        )
        shutil.copy(exports / "accounts.csv", folder / "late/accounts.csv")
    return exports


def installation(folder: Path, name: str) -> Installation:
    """Open a fresh workspace, whose data is thrown away with it."""
    for old in folder.glob(f"{name}-*"):
        shutil.rmtree(old)
    place = (
        folder / f"{name}-{uuid.uuid4().hex[:8]}"
    )  # one process must not open a database file that was replaced
    workspace.create(place, name="Bench")
    (place / "mapping.yaml").write_text(MAPPING)
    return installations.serve(place)


def ours(folder: Path, exports: Path) -> Installation:
    """Import the events and accounts, whole: read, check, compare, sort, write, sync, roll up, sign."""
    place = installation(folder, "workspace")
    imports.run(installation=place, paths=exports, by=operator("bench"), at=AT)
    return place


def theirs(folder: Path, exports: Path) -> None:
    """Load the events into a DuckDB file and nothing more."""
    for old in folder.glob("bare.duckdb*"):
        old.unlink()
    con = duckdb.connect(str(folder / "bare.duckdb"))
    con.execute(f"CREATE TABLE events AS FROM read_csv('{exports}/events.csv')")
    con.close()


def full_roll_up(folder: Path, place: Installation) -> None:
    """Roll all usage up by day from its segments, as a system without increments has to after late rows."""
    con = duckdb.connect()
    rows = datafiles.rows_of(sorted((place.data / "segments/usage").rglob("facts-*.parquet")))
    con.execute(
        f"COPY ({rollup.increment(rows, None, 1)}) TO '{folder}/rolled.parquet' (COMPRESSION zstd)"
    )
    con.close()


def late_increment(folder: Path) -> None:
    """What late rows cost in the roll-up: the increments of their own rows, and no other file."""
    con = duckdb.connect()
    rows = f"""(SELECT account_id, user_id AS "user", feature, NULL::VARCHAR AS product, "at"::DATE AS "on", DATE '2026-11-01' AS known_on,
        'product' AS feed, quantity::DECIMAL(18,6) AS quantity FROM read_csv('{folder}/late/events_late.csv'))"""
    con.execute(
        f"COPY ({rollup.increment(rows, None, 2)}) TO '{folder}/increment.parquet' (COMPRESSION zstd)"
    )
    con.close()


def late(folder: Path, place: Installation) -> None:
    """Import the late rows, whole."""
    imports.run(installation=place, paths=folder / "late", by=operator("bench"), at=AT)
