"""This file cuts a CSV file into records by itself, for files with broken quotes, where DuckDB's own report is not to be relied on."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from keepwell.facts.readers.opened import Csv, Ragged, Shift
from keepwell.facts.readers.text import LONGEST_LINE

MOST_LINES = 1_000  # of one record: a quote that stays open longer was never meant to
OPEN_QUOTE = "quotes that open and close around whole cells"
_numbers = count(1)


@dataclass(frozen=True)
class Recut:
    """A clean copy of a file: the line of each of its rows, as jumps, and the records that are left out."""

    path: Path
    rows: int
    shifts: list[Shift]
    broken: list[Ragged]


def recut(cut: Csv, width: int, scratch: Path) -> Recut:
    """Copy the sound records; a line with a broken quote is left out alone, and reading goes on at the next."""
    csv.field_size_limit(2 * LONGEST_LINE)
    target = scratch / f"recut_{next(_numbers)}.csv"
    rows, expected = 0, -1
    shifts: list[Shift] = []
    broken: list[Ragged] = []
    with (
        cut.path.open(encoding="utf-8", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, delimiter=cut.delimiter, lineterminator="\n")
        writer.writerow([f"c{place}" for place in range(width)])
        for line, text, cells in _records(_Lines(source, cut.header_ends), cut.delimiter):
            if cells is None or len(cells) != width:
                wanted = OPEN_QUOTE if cells is None else f"{width} cells, not {len(cells)}"
                broken.append(Ragged(line, text.rstrip("\n"), wanted))
                continue
            if line != expected:
                shifts.append((rows, line))
            writer.writerow(cells)
            rows, expected = rows + 1, line + 1
    return Recut(target, rows, shifts, broken)


class _Lines:
    """Lines that can be given back, to be read again from there."""

    def __init__(self, lines: Iterator[str], skip: int) -> None:
        self.lines, self.waiting, self.number = lines, [], 0  # type: Iterator[str], list[str], int
        for _ in range(skip):
            self.take()

    def take(self) -> str:
        """The next line, or nothing at the end."""
        text = self.waiting.pop() if self.waiting else next(self.lines, "")
        self.number += bool(text)
        return text

    def give_back(self, taken: list[str]) -> None:
        self.waiting += reversed(taken)
        self.number -= len(taken)


def _records(lines: _Lines, delimiter: str) -> Iterator[tuple[int, str, list[str] | None]]:
    """Give each record with its first line and its text; without cells where a quote is broken."""
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
            lines.give_back(taken[1:])
            yield line, text, None
        else:
            yield line, "".join(taken), cells


def _cells(taken: list[str], lines: _Lines, delimiter: str) -> list[str] | None:
    """Cut the record that begins with the taken line, taking more lines while a quote is open."""
    while True:
        try:
            return next(csv.reader(taken, delimiter=delimiter, strict=True))
        except csv.Error as error:
            is_open = "end of data" in str(error)
        more = lines.take() if is_open and len(taken) < MOST_LINES else ""
        if not more:
            return None
        taken.append(more)
