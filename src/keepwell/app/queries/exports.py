"""This file answers what may leave the house as a file: scores, measures and facts, in shapes that stay."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from keepwell.app import score_row
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, evidence, feeds, population, scores, snapshots, trends
from keepwell.app.queries.listings import Listing
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import Viewer
from keepwell.facts import export_files
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.definition.table import Table
from keepwell.health.engines import current_rows
from keepwell.health.explain.trend import Move

ARROW_TYPE_OF: dict[object, pa.DataType] = {
    str: pa.string(),
    str | None: pa.string(),
    int: pa.int64(),
    int | None: pa.int64(),
    float | None: pa.float64(),
    date: pa.date32(),
}
SCORES = pa.schema(
    [(name, ARROW_TYPE_OF[score_row.TYPES[name]]) for name in score_row.PROMISED]
    + [("late_feeds", pa.string())]
    + [("name", pa.string()), ("account_status", pa.string()), ("ended", pa.date32())]
)


def write_scores(viewer: Viewer, installation: Installation, run: ScoredRun, path: Path) -> int:
    """Write the scores of a run and return the number of rows; `trend` is the move that lists show."""
    rows = scores.rows(viewer, run.run_id)
    columns = {name: [getattr(row, name) for row in rows] for name in score_row.PROMISED}
    moves = trends.moves(viewer, run, [row.account_id for row in rows])
    columns["trend"] = [moves[row.account_id].points for row in rows]
    _, late = feeds.late(viewer, installation, run)
    columns["late_feeds"] = [", ".join(each.name for each in late) or None] * len(rows)
    names = accounts.names(viewer, columns["account_id"])
    columns["name"] = [names.get(account_id, account_id) for account_id in columns["account_id"]]
    # Of an account that the facts have no more, as after an erasure, nothing is known.
    standings = population.standings(viewer, installation, run)
    kinds = [standings.get(account_id) for account_id in columns["account_id"]]
    columns["account_status"] = [each.kind if each else None for each in kinds]
    columns["ended"] = [each.ended if each else None for each in kinds]
    return _write_table(installation, pa.table(columns, schema=SCORES), path)


def accounts_file(
    viewer: Viewer, installation: Installation, run: ScoredRun, listing: Listing
) -> bytes:
    """Give a list of accounts as the bytes of a CSV file, in its order; no cell is a formula to a spreadsheet."""
    rows = [
        (row.account, row.score, listing.lately.moves.get(row.account.account_id, Move()))
        for row in listing.rows
    ]
    columns: dict[str, tuple[pa.DataType, list[object]]] = {
        "account_id": (pa.string(), [account.account_id for account, *_ in rows]),
        "name": (pa.string(), [account.name for account, *_ in rows]),
        "segment": (pa.string(), [account.segment for account, *_ in rows]),
        "owner": (pa.string(), [account.owner for account, *_ in rows]),
        "score": (pa.float64(), [score.score for _, score, _ in rows]),
        "computed_score": (pa.float64(), [score.computed_score for _, score, _ in rows]),
        "band": (pa.string(), [score.band for _, score, _ in rows]),
        "override": (pa.string(), [score.override for _, score, _ in rows]),
        "coverage": (pa.float64(), [score.coverage for _, score, _ in rows]),
        "trend": (pa.float64(), [move.points for *_, move in rows]),
        "revenue": (pa.decimal128(38, 6), [account.revenue for account, *_ in rows]),
        "currency": (pa.string(), [installation.currency] * len(rows)),
        "next_notice_on": (pa.date32(), [account.next_notice_on for account, *_ in rows]),
        "next_renewal_on": (pa.date32(), [account.next_renewal_on for account, *_ in rows]),
        "last_meeting_on": (pa.date32(), [account.last_touch_on for account, *_ in rows]),
        "as_of": (pa.date32(), [run.as_of] * len(rows)),
    }
    table = pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()})
    with TemporaryDirectory(dir=installation.tmp) as folder:
        path = Path(folder) / "accounts.csv"
        _write_table(installation, table, path)
        return path.read_bytes()


def write_measures(viewer: Viewer, installation: Installation, run: ScoredRun, path: Path) -> int:
    """Write the measures behind the scores of a run and return the number of rows."""
    return _write_table(installation, evidence.measures(viewer, installation, run), path)


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
            query = _ordered(viewer, wanted[table], views)
        else:
            parts = [
                f'SELECT {literal(name)} AS "table", * FROM ({_ordered(viewer, each, views)})'
                for name, each in wanted.items()
            ]
            query = " UNION ALL BY NAME ".join(parts)
        return _write(installation, cursor, query, path)


def _ordered(viewer: Viewer, table: Table, views: dict[str, str]) -> str:
    names = ", ".join(quoted(column.name) for column in current_rows.stored(table))
    rows = f"({views[f'current_{table.name}']})"
    if not table.per_account:
        return f'SELECT {names} FROM {rows} ORDER BY "on"'
    if not viewer.sees_all:
        visible = ", ".join(map(literal, accounts.ids(viewer))) or "NULL"
        rows += f" WHERE account_id IN ({visible})"
    return f'SELECT {names} FROM {rows} ORDER BY "account_id", "on"'


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
