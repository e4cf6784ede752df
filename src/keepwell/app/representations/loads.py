"""This file gives the shapes of loads: what an import did with the rows of each file, and what each table holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.actions.imports import Summary
    from keepwell.app.actions.row_counts import Counts
    from keepwell.app.queries.loads import LoadRow, TableRow
    from keepwell.facts.data_warnings import DataWarning


def summary(done: Summary) -> Json:
    """Show what an import did. Received is accepted, repeated and rejected together, exactly."""
    return {
        "batch": done.batch,
        "received": done.received,
        "accepted": done.accepted,
        "repeated": done.repeated,
        "rejected": done.rejected,
        "sources": [source(each) for each in done.counts],
        "warnings": [warning(each) for each in done.warnings],
        "rejects": plain(done.rejects),
    }


def source(counts: Counts) -> Json:
    """Show what became of the rows of one file."""
    return {
        "file": counts.file,
        "table": counts.table,
        "received": counts.received,
        "accepted": counts.accepted,
        "repeated": counts.repeated,
        "rejected": counts.rejected,
        "rejected_by_reason": dict(counts.rejected_by_reason),
    }


def warning(found: DataWarning) -> Json:
    """Show what is suspicious in rows that were accepted."""
    return {
        "code": found.code,
        "table": found.table,
        "count": found.count,
        "of": found.of,
        "sentence": found.sentence,
        "examples": list(found.examples),
    }


def load(row: LoadRow) -> Json:
    """Show one load."""
    return {
        "batch": row.batch,
        "at": plain(row.at),
        "by": row.by,
        "received": row.received,
        "accepted": row.accepted,
        "repeated": row.repeated,
        "rejected": row.rejected,
    }


def table(row: TableRow) -> Json:
    """Show one table: the rows in force, their first and latest day, and the files they are in."""
    return {
        "table": row.table,
        "rows": row.rows,
        "first_on": plain(row.first_on),
        "latest_on": plain(row.latest_on),
        "data_files": row.datafiles,
        "bytes": row.bytes,
    }
