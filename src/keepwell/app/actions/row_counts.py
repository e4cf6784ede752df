"""This file counts what became of the received rows, file by file: accepted, repeated or rejected, and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from keepwell.app.actions.table_changes import TableChanges

if TYPE_CHECKING:
    from keepwell.facts.staging.staged import Stage

CONFLICTING = "conflicting_id"


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one file that fill one table, by a feed. Received is the sum of the other three, exactly."""

    file: str
    table: str
    received: int
    accepted: int
    repeated: int
    rejected_by_reason: dict[str, int]
    feed: str = ""

    @property
    def rejected(self) -> int:
        return sum(self.rejected_by_reason.values())


def counts(
    con: duckdb.DuckDBPyConnection, stage: Stage, table_changes: Sequence[TableChanges]
) -> tuple[Counts, ...]:
    """Count each file's rows of each table."""
    received: Counter[tuple[str, str]] = Counter()
    rejected: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    feeds = {}
    for source in stage.sources:
        feeds[source.file, source.table] = source.feed
        received[source.file, source.table] += source.received
        rejected[source.file, source.table].update(source.rejected_by_reason)
    staged = {
        (file, each.table.name): count
        for each in table_changes
        for file, count in each.staged.rows_by_file.items()
    }
    aside = {
        (file, each.table.name, verdict): count
        for each in table_changes
        for file, verdict, count in _aside_by_file(con, each)
    }
    return tuple(
        replace(
            _counted(
                file, table, total, staged.get((file, table), 0), rejected[file, table], aside
            ),
            feed=feeds[file, table],
        )
        for (file, table), total in received.items()
    )


def _counted(
    file: str,
    table: str,
    received: int,
    staged: int,
    rejected: Counter[str],
    aside: dict[tuple[str, str, str], int],
) -> Counts:
    assert received == staged + rejected.total(), (
        f"{file}: {received} rows were received, {staged} staged, {rejected.total()} rejected"
    )
    repeated, conflicting = (
        aside.get((file, table, "repeated"), 0),
        aside.get((file, table, "conflicting"), 0),
    )
    reasons = dict(rejected) | ({CONFLICTING: conflicting} if conflicting else {})
    return Counts(file, table, received, staged - repeated - conflicting, repeated, reasons)


def _aside_by_file(
    con: duckdb.DuckDBPyConnection, each: TableChanges
) -> list[tuple[str, str, int]]:
    if each.accepted == each.deliveries.rows:
        return []
    query = f"SELECT file, verdict, count(*) FROM {each.compared.excluded} AS aside JOIN {each.compared.candidates} AS own ON own.rowid = aside.row"
    return con.execute(f"{query} GROUP BY file, verdict").fetchall()
