"""This file opens DuckDB as a working place: in memory, bounded, spilling into a folder, and without a way to the network."""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY = "2GB"


def connect(tmp: Path | None, *, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """Open an empty working place that keeps at most `memory` and spills the rest under `tmp`, or nowhere."""
    con = duckdb.connect()
    con.execute(f"SET memory_limit = {literal(memory)}")
    if tmp is not None:
        con.execute(f"SET temp_directory = {literal(str(tmp))}")
    con.execute("SET TimeZone = 'UTC'")
    # Nothing is fetched at run time, and a file name in a mapping must never turn into a download.
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET enable_progress_bar = false")
    return con


def quoted(name: str) -> str:
    """Write a name so that DuckDB reads nothing but a name.

    >>> quoted('o"n')
    '"o""n"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text so that DuckDB reads nothing but a text.

    >>> literal("it's")
    "'it''s'"

    DuckDB reads no NUL within quotes, though a text may hold one.

    >>> literal(chr(0) + "a")
    "('' || chr(0) || 'a')"
    """
    parts = ["'" + part.replace("'", "''") + "'" for part in text.split(chr(0))]
    return parts[0] if len(parts) == 1 else f"({' || chr(0) || '.join(parts)})"
