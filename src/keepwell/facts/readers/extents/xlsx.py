"""This file measures a sheet of an Excel workbook (`.xlsx`): of every filled cell what it says of its place, whatever else is said."""

from __future__ import annotations

import re
import zipfile

import numpy as np

from keepwell.facts.readers.extents import relations, xml
from keepwell.facts.readers.extents.archive import CHUNK
from keepwell.facts.readers.extents.extent import Extent, number
from keepwell.facts.readers.limits import Limits

BOOK = "xl/workbook.xml"
DIGITS = "0123456789"
# A sheet as every program writes it; in another encoding, or with a prefix before its tags, it only takes longer to measure.
USUAL_START = re.compile(
    rb"""(\xef\xbb\xbf)?<\?xml version=["']1.0["']( encoding=["'](?i:utf-8)["'])?( standalone=["']\w+["'])?\s*\?>|<\w"""
)
LONGEST = len('<c r="XFD999999999"')  # of what begins a cell
PREFIXED = tuple(b":c" + end for end in (b">", b"/", b"\t", b"\r", b"\n", b" "))
AFTER_A_TAG = np.frombuffer(b">/\t\r\n", np.uint8)


def part_of_sheet(book: zipfile.ZipFile, name: str, sheet: str | None, limits: Limits) -> str:
    """Find the part that holds a sheet, the first unless one is named; empty if there is none."""
    ids: dict[str, str] = {}

    def started(tag: str, found: xml.Attributes) -> None:
        if xml.plain(tag) == "sheet":
            own = [value for key, value in found.items() if xml.plain(key) == "id" and ":" in key]
            ids[found.get("name", "")] = own[0] if own else ""

    relations.feed_part(book, BOOK, name, xml.parser(name, started), limits)
    return relations.target(book, BOOK, name, sheet, ids, limits)


class Glance:
    """Sees in a tenth of the time of parsing that a sheet of the usual kind is small; whatever is unusual it does not judge."""

    def __init__(self, part: str) -> None:
        self.part, self.extent, self._rest = part, Extent(), b""
        self._is_usual: bool | None = None

    def feed(self, chunk: bytes) -> None:
        if self._is_usual is None:
            self._is_usual = bool(USUAL_START.match(chunk))
        if not self._is_usual:
            return
        # The last tag may go on in the next chunk.
        text, tag, rest = (self._rest + chunk).rpartition(b"<")
        self._rest = tag + rest
        # Blank cells are counted too, so this is never less than what the sheet really holds.
        is_short = len(self._rest) <= CHUNK  # or it would be looked through again with every chunk
        is_prefixed = b":c" in text and any(each in text for each in PREFIXED)
        self._is_usual = (
            is_short and not is_prefixed and b"\0" not in text and self._reach_cells(text)
        )

    def _reach_cells(self, text: bytes) -> bool:
        """Look at the places of all cells at once; False where one is not written as programs do, `<c r="B7"`."""
        signs = np.frombuffer(text + bytes(LONGEST + 1), np.uint8)
        tags = np.flatnonzero(signs == ord("<"))
        cells = tags[signs[tags + 1] == ord("c")]
        after = signs[cells + 2]
        if (signs[tags + 1] == ord("!")).any() or np.isin(after, AFTER_A_TAG).any():
            return False
        cells = cells[after == ord(" ")]
        for place, sign in enumerate(b'r="', start=3):
            if (signs[cells + place] != sign).any():
                return False
        columns, rows = np.zeros(len(cells), np.int64), np.zeros(len(cells), np.int64)
        at = cells + 6
        for _ in range(LONGEST - len('<c r="')):
            sign = signs[at]
            letter, digit = sign - np.uint8(ord("A")), sign - np.uint8(ord("0"))  # others wrap
            is_letter, is_digit = (letter < 26) & (rows == 0), (digit < 10) & (columns > 0)
            is_end = (sign == ord('"')) & (rows > 0)
            if not (is_letter | is_digit | is_end).all():
                return False
            if is_end.any():
                self.extent.reach(int(rows[is_end].max()), int(columns[is_end].max()))
                at, columns, rows, is_letter, letter, digit = (
                    each[~is_end] for each in (at, columns, rows, is_letter, letter, digit)
                )
            columns = np.where(is_letter, columns * 26 + letter + 1, columns)
            rows = np.where(is_letter, rows, rows * 10 + digit)
            at = at + 1
        return not len(at)

    def is_small(self, limits: Limits) -> bool:
        """Tell whether the sheet is surely within the limits."""
        return bool(self._is_usual) and self.extent.is_within(limits)


class Xlsx:
    """Measures the sheet in one part of a workbook."""

    def __init__(self, part: str, name: str, limits: Limits) -> None:
        self.part, self.name, self.limits, self.extent = part, name, limits, Extent()
        self._parse = xml.parser(name, self._started)
        self._columns: set[str] = set()
        self._row = self._next = 0
        self._row_text = self._reference = ""

    def feed(self, chunk: bytes) -> None:
        self._parse(chunk)
        self.extent.check(self.name, self.limits)

    def _started(self, tag: str, found: xml.Attributes) -> None:
        tag = tag if ":" not in tag else xml.plain(tag)
        if tag == "c":
            self._reference = found.get("r", "")
            self._next += 1
        elif tag in ("v", "is"):
            self._filled(self._reference)
        elif tag == "row":
            stated = found.get("r", "")
            self._row = int(stated) if stated.isdecimal() else self._row + 1
            self._next = 0

    def _filled(self, reference: str) -> None:
        # Only filled cells count: a format given to whole columns leaves blank ones behind, down to the last row.
        extent = self.extent
        column = reference.rstrip(DIGITS)
        if not column:
            extent.reach(self._row, self._next)
            return
        row = reference[len(column) :]
        if row != self._row_text:
            self._row_text = row
            extent.rows = max(extent.rows, int(row or 0))
        if column not in self._columns:
            self._columns.add(column)
            self._next = number(column.upper())
            extent.columns = max(extent.columns, self._next)
