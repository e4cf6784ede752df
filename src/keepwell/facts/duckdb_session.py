"""This file opens DuckDB in memory, with a limit, a folder to spill to, and no access to the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MEMORY = "2GB"


def connect(tmp: Path | None, *, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """Connect to an empty database that uses at most `memory` and spills to `tmp`, or nowhere."""
    import duckdb  # here, because a command that needs no engine should not wait for it

    con = duckdb.connect()
    con.execute(f"SET memory_limit = {literal(memory)}")
    if tmp is not None:
        con.execute(f"SET temp_directory = {literal(str(tmp))}")
    # Moments are stored in UTC; the machine's zone must not decide what a date is.
    con.execute("SET TimeZone = 'UTC'")
    # Nothing is downloaded at run time: a file name in a mapping must never load an extension.
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET enable_progress_bar = false")
    return con


def quoted(name: str) -> str:
    """Quote a name for SQL.

    >>> quoted('o"n')
    '"o""n"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL.

    >>> literal("it's")
    "'it''s'"

    DuckDB accepts no NUL within quotes, though a text may have one.

    >>> literal(chr(0) + "a")
    "('' || chr(0) || 'a')"
    """
    parts = ["'" + part.replace("'", "''") + "'" for part in text.split(chr(0))]
    return parts[0] if len(parts) == 1 else f"({' || chr(0) || '.join(parts)})"
