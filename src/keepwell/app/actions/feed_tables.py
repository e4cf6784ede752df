"""This file counts what each feed has brought into each table, load by load, so that no file is opened to say how feeds do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from keepwell.app.actions import table_changes
from keepwell.app.actions.table_changes import TableChanges
from keepwell.app.models import checksums
from keepwell.app.models.feed_tables import FeedTable
from keepwell.app.queries.snapshots import Snapshot
from keepwell.facts import row_changes
from keepwell.facts.row_changes import Existing
from keepwell.facts.schema import TABLES
from keepwell.health.definition.table import Table


@dataclass
class Counted:
    """The rows in force of one feed in one table, and between which days they lie."""

    rows: int
    first_on: date
    latest_on: date


def after(
    con: duckdb.DuckDBPyConnection, each: TableChanges, existing: Existing
) -> dict[str, Counted]:
    """Count one table as it will be after a load, by feed; `existing` are its files with those that the load has written.

    Only the load's own rows are read, unless it takes the first or the latest day of a feed away.
    """
    counted = {
        row.feed: Counted(row.rows, row.first_on, row.latest_on)
        for row in FeedTable.objects.filter(table=each.table.name)
    }
    superseded = (
        _by_feed(con, f"({table_changes.replaced_rows(each)})") if each.compared.superseding else {}
    )
    if any(
        feed not in counted
        or gone.first_on <= counted[feed].first_on
        or gone.latest_on >= counted[feed].latest_on
        for feed, gone in superseded.items()
    ):
        return _by_feed(con, row_changes.current(each.table, existing))
    for feed, new in _by_feed(con, each.plain_rows).items():
        if feed in counted:
            before = counted[feed]
            first_on, latest_on = min(before.first_on, new.first_on), max(before.latest_on, new.latest_on)  # fmt: skip
            counted[feed] = Counted(before.rows + new.rows, first_on, latest_on)
        else:
            counted[feed] = new
    for feed, gone in superseded.items():
        counted[feed].rows -= gone.rows
    return counted


def save(table: str, counted: dict[str, Counted]) -> None:
    """Write the counts of a table in place of those that there are; call it in a transaction."""
    rows = [
        FeedTable(
            feed=feed, table=table, rows=each.rows, first_on=each.first_on, latest_on=each.latest_on
        )
        for feed, each in sorted(counted.items())
    ]
    for row in rows:
        row.checksum = checksums.of_feed_table(row)
    FeedTable.objects.filter(table=table).delete()
    FeedTable.objects.bulk_create(rows)


def recount(con: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> dict[str, dict[str, Counted]]:
    """Count all tables anew by reading all of their rows."""
    return {name: _current(con, snapshot, snapshot.tables[name]) for name in TABLES}


def _current(
    con: duckdb.DuckDBPyConnection, snapshot: Snapshot, table: Table
) -> dict[str, Counted]:
    existing = snapshot.existing(table.name)
    return _by_feed(con, row_changes.current(table, existing)) if existing.facts else {}


def _by_feed(con: duckdb.DuckDBPyConnection, rows: str) -> dict[str, Counted]:
    query = f'SELECT feed, count(*), min("on"), max("on") FROM {rows} GROUP BY feed'
    return {feed: Counted(*counts) for feed, *counts in con.execute(query).fetchall()}


def differences(
    stored: Sequence[FeedTable], counted: dict[str, dict[str, Counted]]
) -> list[tuple[str, str]]:
    """Find the pairs of feed and table whose counts are not what the rows say."""
    found = {
        (row.feed, row.table): Counted(row.rows, row.first_on, row.latest_on) for row in stored
    }
    wanted = {
        (feed, table): each for table, by_feed in counted.items() for feed, each in by_feed.items()
    }
    return sorted(
        pair for pair in found.keys() | wanted.keys() if found.get(pair) != wanted.get(pair)
    )
