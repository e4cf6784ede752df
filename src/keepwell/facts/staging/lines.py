"""This file finds the line of every row of a CSV file again, also where quoted values run over several lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from typing import TextIO

import duckdb

from keepwell.facts.duckdb_session import quoted
from keepwell.facts.readers.opened import Csv, Ragged, Shift
from keepwell.facts.readers.text import CHUNK, LONGEST_LINE


class Ambiguous(Exception):
    """DuckDB's report of what it could not cut does not say for certain which lines those are."""


_SHAPES = ("MISSING COLUMNS", "TOO MANY COLUMNS")


def ragged(con: duckdb.DuckDBPyConnection, cut: Csv) -> list[Ragged]:
    """List the records with too few or too many cells, in order, each once.

    Raises `Ambiguous` if there is any with broken quotes: DuckDB puts some of those on the wrong line.
    """
    rows = con.execute(
        f"SELECT line_byte_position, any_value(csv_line), bool_and(error_type IN {_SHAPES}), max(error_message) "
        f"FROM {quoted(cut.rejects)} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    if not all(is_shape for _, _, is_shape, _ in rows):
        raise Ambiguous
    # A blank line above counts as part of the record.
    starts = [position - 1 + len(text) - len(text.lstrip("\r\n")) for position, text, _, _ in rows]
    lines = _lines_at(cut, starts)
    return [
        Ragged(line, text.strip("\r\n"), _shape(message))
        for line, (_, text, _, message) in zip(lines, rows, strict=True)
    ]


def _shape(message: str) -> str:
    """Shorten `Expected Number of Columns: 3 Found: 2`."""
    numbers = [word for word in message.split() if word.isdigit()]
    return f"{numbers[0]} cells, not {numbers[1]}" if len(numbers) == 2 else message


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
    return list(_jumps(_starts(cut, broken), rows))


def _jumps(starts: Iterator[int], rows: int) -> Iterator[Shift]:
    expected, count = None, 0
    for row, line in enumerate(starts):
        if line != expected:
            yield row, line
        expected, count = line + 1, row + 1
    if count != rows:
        raise Ambiguous


def _starts(cut: Csv, broken: list[Ragged]) -> Iterator[int]:
    """The first line of every sound record."""
    csv.field_size_limit(2 * LONGEST_LINE)
    with cut.path.open(encoding="utf-8", newline="") as handle:
        at = cut.header_ends
        for _ in islice(handle, at):
            pass
        for record in broken:
            yield from _records(handle, cut, at, record.line - 1 - at)
            span = record.text.count("\n") + 1
            at = record.line - 1 + span
            for _ in islice(handle, span):
                pass
        yield from _records(handle, cut, at, None)


def _records(handle: TextIO, cut: Csv, at: int, lines: int | None) -> Iterator[int]:
    reader = csv.reader(islice(handle, lines), delimiter=cut.delimiter)
    before = 0
    for cells in reader:
        if cells:
            yield at + before + 1
        before = reader.line_num
