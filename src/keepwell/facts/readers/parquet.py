"""This file opens Parquet; its columns keep their types."""

from __future__ import annotations

from pathlib import Path

import duckdb

from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.readers.csv import plain_path
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.open_file import OpenFile, check_header
from keepwell.facts.readers.unreadable import unreadable


def open_file(con: duckdb.DuckDBPyConnection, file: InputFile, scratch: Path) -> OpenFile:
    """Open a Parquet file; raises `Unreadable`."""
    if file.path.stat().st_size == 0:
        raise unreadable("F102", file.name, "the file is empty")
    path = literal(plain_path(file.path, scratch))
    relation = f"read_parquet({path}, hive_partitioning=false)"
    try:
        found = con.execute(f"DESCRIBE FROM {relation}").fetchall()
        rows = con.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
    except duckdb.Error as error:
        what = f"not a valid Parquet file: {str(error).splitlines()[0]}"
        raise unreadable("F110", file.name, what) from None
    # Counted from the footer, so it costs nothing.
    if not rows:
        raise unreadable("F103", file.name, "has a header but no rows")
    types = {row[0]: row[1] for row in found}
    check_header(file, list(types))
    columns = {name: quoted(name) for name in types}
    # DuckDB numbers the rows in a column of its own, unless the file has one of that name.
    if "file_row_number" in map(str.lower, types):
        return OpenFile(file, relation, columns, types)
    numbered = f"read_parquet({path}, hive_partitioning=false, file_row_number=true)"
    return OpenFile(file, numbered, columns, types, row="file_row_number")
