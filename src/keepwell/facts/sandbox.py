"""This file sandboxes a DuckDB connection: from then on it can open files in a few folders only, whatever a query says."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.facts.duckdb_session import literal

if TYPE_CHECKING:
    import duckdb


def restrict(con: duckdb.DuckDBPyConnection, places: Iterable[Path]) -> None:
    """Allow only these folders and files, for reading and writing; this cannot be undone.

    File names are also checked before they reach DuckDB. This is the second line of defence: no mapping, export or
    definition can make DuckDB read another file or an address on the network.
    """
    resolved = [place.resolve() for place in places]
    # With the separator, so that `data` does not allow `data-of-others` too.
    folders = [literal(str(place) + os.sep) for place in resolved if not place.is_file()]
    files = [literal(str(place)) for place in resolved if place.is_file()]
    con.execute(f"SET allowed_directories = [{', '.join(folders)}]")
    con.execute(f"SET allowed_paths = [{', '.join(files)}]")
    # Last, because from here on DuckDB accepts no change of these settings.
    con.execute("SET enable_external_access = false")
