"""This file measures a sheet of an OpenDocument file, in which one cell or row can stand for a million."""

from __future__ import annotations

from keepwell.facts.readers.extents import xml
from keepwell.facts.readers.extents.extent import Extent
from keepwell.facts.readers.limits import Limits


class Ods:
    """Measures the sheet of a name, the first unless one is named."""

    part = "content.xml"

    def __init__(self, name: str, sheet: str | None, limits: Limits) -> None:
        self.name, self.limits, self.extent = name, limits, Extent()
        self._parse = xml.parser(name, self._started, self._ended, self._text)
        self._sheet, self._is_wanted, self._is_found = sheet, False, False
        self._row = self._rows = self._column = self._columns = self._furthest = 0
        self._is_filled = self._is_in_cell = False

    def feed(self, chunk: bytes) -> None:
        self._parse(chunk)
        self.extent.check(self.name, self.limits)

    def _started(self, tag: str, found: xml.Attributes) -> None:
        match xml.plain(tag):
            case "table":
                names = [value for key, value in found.items() if xml.plain(key) == "name"]
                self._is_wanted = not self._is_found and self._sheet in (None, *names)
                self._is_found |= self._is_wanted
                self._row = 0
            case "table-row":
                self._rows, self._column, self._furthest = _repeated(found, "rows"), 0, 0
            case "table-cell" | "covered-table-cell":
                self._columns = _repeated(found, "columns")
                self._is_filled = any(xml.plain(key) == "value-type" for key in found)
                self._is_in_cell = True

    def _text(self, text: str) -> None:
        self._is_filled |= self._is_in_cell and bool(text.strip())

    def _ended(self, tag: str) -> None:
        match xml.plain(tag):
            case "table-cell" | "covered-table-cell":
                self._column += self._columns
                self._furthest = self._column if self._is_filled else self._furthest
                self._is_in_cell = False
            case "table-row":
                self._row += self._rows
                if self._furthest and self._is_wanted:
                    self.extent.reach(self._row, self._furthest)


def _repeated(found: xml.Attributes, what: str) -> int:
    stated = found.get(f"table:number-{what}-repeated", "1")
    return int(stated) if stated.isdecimal() and len(stated) < 12 else 1
