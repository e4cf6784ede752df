"""This file gathers what a load has to say of rejected rows: those of its tables, and those that it heals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb

from keepwell.app.actions.table_changes import TableChanges
from keepwell.app.queries.snapshots import Snapshot
from keepwell.facts import rejected_rows
from keepwell.facts.rejected_rows import Delivery

if TYPE_CHECKING:
    from keepwell.facts.staging.staged import Stage


def compare(
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    stage: Stage,
    each: TableChanges,
    batch: int,
    day: date,
) -> str | None:
    """Write the query for what a load says of the rejected rows of a table; none where it says nothing."""
    known = {feed.name: feed for feed in snapshot.feeds}
    received = {
        feed: rows for (table, feed), rows in stage.received.items() if table == each.table.name
    }
    # A row whose day cannot be read is of any day since the feed came before.
    before = {
        feed: known[feed].watermark(day + timedelta(days=1), each.table) if feed in known else None
        for feed in received
    }
    delivery = Delivery(each.table, each.staged.relation, received, before, day)
    return rejected_rows.compare(con, delivery, snapshot.rejected(each.table.name), batch)
