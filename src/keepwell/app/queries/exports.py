"""This file answers what may leave the house as a file: scores, measures and facts, in shapes that stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from keepwell.app.queries import facts, scores
from keepwell.app.queries.scores import ScoredRun, ScoreRow
from keepwell.app.workspace import Workspace
from keepwell.facts import duckdb_session, export_files
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.definition.table import Table
from keepwell.health.engines import live

SCORES = pa.schema(
    [
        ("run_id", pa.string()), ("kind", pa.string()), ("account_id", pa.string()), ("as_of", pa.date32()), ("card", pa.string()),
        ("version", pa.int64()), ("through_batch", pa.int64()), ("score", pa.float64()), ("computed_score", pa.float64()),
        ("band", pa.string()), ("meaning", pa.string()), ("override", pa.string()), ("coverage", pa.float64()),
        ("freshness_days", pa.float64()), ("status", pa.string()), ("trend", pa.float64()),
    ]
)  # fmt: skip


def write_scores(workspace: Workspace, run: ScoredRun, path: Path) -> int:
    """Write the scores of a run and return the number of rows."""
    rows = scores.rows(run.run_id)
    listed = {name: [getattr(row, name) for row in rows] for name in ScoreRow.__dataclass_fields__}
    return _write_table(workspace, pa.table(listed, schema=SCORES), path)


def write_measures(workspace: Workspace, run: ScoredRun, path: Path) -> int:
    """Write the measures behind the scores of a run and return the number of rows."""
    return _write_table(workspace, scores.measures(workspace, run.run_id), path)


def write_facts(workspace: Workspace, path: Path, *, table: str | None = None) -> int:
    """Write the facts that hold today, of one table or of all in one file with a column `table`; returns the number of rows.

    Raises KeyError for a table that there is not.
    """
    source = facts.source(workspace)
    wanted = {table: source.tables[table]} if table else dict(source.tables)
    views = live.views(source)
    with _working_place(workspace) as con:
        if table:
            return export_files.write(con, _ordered(wanted[table], views), path)
        parts = [
            f'SELECT {literal(name)} AS "table", * FROM ({_ordered(each, views)})'
            for name, each in wanted.items()
        ]
        return export_files.write(con, " UNION ALL BY NAME ".join(parts), path)


def _ordered(table: Table, views: dict[str, str]) -> str:
    names = ", ".join(quoted(column.name) for column in live.stored(table))
    first = '"account_id", "on"' if table.per_account else '"on"'
    return f"SELECT {names} FROM ({views[f'live_{table.name}']}) ORDER BY {first}"


def _write_table(workspace: Workspace, table: pa.Table, path: Path) -> int:
    with _working_place(workspace) as con:
        con.register("leaving", table)
        return export_files.write(con, "SELECT * FROM leaving", path)


@contextmanager
def _working_place(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb_session.opened(workspace.tmp)
    try:
        yield con
    finally:
        con.close()
