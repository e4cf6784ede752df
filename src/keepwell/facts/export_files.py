"""This file exports rows as CSV, Parquet or JSON, by the file's ending; no CSV cell is a formula to a spreadsheet."""

from __future__ import annotations

import os
import re
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
# What begins like this is a formula to a spreadsheet, and a formula can send data elsewhere. A cell begins once more after
# a semicolon, a tab or a line break, if the spreadsheet splits the file there: where a comma is the decimal mark it does.
# What is not seen (spaces, quotes, marks of direction) may stand before the sign, and the sign may be as wide as a kanji.
SIGN = r"^[\t\r]|[=+@\x{FF1D}\x{FF0B}\x{FF20}\x{FF0D}-]"
FORMULA = r"(^|[;\t\r\n])([\s\pZ\pC\x22]*[=+@\x{FF1D}\x{FF0B}\x{FF20}\x{FF0D}-])|^()([\t\r])"
SAFE = r"\1\3'\2\4"
# These cannot be written as a formula: a negative number stays a number.
NO_TEXT = re.compile(
    r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*\)|DOUBLE|FLOAT|BOOLEAN|DATE|TIME.*|UUID"
)


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
    """Put an apostrophe before each text, or part of one, that a spreadsheet would run as a formula.

    >>> con = duckdb.connect()
    >>> con.execute(formula_safe(con, "SELECT '=1+1' AS a, 'x; =1' AS b, -5 AS c")).fetchall()
    [("'=1+1", "x;' =1", -5)]
    """
    columns = [(row[0], row[1]) for row in con.execute(f"DESCRIBE ({query})").fetchall()]
    cells = []
    for name, kind in columns:
        cell = quoted(name)
        if not NO_TEXT.fullmatch(kind):
            text = f"CAST({cell} AS VARCHAR)"
            safe = f"regexp_replace({text}, {literal(FORMULA)}, {literal(SAFE)}, 'g')"
            # Most texts have no sign at all, which is seen sooner than where one stands.
            has_sign = f"regexp_matches({text}, {literal(SIGN)})"
            cell = f"CASE WHEN {has_sign} THEN {safe} ELSE {text} END AS {cell}"
        cells.append(cell)
    return f"SELECT {', '.join(cells)} FROM ({query})"
