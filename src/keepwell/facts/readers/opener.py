"""This file opens a file with the reader of its kind."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from keepwell.facts.readers import csv, excel, json, parquet
from keepwell.facts.readers.folder import KINDS, InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.limits import LIMITS, Limits
from keepwell.facts.readers.open_file import OpenFile
from keepwell.facts.readers.unreadable import unreadable


def open_file(
    con: duckdb.DuckDBPyConnection,
    file: InputFile,
    format: Format,
    needed: Collection[str],
    scratch: Path,
    limits: Limits = LIMITS,
) -> OpenFile:
    """Open a file of any supported kind, in which the columns `needed` are expected; raises `Unreadable`.

    Nobody has looked at the file yet. Whatever it holds, reading it takes no more than the limits.
    """
    # By ending: content alone cannot tell a CSV with one column from a text.
    match KINDS.get(file.path.suffix.lower()):
        case "csv":
            return csv.open_file(file, format, needed, scratch, limits)
        case "excel":
            return excel.open_file(file, format, scratch, limits)
        case "json":
            return json.open_file(con, file, format, needed, scratch, limits)
        case "parquet":
            return parquet.open_file(con, file, needed, scratch, limits)
    way_out = f"Supported: {', '.join(KINDS)}."
    raise unreadable("F113", file.name, "unsupported file type", way_out)
