"""This file writes rows for the outside: CSV that no spreadsheet takes for a formula, Parquet, or JSON, by the file's ending."""

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
# A cell that begins so is a formula to a spreadsheet, and a formula in an export can send data away.
FORMULA = "^[=+@\\t\\r-]"


class UnknownEnding(WrongUse):
    """The file's ending names no format that can be written."""

    code = "F110"


def write(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write the rows of a query and return their number; the file appears whole or not at all.

    Raises `UnknownEnding`, and OSError where the place cannot be written to.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise UnknownEnding(
            f"`{path.name}` has no ending that can be written. Use {', '.join(FORMATS)}."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        source = formula_safe(con, query) if ending == ".csv" else query
        (rows,) = con.execute(
            f"COPY ({source}) TO {literal(str(whole))} ({FORMATS[ending]})"
        ).fetchone() or (0,)
        whole.replace(path)
    finally:
        whole.unlink(missing_ok=True)
    return int(rows)


def formula_safe(con: duckdb.DuckDBPyConnection, query: str) -> str:
    """Put an apostrophe before each text that a spreadsheet would run; numbers and dates stay as they are.

    >>> con = duckdb.connect()
    >>> con.execute(formula_safe(con, "SELECT '=1+1' AS a, -5 AS b")).fetchall()
    [("'=1+1", -5)]
    """
    columns = [(row[0], row[1]) for row in con.execute(f"DESCRIBE ({query})").fetchall()]
    cells = ", ".join(
        _safe(quoted(name)) if kind == "VARCHAR" else quoted(name) for name, kind in columns
    )
    return f"SELECT {cells} FROM ({query})"


def _safe(column: str) -> str:
    test = f"regexp_matches({column}, {literal(FORMULA)})"
    return f"CASE WHEN {test} THEN '''' || {column} ELSE {column} END AS {column}"
