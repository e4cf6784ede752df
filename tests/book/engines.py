"""This file runs the same facts and card on every engine, from rows to a result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.health.definition.feed import Feed
from keepwell.health.definition.scorecard import Definition
from keepwell.health.definition.table import Column, Table
from keepwell.health.engines import current_rows
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.oracle import Oracle
from keepwell.health.engines.protocol import Result, Source
from keepwell.health.engines.results import RunResult

Rows = Mapping[str, Sequence[dict[str, Any]]]
ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
    "quantity": pa.decimal128(18, 6),
    "money": pa.decimal128(18, 6),
    "flag": pa.bool_(),
}
REJECTED = pa.schema(
    [("key", pa.string()), ("account_id", pa.string()), ("feed", pa.string()), ("first_on", pa.date32()),
     ("last_on", pa.date32()), ("ends_on", pa.date32()), ("is_healed", pa.bool_()), ("batch", pa.int64())]
)  # fmt: skip
ROLLED_KEYS = ("account_id", "user", "feature", "product", "on", "known_on", "feed", "batch")


def arrow_type(column: Column) -> pa.DataType:
    """Give the Arrow type of a stored column."""
    return pa.int64() if column.name == "batch" else ARROW[column.type]


def reference(
    tables: Mapping[str, Table],
    rows: Rows,
    feeds: tuple[Feed, ...],
    definition: Definition,
    as_of: date,
    through_batch: int,
    after: Sequence[date] = (),
    rejected: Rows | None = None,
) -> Result:
    """Score with the oracle, after other dates whose bands count with hysteresis."""
    oracle = Oracle(tables, rows, feeds, through_batch, rejected)
    *_, latest = oracle.scores(definition, (*after, as_of))
    return latest


def duckdb(
    tables: Mapping[str, Table],
    rows: Rows,
    feeds: tuple[Feed, ...],
    definition: Definition,
    as_of: date,
    through_batch: int,
    folder: Path,
    rolled: bool = True,
    after: Sequence[date] = (),
) -> Result:
    """Score with DuckDB over data files as a load writes them, one for each batch."""
    source = write(tables, rows, feeds, through_batch, folder, rolled)
    return on_dates(source, definition, (*after, as_of))[-1]


def on_dates(source: Source, definition: Definition, dates: Sequence[date]) -> list[RunResult]:
    """Score with DuckDB on many dates."""
    engine = DuckDB(source)
    try:
        return list(engine.scores(definition, dates))
    finally:
        engine.close()


def write(
    tables: Mapping[str, Table],
    rows: Rows,
    feeds: tuple[Feed, ...],
    through_batch: int,
    folder: Path,
    rolled: bool,
    rejected: Rows | None = None,
) -> Source:
    """Write rows as data files: facts by batch, what was superseded or rejected, and the usage roll-up
    with its corrections."""
    files: dict[str, list[str]] = defaultdict(list)
    superseded: dict[str, list[str]] = {}
    for name, table_rows in rows.items():
        for batch in sorted({row["batch"] for row in table_rows}):
            path = folder / f"{name}-{batch}.parquet"
            schema = pa.schema(
                [(column.name, arrow_type(column)) for column in current_rows.stored(tables[name])]
            )
            pq.write_table(
                pa.Table.from_pylist([r for r in table_rows if r["batch"] == batch], schema), path
            )
            files[name].append(str(path))
        gone = _superseded(tables[name], table_rows)
        if gone:
            path = folder / f"{name}-superseded.parquet"
            schema = pa.schema(
                [("id", pa.string()), ("batch", pa.int64()), ("superseded_by", pa.int64())]
            )
            pq.write_table(pa.Table.from_pylist([entry for entry, _ in gone], schema), path)
            superseded[name] = [str(path)]
    rolled_files = _write_rolled(tables["usage"], rows.get("usage", ()), folder) if rolled else []
    rejected_files = {
        name: [_write_rejected(name, own, folder)] for name, own in (rejected or {}).items()
    }
    return Source(tables, files, feeds, through_batch, rolled_files, superseded, rejected_files)


def _write_rejected(name: str, rows: Sequence[dict[str, Any]], folder: Path) -> str:
    path = folder / f"{name}-rejected.parquet"
    pq.write_table(pa.Table.from_pylist(list(rows), REJECTED), path)
    return str(path)


def _superseded(
    table: Table, rows: Sequence[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """List each row that a later load superseded, with the row itself."""
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        versions[f"{row[table.entity]}@{row['on']}" if table.time == "state" else row["id"]].append(
            row
        )
    gone = []
    for identity, found in versions.items():
        found.sort(key=lambda row: row["batch"])
        for older, newer in pairwise(found):
            entry = {"id": identity, "batch": older["batch"], "superseded_by": newer["batch"]}
            gone.append((entry, older))
    return gone


def _write_rolled(table: Table, rows: Sequence[dict[str, Any]], folder: Path) -> list[str]:
    totals: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, None, 0])
    for row in rows:
        _add(totals[tuple(row[key] for key in ROLLED_KEYS)], 1, row["quantity"])
    for entry, older in _superseded(table, rows):
        key = tuple(
            entry["superseded_by"] if name == "batch" else older[name] for name in ROLLED_KEYS
        )
        _add(totals[key], -1, None if older["quantity"] is None else -older["quantity"])
    if not totals:
        return []
    kinds = {
        name: arrow_type(column) for column in current_rows.stored(table) for name in [column.name]
    }
    schema = pa.schema(
        [(key, kinds[key]) for key in ROLLED_KEYS]
        + [("events", pa.int64()), ("quantity", pa.decimal128(18, 6)), ("quantities", pa.int64())]
    )
    listed = [
        dict(
            zip(ROLLED_KEYS, key, strict=True), events=events, quantity=quantity, quantities=filled
        )
        for key, (events, quantity, filled) in totals.items()
    ]
    path = folder / "rolled.parquet"
    pq.write_table(pa.Table.from_pylist(listed, schema), path)
    return [str(path)]


def _add(total: list[Any], events: int, quantity: Decimal | None) -> None:
    total[0] += events
    if quantity is not None:
        total[2] += events
        total[1] = (total[1] or Decimal(0)) + quantity
