"""This file opens DuckDB as a working place: in memory, bounded, spilling into a folder, and without a way to the network."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb

LEAST_GIB, SHARE = 2.0, 0.5
GIB = {"MiB": 1 / 1024, "GiB": 1.0, "TiB": 1024.0}


@cache
def allowance() -> str:
    """What one working place may keep in memory: half of what DuckDB would take of this machine, 2 GiB at least.

    Sorting 26 million uses does not fit into 2 GiB, whatever is spilled.
    """
    number, _, unit = str(duckdb.connect().sql("SELECT current_setting('memory_limit')").fetchall()[0][0]).partition(
        " "
    )
    return f"{max(LEAST_GIB, SHARE * float(number) * GIB.get(unit, 0.0)):.1f}GiB"


def opened(tmp: Path | None, *, memory: str = "") -> duckdb.DuckDBPyConnection:
    """Open an empty working place that keeps at most `memory` (else its allowance) and spills the rest under `tmp`, or nowhere."""
    con = duckdb.connect()
    con.execute(f"SET memory_limit = {literal(memory or allowance())}")
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
    """
    return "'" + text.replace("'", "''") + "'"
