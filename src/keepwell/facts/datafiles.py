"""This file writes segments (immutable Parquet files), reads them back as relations, and tells whole ones from damaged ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet

from keepwell.facts import files
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.definition.table import LOAD_COLUMNS, Column, Table, Type

DUCKDB_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "quantity": "DECIMAL(18,6)",
    "money": "DECIMAL(18,6)",
    "flag": "BOOLEAN",
}
# Version 2 packs numbers and days as differences: smaller, and a third faster to write. Beyond level 1 zstd gains 1 %.
# Looking for a dictionary among ids that are all different is given up early.
FORMAT = (
    "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880, "
    "DICTIONARY_SIZE_LIMIT 8192"
)
PACKED_ROWS = 32_768  # of a packed segment's row groups: one account's lines are found in a few thousandths of a second


@dataclass(frozen=True)
class Written:
    """A segment that is on the disk, with what the manifest says of it. `rows` is what the file itself says."""

    path: Path
    rows: int
    bytes: int
    sha256: str
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Field:
    """One column of a segment and its DuckDB type."""

    name: str
    type: str


def fields(table: Table) -> tuple[Field, ...]:
    """List the columns of a table's segments: no personal ones, amounts also as given, and what landing adds."""
    own = [field for column in table.columns if not column.personal for field in _fields(column)]
    added = [
        Field(column.name, "BIGINT" if column.name == "batch" else DUCKDB_TYPES[column.type])
        for column in LOAD_COLUMNS
    ]
    return (*own, *added)


def _fields(column: Column) -> tuple[Field, ...]:
    plain = Field(column.name, DUCKDB_TYPES[column.type])
    return (
        (plain, Field(column.name + "_given", plain.type)) if column.type == "money" else (plain,)
    )


def write(con: duckdb.DuckDBPyConnection, query: str, path: Path, disk: files.Disk) -> Written:
    """Write the rows of a query as a segment; it is whole and durable when this returns."""
    files.atomic_write(path, lambda temporary: _copy(con, query, temporary), disk)
    first_on, last_on = _days(con, path)
    footer = pyarrow.parquet.read_metadata(path)
    return Written(
        path, footer.num_rows, path.stat().st_size, files.digest(path), first_on, last_on
    )


class Packing:
    """Arrow tables on their way into one segment, each compressed as it comes, so that many dates fit into memory.

    Every table gets row groups of its own, by which a reader finds it without looking at the others.
    """

    def __init__(self, schema: pa.Schema) -> None:
        words = [field.name for field in schema if pa.types.is_string(field.type)]
        self.rows = 0
        self._buffer = pa.BufferOutputStream()
        self._writer = pyarrow.parquet.ParquetWriter(
            self._buffer, schema, compression="zstd", compression_level=1, use_dictionary=words
        )

    def add(self, table: pa.Table) -> None:
        self._writer.write_table(table, row_group_size=PACKED_ROWS)
        self.rows += table.num_rows

    def write(
        self,
        path: Path,
        disk: files.Disk,
        first_on: date | None = None,
        last_on: date | None = None,
    ) -> Written:
        """Write the segment; it is whole and durable when this returns."""
        self._writer.close()
        packed = self._buffer.getvalue()
        files.atomic_write(path, lambda temporary: _put(packed, temporary), disk)
        footer = pyarrow.parquet.read_metadata(path)
        return Written(
            path, footer.num_rows, path.stat().st_size, files.digest(path), first_on, last_on
        )


def _put(packed: pa.Buffer, path: Path) -> None:
    path.write_bytes(memoryview(packed))


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO {literal(str(path))} ({FORMAT})")


def _days(con: duckdb.DuckDBPyConnection, path: Path) -> tuple[date | None, date | None]:
    found = con.execute(
        f"SELECT * FROM (DESCRIBE FROM {rows_of([path])}) WHERE column_name = 'on'"
    ).fetchall()
    if not found:
        return None, None
    first_on, last_on = con.execute(
        f'SELECT min("on"), max("on") FROM {rows_of([path])}'
    ).fetchall()[0]
    return first_on, last_on


def rows_of(paths: Iterable[Path]) -> str:
    """Name the rows of some segment files in SQL; files may differ in their columns."""
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def relation(columns: Sequence[Field], paths: Sequence[Path]) -> str:
    """Name the rows of some segment files with exactly these columns: those that no file has are empty but typed."""
    typed = ", ".join(f"NULL::{field.type} AS {quoted(field.name)}" for field in columns)
    names = ", ".join(quoted(field.name) for field in columns)
    empty = f"SELECT {typed} WHERE false"
    if not paths:
        return f"({empty})"
    return f"(SELECT {names} FROM ({empty} UNION ALL BY NAME SELECT * FROM {rows_of(paths)}))"


def damage(path: Path, size: int, sha256: str) -> str:
    """Say what is wrong with a segment file, or nothing where it is whole."""
    if not path.is_file():
        return "is missing"
    found = path.stat().st_size
    if found != size:
        return f"has {found} bytes instead of {size}"
    return "" if files.digest(path) == sha256 else "is not what was written (its SHA-256 differs)"
