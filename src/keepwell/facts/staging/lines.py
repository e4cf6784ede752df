"""This file finds the line of every row of a CSV file, even where quoted values span several lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from typing import TextIO

import duckdb

from keepwell.facts.duckdb_session import quoted
from keepwell.facts.readers.open_file import BadRecord, CsvLayout, LineShift
from keepwell.facts.readers.text import CHUNK, MAX_LINE

WRONG_WIDTH = ("MISSING COLUMNS", "TOO MANY COLUMNS")


class Ambiguous(Exception):
    """DuckDB's report of the records that it could not split does not say reliably on which lines they are."""


def bad_records(con: duckdb.DuckDBPyConnection, layout: CsvLayout) -> list[BadRecord]:
    """List the records with too few or too many cells, in order, each once.

    Raises `Ambiguous` if there is any with broken quotes: DuckDB puts some of those on the wrong line.
    """
    rows = con.execute(
        f"SELECT line_byte_position, any_value(csv_line), bool_and(error_type IN {WRONG_WIDTH}), max(error_message) "
        f"FROM {quoted(layout.rejects)} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if not all(is_only_width for _, _, is_only_width, _ in rows):
        raise Ambiguous
    # DuckDB counts a blank line above as part of the record.
    starts = [position - 1 + len(text) - len(text.lstrip("\r\n")) for position, text, _, _ in rows]
    found = []
    for line, (_, text, _, message) in zip(_lines_at(layout, starts), rows, strict=True):
        # Such as `Expected Number of Columns: 3 Found: 2`.
        numbers = [word for word in message.split() if word.isdigit()]
        expected = f"{numbers[0]} cells, not {numbers[1]}" if len(numbers) == 2 else message
        found.append(BadRecord(line, text.strip("\r\n"), expected))
    return found


def _lines_at(layout: CsvLayout, offsets: list[int]) -> list[int]:
    """Find the line of each byte offset in one pass; the offsets are in order."""
    found: list[int] = []
    passed = breaks = 0
    with layout.path.open("rb", buffering=0) as handle:
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


def line_shifts(layout: CsvLayout, rows: int, bad: list[BadRecord]) -> list[LineShift]:
    """Find the line of every row, as the rows at which the line is not simply one more than the row before.

    If every record takes one line, only bad records make it jump. Otherwise the file is read once more as records, which
    is slower, and only needed for files with line breaks inside quotes or with blank lines.
    """
    if layout.lines - layout.header_ends == rows + len(bad):
        jumps = {0: layout.header_ends + 1}
        for before, record in enumerate(bad):
            jumps[record.line - layout.header_ends - 1 - before] = record.line + 1
        return list(jumps.items())
    shifts, expected, count = [], None, 0
    for row, line in enumerate(_record_lines(layout, bad)):
        if line != expected:
            shifts.append((row, line))
        expected, count = line + 1, row + 1
    if count != rows:
        raise Ambiguous
    return shifts


def _record_lines(layout: CsvLayout, bad: list[BadRecord]) -> Iterator[int]:
    """Give the first line of every valid record."""
    csv.field_size_limit(2 * MAX_LINE)
    with layout.path.open(encoding="utf-8", newline="") as handle:
        at = layout.header_ends
        for _ in islice(handle, at):
            pass
        for record in bad:
            yield from _records(handle, layout, at, record.line - 1 - at)
            span = record.text.count("\n") + 1
            at = record.line - 1 + span
            for _ in islice(handle, span):
                pass
        yield from _records(handle, layout, at, None)


def _records(handle: TextIO, layout: CsvLayout, at: int, lines: int | None) -> Iterator[int]:
    reader = csv.reader(islice(handle, lines), delimiter=layout.delimiter)
    before = 0
    for cells in reader:
        if cells:
            yield at + before + 1
        before = reader.line_num
