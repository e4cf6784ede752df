"""This file is the program that reads one spreadsheet in a process of its own, within limits that the system holds."""

from __future__ import annotations

import csv
import json
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, load_workbook

from keepwell.errors import did_you_mean
from keepwell.facts.readers import extents
from keepwell.facts.readers.limits import Limits
from keepwell.facts.readers.unreadable import Unreadable, unreadable

OUT_OF_MEMORY = 3  # an exit code; where the reader itself finds no memory, it ends by a signal
MAX_ROW = 1_000_000  # characters
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)


def main() -> int:
    """Read what standard input asks for, and answer on standard output."""
    asked = json.load(sys.stdin)
    limits = Limits(**asked.pop("limits"))
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    # Whoever waits for the answer ends us after that time; this is for when nobody waits any longer.
    _limit(resource.RLIMIT_CPU, limits.seconds + 1)
    try:
        answer = copy(**asked, limits=limits)
    except Unreadable as error:
        fault = error.faults[0]
        told = {"what": fault.what, "way_out": fault.way_out, "got": fault.got, "line": fault.line}
        answer = {"fault": {"code": fault.code, **told}}
    except MemoryError:
        return OUT_OF_MEMORY
    json.dump(answer, sys.stdout)
    return 0


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def copy(
    *, path: str, name: str, sheet: str | None, skip: int, decimal: str, out: str, limits: Limits
) -> dict[str, Any]:
    """Copy the rows below the header of a sheet into a CSV file, each after its line; returns the header and its line.

    Raises `Unreadable`.
    """
    try:
        extents.check(Path(path), name, sheet, limits)
    except Unreadable:
        raise
    except DAMAGED:
        raise unreadable("F110", name, "the spreadsheet is damaged") from None
    found = _opened(path, name, sheet)
    extent = extents.Extent()
    extent.rows, extent.columns = found.total_height, found.total_width
    extent.check(name, limits)
    rows = ((line, row) for line, row in _lines(found) if row.count("") < len(row))
    line, header = next((each for each in rows if each[0] > skip), (0, []))
    if not line:
        raise unreadable("F102", name, "the sheet is empty")
    written = 0
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for place, row in rows:
            cells = _texts(row, decimal)
            if sum(map(len, cells)) > MAX_ROW:
                what = f"a row has more than {MAX_ROW} characters"
                raise unreadable("F107", name, what, line=place)
            writer.writerow([place, *cells])
            written += 1
    if not written:
        raise unreadable("F103", name, "has a header but no rows", line=line)
    return {"header": [text(cell, ".").strip() for cell in header], "line": line}


def _lines(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """Give the rows of a sheet one by one, each with its line."""
    return enumerate(sheet.iter_rows(), 1)


def _opened(path: str, name: str, sheet: str | None) -> CalamineSheet:
    try:
        book = load_workbook(path)
        chosen = sheet or book.sheet_names[0]
        if chosen not in book.sheet_names:
            way_out = did_you_mean(chosen, book.sheet_names)
            raise unreadable("F114", name, "there is no sheet", way_out, got=chosen)
        return book.get_sheet_by_name(chosen)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise unreadable("F110", name, f"not a valid spreadsheet: {error}") from None
    except BaseException as error:
        # The reader is written in Rust, and its panics are no ordinary exceptions.
        if type(error).__name__ != "PanicException":
            raise
        raise unreadable("F110", name, "the spreadsheet is damaged") from None


def _texts(row: list[Any], decimal: str) -> list[str]:
    """Write the cells of a row. Ten million calls would take as long as reading the file: most cells are texts and whole numbers."""
    return [
        cell.strip()
        if type(cell) is str
        else f"{cell + 0.0:.0f}"  # no minus before a zero
        if type(cell) is float and -1e15 < cell < 1e15 and cell.is_integer()
        else text(cell, decimal).strip()
        for cell in row
    ]


def text(cell: object, decimal: str) -> str:
    """Write a cell as a CSV export would.

    >>> text(3.0, ","), text(1.5, ","), text(True, "."), text(datetime(2026, 1, 31), ".")
    ('3', '1,5', 'true', '2026-01-31')
    """
    if type(cell) is str:  # first, as most are
        return cell
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


if __name__ == "__main__":
    raise SystemExit(main())
