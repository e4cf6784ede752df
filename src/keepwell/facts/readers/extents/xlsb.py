"""This file measures a sheet of a binary workbook (`.xlsb`)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from keepwell.facts.readers.extents import relations
from keepwell.facts.readers.extents.extent import Extent
from keepwell.facts.readers.limits import Limits

# Its parts are records of a kind, a length and a content: [MS-XLSB], section 2.1.4.
BOOK = "xl/workbook.bin"
ROW, SHEET = 0x00, 0x9C
LONGEST = 1 << 24  # bytes of a record; a cell holds 32,767 characters
FIRST_FILLED, LAST_FILLED = 0x02, 0x0B  # kinds of filled cells; a blank one is 0x01


def part_of_sheet(book: zipfile.ZipFile, name: str, sheet: str | None, limits: Limits) -> str:
    """Find the part that holds a sheet, the first unless one is named; empty if there is none."""
    ids: dict[str, str] = {}
    records = _Records()

    def feed(chunk: bytes) -> None:
        for kind, record in records.feed(chunk):
            if kind == SHEET:
                id, rest = _text(record[8:])
                ids[_text(rest)[0]] = id

    relations.feed_part(book, BOOK, name, feed, limits)
    return relations.target(book, BOOK, name, sheet, ids, limits)


class Xlsb:
    """Measures the sheet in one part of a binary workbook."""

    def __init__(self, part: str, name: str, limits: Limits) -> None:
        self.part, self.name, self.limits, self.extent = part, name, limits, Extent()
        self._records, self._row = _Records(), 0

    def feed(self, chunk: bytes) -> None:
        columns = 0
        for kind, record in self._records.feed(chunk):
            if kind == ROW:
                self._row = _number(record) + 1
                columns = 0
            elif FIRST_FILLED <= kind <= LAST_FILLED:
                column = _number(record) + 1
                if column > columns:
                    columns = column
                    self.extent.reach(self._row, column)
        self.extent.check(self.name, self.limits)


class _Records:
    """Takes the pieces of a part and gives its whole records, each with its kind."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterable[tuple[int, bytes]]:
        content = self._rest + chunk
        at = 0
        for kind, start, end in _places(content):
            yield kind, content[start:end]
            at = end
        self._rest = content[at:]
        if len(self._rest) > LONGEST:
            raise ValueError("a record is longer than any program writes it")


def _places(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Find the whole records: their kinds, and where their contents start and end."""
    at = 0
    try:
        while True:
            kind = content[at]
            at += 1
            if kind & 0x80:
                kind = kind & 0x7F | content[at] << 7
                at += 1
            length, shift = 0, 0
            while True:  # seven bits a byte, four bytes at most
                byte = content[at]
                at += 1
                length |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 or shift == 28:
                    break
            if at + length > len(content):
                return
            yield kind, at, at + length
            at += length
    except IndexError:
        return


def _number(record: bytes) -> int:
    return int.from_bytes(record[:4], "little")


def _text(record: bytes) -> tuple[str, bytes]:
    """Read a text of two bytes a character after its length; gives what follows, too."""
    end = 4 + 2 * _number(record)
    return record[4:end].decode("utf-16-le", "replace"), record[end:]
