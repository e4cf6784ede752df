"""This file opens a file by its kind."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from keepwell.facts.readers import csv, excel, json, parquet
from keepwell.facts.readers.folder import KINDS, Found
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.opened import Opened
from keepwell.facts.readers.unreadable import unreadable


def opened(
    con: duckdb.DuckDBPyConnection,
    file: Found,
    format: Format,
    needed: Collection[str],
    scratch: Path,
) -> Opened:
    """Open a file of any known kind, expecting the `needed` columns; raises `Unreadable`."""
    match KINDS.get(file.path.suffix.lower()):
        case "csv":
            return csv.opened(file, format, needed, scratch)
        case "excel":
            return excel.opened(con, file, format)
        case "json":
            return json.opened(con, file, format, needed, scratch)
        case "parquet":
            return parquet.opened(con, file, scratch)
    raise unreadable(
        "F113",
        file.name,
        "not a kind of file that can be read",
        "Known are " + ", ".join(KINDS) + ".",
    )
