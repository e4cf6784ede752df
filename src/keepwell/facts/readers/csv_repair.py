"""This file splits a CSV file with broken quotes into records by itself, as DuckDB puts some of its errors on the wrong line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from keepwell.facts.readers.open_file import BadRecord, CsvLayout, LineShift
from keepwell.facts.readers.text import MAX_LINE

MAX_LINES = 1_000  # of one record: a quote that stays open for longer was not meant to
BALANCED = "quotes that open and close around whole cells"
_numbers = count(1)


@dataclass(frozen=True)
class Repaired:
    """A clean copy of a file, the lines of its rows in the original, and the records that were left out."""

    path: Path
    rows: int
    shifts: list[LineShift]
    broken: list[BadRecord]


def repair(layout: CsvLayout, scratch: Path) -> Repaired:
    """Copy the valid records. Of a broken quote only its own line is left out; the next line is read as a new record."""
    csv.field_size_limit(2 * MAX_LINE)
    target = scratch / f"repaired_{next(_numbers)}.csv"
    rows, expected = 0, -1
    shifts: list[LineShift] = []
    broken: list[BadRecord] = []
    with (
        layout.path.open(encoding="utf-8", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\n")
        writer.writerow([f"c{place}" for place in range(layout.width)])
        lines = _Lines(source, layout.header_ends)
        for line, text, cells in _records(lines, layout.delimiter):
            if cells is None or len(cells) != layout.width:
                wanted = BALANCED if cells is None else f"{layout.width} cells, not {len(cells)}"
                broken.append(BadRecord(line, text.rstrip("\n"), wanted))
                continue
            if line != expected:
                shifts.append((rows, line))
            writer.writerow(cells)
            rows, expected = rows + 1, line + 1
    return Repaired(target, rows, shifts, broken)


class _Lines:
    """Lines that can be put back, to be read again."""

    def __init__(self, lines: Iterator[str], skip: int) -> None:
        self.lines, self.waiting, self.number = lines, [], 0  # type: Iterator[str], list[str], int
        for _ in range(skip):
            self.take()

    def take(self) -> str:
        """Return the next line, or nothing at the end."""
        text = self.waiting.pop() if self.waiting else next(self.lines, "")
        self.number += bool(text)
        return text

    def put_back(self, taken: list[str]) -> None:
        self.waiting += reversed(taken)
        self.number -= len(taken)


def _records(lines: _Lines, delimiter: str) -> Iterator[tuple[int, str, list[str] | None]]:
    """Give each record with its first line and its text; without cells if a quote is broken."""
    while text := lines.take():
        line = lines.number
        if not text.strip("\r\n"):
            continue
        if '"' not in text:
            yield line, text, text.rstrip("\r\n").split(delimiter)
            continue
        taken = [text]
        cells = _cells(taken, lines, delimiter)
        if cells is None:
            lines.put_back(taken[1:])
            yield line, text, None
        else:
            yield line, "".join(taken), cells


def _cells(taken: list[str], lines: _Lines, delimiter: str) -> list[str] | None:
    """Split the record that begins with the taken line, taking more lines while a quote is open."""
    while True:
        try:
            return next(csv.reader(taken, delimiter=delimiter, strict=True))
        except csv.Error as error:
            is_open = "end of data" in str(error)
        more = lines.take() if is_open and len(taken) < MAX_LINES else ""
        if not more:
            return None
        taken.append(more)
