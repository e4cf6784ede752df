"""This file opens Excel and OpenDocument sheets: every cell becomes the text that a CSV export of it would have."""

from __future__ import annotations

import struct
import sys
import zipfile
import zlib
from datetime import date, datetime
from itertools import count

import duckdb
import pyarrow as pa
from python_calamine import CalamineError, load_workbook

from keepwell.errors import did_you_mean
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.open_file import OpenFile, check_header
from keepwell.facts.readers.text import CHUNK
from keepwell.facts.readers.unreadable import Unreadable, unreadable

MAX_UNPACKED = 500_000_000  # bytes: a zip bomb of 42 kB unpacks to terabytes
Cell = object
_sheets = count(1)


def open_file(con: duckdb.DuckDBPyConnection, file: InputFile, format: Format) -> OpenFile:
    """Open one sheet, the first unless one is named; raises `Unreadable`."""
    if file.path.stat().st_size == 0:
        raise unreadable("F102", file.name, "the file is empty")
    _check_unpacked_size(file)
    rows = _rows(file, format)
    filled = (place for place, row in enumerate(rows) if any(map(str, row)))
    start = next((place for place in filled if place >= format.skip), None)
    if start is None:
        raise unreadable("F102", file.name, "the sheet is empty")
    header = [_text(cell, ".").strip() for cell in rows[start]]
    body = [
        (line, row)
        for line, row in enumerate(rows[start + 1 :], start + 2)
        if any(cell != "" for cell in row)
    ]
    if not body:
        raise unreadable("F103", file.name, "has a header but no rows", line=start + 1)
    check_header(file, header, start + 1)
    columns = {}
    for place in range(len(header)):
        cells = [_text(row[place], format.decimal).strip() or None for _, row in body]
        columns[f"c{place}"] = pa.array(cells, pa.string())
    columns["line"] = pa.array([line for line, _ in body], pa.int64())
    name = f"sheet_{next(_sheets)}"
    con.register(name, pa.table(columns))
    named = {title: f"c{place}" for place, title in enumerate(header) if title}
    return OpenFile(file, name, named, line="line", has_iso_dates=True)


def _rows(file: InputFile, format: Format) -> list[list[Cell]]:
    try:
        book = load_workbook(str(file.path))
        sheet = format.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            way_out = did_you_mean(sheet, book.sheet_names)
            raise unreadable("F114", file.name, "there is no sheet", way_out, got=sheet)
        found = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return [list(row) for row in found]
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise unreadable("F110", file.name, f"not a valid spreadsheet: {error}") from None
    except BaseException as error:
        # The reader is written in Rust, and its panics are no ordinary exceptions.
        if isinstance(error, Unreadable) or type(error).__name__ != "PanicException":
            raise
        raise unreadable("F110", file.name, "the spreadsheet is damaged") from None


def _check_unpacked_size(file: InputFile) -> None:
    """Reject zip bombs by unpacking once without keeping anything: the sizes that an archive states need not be true."""
    if not zipfile.is_zipfile(file.path):
        return
    try:
        with zipfile.ZipFile(file.path) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size <= MAX_UNPACKED:
                size = _unpacked_size(archive, parts)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        struct.error,
    ):
        raise unreadable("F110", file.name, "the spreadsheet is damaged") from None
    if size > MAX_UNPACKED:
        what = f"unpacks to more than {MAX_UNPACKED // 10**6} MB"
        raise unreadable("F110", file.name, what, "Export it as CSV.")


def _unpacked_size(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> int:
    size = 0
    for part in parts:
        part.file_size = sys.maxsize  # read to the end, wherever the archive says that it is
        with archive.open(part) as content:
            while size <= MAX_UNPACKED and (chunk := content.read(CHUNK)):
                size += len(chunk)
    return size


def _text(cell: Cell, decimal: str) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            # Excel knows only doubles: whole numbers, such as ids, must not get a `.0`.
            is_whole = cell.is_integer() and abs(cell) < 1e15
            return str(int(cell)) if is_whole else repr(cell).replace(".", decimal)
        case datetime() if (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0):
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(" ", "seconds")
        case date():
            return cell.isoformat()
    return str(cell)
