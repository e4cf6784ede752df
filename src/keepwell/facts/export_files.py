"""This file exports rows as CSV, Parquet or JSON, by the file's ending; no CSV cell is a formula to a spreadsheet."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from keepwell.errors import WrongUse
from keepwell.facts.duckdb_session import literal, quoted

FORMATS = {
    ".csv": "FORMAT csv, HEADER",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".json": "FORMAT json, ARRAY true",
    ".ndjson": "FORMAT json",
}
# A cell that begins like this is a formula to a spreadsheet, and a formula can send data elsewhere.
FORMULA = "^[=+@\\t\\r-]"


class UnknownEnding(WrongUse):
    """The file's ending is not that of a supported format."""

    code = "F110"


def write(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write the rows of a query and return their number; the file is complete or does not appear.

    Raises `UnknownEnding`, and OSError if the folder cannot be written to.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise UnknownEnding(f"`{path.name}` has no supported extension. Use {', '.join(FORMATS)}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, as a file can only be renamed atomically within a file system.
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        source = formula_safe(con, query) if ending == ".csv" else query
        (rows,) = con.execute(
            f"COPY ({source}) TO {literal(str(partial))} ({FORMATS[ending]})"
        ).fetchone() or (0,)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return int(rows)


def formula_safe(con: duckdb.DuckDBPyConnection, query: str) -> str:
    """Put an apostrophe before each text that a spreadsheet would run as a formula.

    >>> con = duckdb.connect()
    >>> con.execute(formula_safe(con, "SELECT '=1+1' AS a, -5 AS b")).fetchall()
    [("'=1+1", -5)]
    """
    columns = [(row[0], row[1]) for row in con.execute(f"DESCRIBE ({query})").fetchall()]
    cells = []
    for name, kind in columns:
        cell = quoted(name)
        if kind == "VARCHAR":
            test = f"regexp_matches({cell}, {literal(FORMULA)})"
            cell = f"CASE WHEN {test} THEN '''' || {cell} ELSE {cell} END AS {cell}"
        cells.append(cell)
    return f"SELECT {', '.join(cells)} FROM ({query})"
