"""This file opens Parquet: its columns keep the types that they have."""

from __future__ import annotations

from pathlib import Path

import duckdb

from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.readers.csv import plain
from keepwell.facts.readers.folder import Found
from keepwell.facts.readers.opened import MOST_COLUMNS, Opened
from keepwell.facts.readers.unreadable import unreadable


def opened(con: duckdb.DuckDBPyConnection, file: Found, scratch: Path) -> Opened:
    """Open a Parquet file; raises `Unreadable`."""
    if file.path.stat().st_size == 0:
        raise unreadable("F102", file.name, "the file is empty")
    path = literal(plain(file.path, scratch))
    relation = f"read_parquet({path}, hive_partitioning=false)"
    try:
        found = con.execute(f"DESCRIBE FROM {relation}").fetchall()
        rows = con.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
    except duckdb.Error as error:
        raise unreadable(
            "F110", file.name, "not readable as Parquet: " + str(error).splitlines()[0]
        ) from None
    if not rows:
        raise unreadable("F103", file.name, "only a header, no rows")
    if len(found) > MOST_COLUMNS:
        raise unreadable("F111", file.name, f"more than {MOST_COLUMNS} columns")
    types = {row[0]: row[1] for row in found}
    has_room = "file_row_number" not in map(str.lower, types)
    counted = (
        f"read_parquet({path}, hive_partitioning=false, file_row_number=true)"
        if has_room
        else relation
    )
    columns = {name: quoted(name) for name in types}
    return Opened(file, counted, columns, types, row="file_row_number" if has_room else "")
