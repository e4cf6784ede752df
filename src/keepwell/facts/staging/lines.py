"""This file finds the line of every row of a CSV file again, also where quoted values run over several lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

import duckdb

from keepwell.facts.reading.opened import Csv
from keepwell.facts.reading.text import CHUNK, LONGEST_LINE
from keepwell.facts.working_place import quoted

Shift = tuple[int, int]  # from this row on (counted from 0), lines count on from this line


@dataclass(frozen=True)
class Ragged:
    """A record that could not be cut into cells: where it begins, how many lines it takes, and what is wrong."""

    line: int
    span: int
    found: str
    expected: str


_EXPECTED = {
    "UNQUOTED VALUE": "a quote that is closed at the end of its cell",
    "LINE SIZE OVER MAXIMUM": "a shorter line",
}


def ragged(con: duckdb.DuckDBPyConnection, cut: Csv) -> list[Ragged]:
    """List the records that DuckDB could not cut, in order, each once."""
    rows = con.execute(
        f"SELECT line_byte_position, any_value(csv_line), any_value(CAST(error_type AS VARCHAR)), any_value(error_message) "
        f"FROM {quoted(cut.rejects)} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    starts = []
    for position, text, kind, message in rows:
        body = text.lstrip("\r\n")
        starts.append((position - 1 + len(text) - len(body), body.rstrip("\r\n"), _EXPECTED.get(kind, message)))
    lines = _lines_at(cut, [start for start, _, _ in starts])
    return [
        Ragged(line, body.count("\n") + 1, body, expected)
        for line, (_, body, expected) in zip(lines, starts, strict=True)
    ]


def _lines_at(cut: Csv, offsets: list[int]) -> list[int]:
    """Count the line on which each byte offset lies, in one pass; the offsets are in order."""
    found: list[int] = []
    passed = breaks = 0
    with cut.path.open("rb", buffering=0) as handle:
        while len(found) < len(offsets) and (chunk := handle.read(CHUNK)):
            place = 0
            while len(found) < len(offsets) and offsets[len(found)] < passed + len(chunk):
                upto = offsets[len(found)] - passed
                breaks += chunk.count(b"\n", place, upto)
                place = max(place, upto)
                found.append(breaks + 1)
            breaks += chunk.count(b"\n", place)
            passed += len(chunk)
    return found + [breaks + 1] * (len(offsets) - len(found))


def shifts(cut: Csv, rows: int, broken: list[Ragged]) -> list[Shift]:
    """Say on which line each row begins, as the rows from which the count jumps.

    Where every record takes one line, only the ragged ones make it jump. Else the file is read once
    more as records, which is slower, and happens only for files with lines inside quotes or blank ones.
    """
    if cut.lines - cut.header_ends == rows + len(broken):
        jumps = {0: cut.header_ends + 1}
        for before, record in enumerate(broken):
            jumps[record.line - cut.header_ends - 1 - before] = record.line + 1
        return list(jumps.items())
    return list(_jumps(_starts(cut, broken)))


def _jumps(starts: Iterator[int]) -> Iterator[Shift]:
    expected = None
    for row, line in enumerate(starts):
        if line != expected:
            yield row, line
        expected = line + 1


def _starts(cut: Csv, broken: list[Ragged]) -> Iterator[int]:
    """The first line of every sound record."""
    csv.field_size_limit(2 * LONGEST_LINE)
    with cut.path.open(encoding="utf-8", newline="") as handle:
        at = cut.header_ends
        for _ in islice(handle, at):
            pass
        for record in broken:
            yield from _records(handle, cut, at, record.line - 1 - at)
            at = record.line - 1 + record.span
            for _ in islice(handle, record.span):
                pass
        yield from _records(handle, cut, at, None)


def _records(handle: TextIO, cut: Csv, at: int, lines: int | None) -> Iterator[int]:
    reader = csv.reader(islice(handle, lines), delimiter=cut.delimiter)
    before = 0
    for cells in reader:
        if cells:
            yield at + before + 1
        before = reader.line_num
