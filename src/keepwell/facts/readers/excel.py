"""This file opens Excel and OpenDocument sheets: every cell becomes the text that a CSV export of it would hold."""

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
from keepwell.facts.readers.folder import Found
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.opened import MOST_COLUMNS, Opened
from keepwell.facts.readers.text import CHUNK
from keepwell.facts.readers.unreadable import Unreadable, unreadable

LARGEST = 500_000_000  # bytes once unpacked: a bomb of 42 kB unpacks to terabytes
Operand = object
_sheets = count(1)


def opened(con: duckdb.DuckDBPyConnection, file: Found, format: Format) -> Opened:
    """Open one sheet, the first unless one is named; raises `Unreadable`."""
    if file.path.stat().st_size == 0:
        raise unreadable("F102", file.name, "the file is empty")
    _refuse_bomb(file)
    rows = _rows(file, format)
    start = next(
        (place for place, row in enumerate(rows) if place >= format.skip and any(map(str, row))),
        None,
    )
    if start is None:
        raise unreadable("F102", file.name, "the sheet is empty")
    header = [_words(cell, ".").strip() for cell in rows[start]]
    body = [
        (line, row)
        for line, row in enumerate(rows[start + 1 :], start + 2)
        if any(cell != "" for cell in row)
    ]
    _check(file, header, bool(body), start + 1)
    cells = {
        f"c{place}": [_words(row[place], format.decimal).strip() or None for _, row in body]
        for place in range(len(header))
    }
    lines = pa.array([line for line, _ in body], pa.int64())
    name = f"sheet_{next(_sheets)}"
    con.register(
        name,
        pa.table(
            {**{key: pa.array(column, pa.string()) for key, column in cells.items()}, "line": lines}
        ),
    )
    columns = {title: f"c{place}" for place, title in enumerate(header) if title}
    return Opened(file, name, columns, line="line", spare_dates=True)


def _rows(file: Found, format: Format) -> list[list[Operand]]:
    try:
        book = load_workbook(str(file.path))
        sheet = format.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            raise unreadable(
                "F114",
                file.name,
                "no sheet is called",
                did_you_mean(sheet, book.sheet_names),
                got=sheet,
            )
        found: list[list[Operand]] = [
            list(row) for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        ]
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise unreadable("F110", file.name, f"not readable as a spreadsheet: {error}") from None
    except (
        BaseException
    ) as error:  # the reader is written in Rust; its panics are no ordinary exceptions
        if isinstance(error, Unreadable) or type(error).__name__ != "PanicException":
            raise
        raise unreadable(
            "F110", file.name, "not readable as a spreadsheet; it is damaged"
        ) from None
    return found


def _refuse_bomb(file: Found) -> None:
    """Unpack once without keeping anything: what the archive says of its own size need not be so."""
    if not zipfile.is_zipfile(file.path):
        return
    try:
        with zipfile.ZipFile(file.path) as packed:
            parts = packed.infolist()
            size = sum(part.file_size for part in parts)
            if size <= LARGEST:
                size = _unpacked(packed, parts)
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
        raise unreadable(
            "F110", file.name, "not readable as a spreadsheet; it is damaged"
        ) from None
    if size > LARGEST:
        raise unreadable(
            "F110", file.name, f"unpacks to more than {LARGEST // 10**6} MB", "Export it as CSV."
        )


def _unpacked(packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> int:
    size = 0
    for part in parts:
        part.file_size = sys.maxsize  # read on to the end, wherever the archive says it is
        with packed.open(part) as content:
            while size <= LARGEST and (chunk := content.read(CHUNK)):
                size += len(chunk)
    return size


def _check(file: Found, header: list[str], has_rows: bool, line: int) -> None:
    if not has_rows:
        raise unreadable("F103", file.name, "only a header, no rows", line=line)
    if len(header) > MOST_COLUMNS:
        raise unreadable("F111", file.name, f"more than {MOST_COLUMNS} columns", line=line)
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise unreadable(
            "F108",
            file.name,
            "a header that names a column twice:",
            "Rename one of them.",
            got=", ".join(twice),
            line=line,
        )


def _words(cell: Operand, decimal: str) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return (
                str(int(cell))
                if cell.is_integer() and abs(cell) < 1e15
                else repr(cell).replace(".", decimal)
            )
        case datetime() if (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0):
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(" ", "seconds")
        case date():
            return cell.isoformat()
    return str(cell)
