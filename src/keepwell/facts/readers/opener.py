"""This file opens a file with the reader of its kind."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from keepwell.facts.readers import csv, excel, json, parquet
from keepwell.facts.readers.folder import KINDS, InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.open_file import OpenFile
from keepwell.facts.readers.unreadable import unreadable


def open_file(
    con: duckdb.DuckDBPyConnection,
    file: InputFile,
    format: Format,
    needed: Collection[str],
    scratch: Path,
) -> OpenFile:
    """Open a file of any supported kind, in which the columns `needed` are expected; raises `Unreadable`."""
    # By ending: content alone cannot tell a CSV with one column from a text.
    match KINDS.get(file.path.suffix.lower()):
        case "csv":
            return csv.open_file(file, format, needed, scratch)
        case "excel":
            return excel.open_file(con, file, format)
        case "json":
            return json.open_file(con, file, format, needed, scratch)
        case "parquet":
            return parquet.open_file(con, file, scratch)
    way_out = f"Supported: {', '.join(KINDS)}."
    raise unreadable("F113", file.name, "unsupported file type", way_out)
