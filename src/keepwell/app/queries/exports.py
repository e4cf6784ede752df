"""This file answers what may leave the house as a file: scores, measures and facts, in shapes that stay."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from keepwell.app.installation import Installation
from keepwell.app.queries import scores, snapshots
from keepwell.app.queries.scores import ScoredRun, ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.facts import export_files
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.definition.table import Table
from keepwell.health.engines import current_rows

SCORES = pa.schema(
    [
        ("run_id", pa.string()), ("kind", pa.string()), ("account_id", pa.string()), ("as_of", pa.date32()), ("card", pa.string()),
        ("version", pa.int64()), ("through_batch", pa.int64()), ("score", pa.float64()), ("computed_score", pa.float64()),
        ("band", pa.string()), ("meaning", pa.string()), ("override", pa.string()), ("coverage", pa.float64()),
        ("freshness_days", pa.float64()), ("status", pa.string()), ("trend", pa.float64()),
    ]
)  # fmt: skip


def write_scores(viewer: Viewer, installation: Installation, run: ScoredRun, path: Path) -> int:
    """Write the scores of a run and return the number of rows."""
    rows = scores.rows(viewer, run.run_id)
    listed = {name: [getattr(row, name) for row in rows] for name in ScoreRow.__dataclass_fields__}
    return _write_table(installation, pa.table(listed, schema=SCORES), path)


def write_measures(viewer: Viewer, installation: Installation, run: ScoredRun, path: Path) -> int:
    """Write the measures behind the scores of a run and return the number of rows."""
    return _write_table(installation, scores.measures(viewer, installation, run.run_id), path)


def write_facts(
    viewer: Viewer, installation: Installation, path: Path, *, table: str | None = None
) -> int:
    """Write the facts that hold today, of one table or of all in one file with a column `table`; returns the number of rows.

    Raises KeyError for a table that there is not.
    """
    with (
        snapshots.take(viewer, installation) as snapshot,
        installation.duckdb.cursor() as cursor,
    ):
        wanted = {table: snapshot.tables[table]} if table else snapshot.tables
        views = current_rows.views(snapshot.source())
        if table:
            query = _ordered(wanted[table], views)
        else:
            parts = [
                f'SELECT {literal(name)} AS "table", * FROM ({_ordered(each, views)})'
                for name, each in wanted.items()
            ]
            query = " UNION ALL BY NAME ".join(parts)
        return _write(installation, cursor, query, path)


def _ordered(table: Table, views: dict[str, str]) -> str:
    names = ", ".join(quoted(column.name) for column in current_rows.stored(table))
    first = '"account_id", "on"' if table.per_account else '"on"'
    return f"SELECT {names} FROM ({views[f'current_{table.name}']}) ORDER BY {first}"


def _write_table(installation: Installation, table: pa.Table, path: Path) -> int:
    with installation.duckdb.cursor() as cursor:
        cursor.register("exported", table)
        return _write(installation, cursor, "SELECT * FROM exported", path)


def _write(
    installation: Installation, cursor: duckdb.DuckDBPyConnection, query: str, path: Path
) -> int:
    """Write into the installation's own folder, where alone its DuckDB may write, and bring the whole file to its place."""
    with TemporaryDirectory(dir=installation.tmp) as folder:
        written = Path(folder) / path.name
        rows = export_files.write(cursor, query, written)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            shutil.copyfile(written, beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return rows
