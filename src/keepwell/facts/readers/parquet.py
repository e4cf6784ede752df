"""This file opens Parquet; its columns keep their types."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet

from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.readers.csv import plain_path
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.limits import Limits
from keepwell.facts.readers.open_file import OpenFile, check_header
from keepwell.facts.readers.unreadable import Unreadable, unreadable


def open_file(
    con: duckdb.DuckDBPyConnection,
    file: InputFile,
    needed: Collection[str],
    scratch: Path,
    limits: Limits,
) -> OpenFile:
    """Open a Parquet file; raises `Unreadable`."""
    if file.path.stat().st_size == 0:
        raise unreadable("F102", file.name, "the file is empty")
    _check_extent(file, limits)
    path = literal(plain_path(file.path, scratch))
    relation = f"read_parquet({path}, hive_partitioning=false)"
    try:
        found = con.execute(f"DESCRIBE FROM {relation}").fetchall()
        rows = con.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
    except duckdb.Error as error:
        raise _invalid(file, error) from None
    # Counted from the footer, so it costs nothing.
    if not rows:
        raise unreadable("F103", file.name, "has a header but no rows")
    types = {row[0]: row[1] for row in found}
    check_header(file, list(types), most=limits.columns)
    _check_texts(con, file, relation, types, needed, limits)
    columns = {name: quoted(name) for name in types}
    # DuckDB numbers the rows in a column of its own, unless the file has one of that name.
    if "file_row_number" in map(str.lower, types):
        return OpenFile(file, relation, columns, types)
    numbered = f"read_parquet({path}, hive_partitioning=false, file_row_number=true)"
    return OpenFile(file, numbered, columns, types, row="file_row_number")


def _invalid(file: InputFile, error: Exception) -> Unreadable:
    # The reader names a path of the server, which is nothing to whoever has sent the file.
    reason = str(error).partition("\n")[0].replace(str(file.path), file.name)
    return unreadable("F110", file.name, f"not a valid Parquet file: {reason}")


def _check_extent(file: InputFile, limits: Limits) -> None:
    """Compare what the footer says with the limits: DuckDB takes a minute to open a file of a hundred thousand columns."""
    with file.path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - 8))
        end = handle.read(8)
    if size < 12 or end[4:] != b"PAR1":
        what = "not a valid Parquet file: its end is missing"
        raise unreadable("F110", file.name, what, "Export it again.")
    if int.from_bytes(end[:4], "little") > limits.footer_bytes:
        what = f"its list of columns is larger than {limits.footer_bytes // 10**6} MB"
        raise unreadable("F115", file.name, what, "Export fewer columns.")
    try:
        footer = pyarrow.parquet.read_metadata(file.path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise _invalid(file, error) from None
    if footer.num_columns > limits.columns:
        what = f"has more than {limits.columns} columns"
        raise unreadable("F111", file.name, what, "Export fewer columns.")
    if footer.num_rows > max(limits.always_rows, limits.ratio * size):
        what = f"says that it holds more than {limits.ratio} rows in every byte:"
        raise unreadable("F115", file.name, what, "Export it again.", got=f"{footer.num_rows:,}")


def _check_texts(
    con: duckdb.DuckDBPyConnection,
    file: InputFile,
    relation: str,
    types: dict[str, str],
    needed: Collection[str],
    limits: Limits,
) -> None:
    """Compare with the limits what the needed texts amount to: a file holds one once, however many rows have it."""
    sizes = [
        f"{'strlen' if types[name] == 'VARCHAR' else 'octet_length'}({quoted(name)})"
        for name in (needed or types)
        if types.get(name) in ("VARCHAR", "BLOB")
    ]
    if not sizes:
        return
    longest = f"max(greatest({', '.join(f'coalesce({size}, 0)' for size in sizes)}))"
    total = " + ".join(f"coalesce(sum({size}), 0)" for size in sizes)
    try:
        most, whole = con.execute(f"SELECT {longest}, {total} FROM {relation}").fetchall()[0]
    except duckdb.Error as error:
        raise _invalid(file, error) from None
    if most > limits.text_bytes:
        what = f"a value has more than {limits.text_bytes} bytes"
        raise unreadable("F107", file.name, what, "Export that column in a shorter form, or not.")
    if whole > max(limits.unpacked_bytes, limits.ratio * file.path.stat().st_size):
        what = f"unpacks to more than {limits.ratio} times its size"
        raise unreadable("F110", file.name, what, "Export it as CSV.")
