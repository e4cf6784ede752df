"""This file measures a spreadsheet before it is read: what it unpacks to, and how far its cells reach."""

from __future__ import annotations

import posixpath
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from keepwell.facts.readers.limits import Limits
from keepwell.facts.readers.unreadable import Unreadable, unreadable

CHUNK = 1 << 20
DIGITS = "0123456789"
AS_CSV = "Export it as CSV."
# A sheet as every program writes it; in another encoding, or with a prefix before its tags, it only takes longer to measure.
USUAL_START = re.compile(
    rb"""(\xef\xbb\xbf)?<\?xml version=["']1.0["']( encoding=["'](?i:utf-8)["'])?( standalone=["']\w+["'])?\s*\?>|<\w"""
)
COLUMN = re.compile(rb'<c r="([A-Z]+)[0-9]+"')
ROW = re.compile(rb'<c r="[A-Z]+([0-9]{1,9})"')
UNUSUAL = (
    b"\0",
    b"<!",
    *(start + end for start in (b"<c", b":c") for end in (b">", b"/", b"\t", b"\r", b"\n")),
    b":c ",
)
Attributes = dict[str, str]


class Extent:
    """How far the filled cells of a sheet reach, counted from its first cell."""

    def __init__(self) -> None:
        self.rows = self.columns = 0

    @property
    def corner(self) -> str:
        return f"{letters(self.columns)}{self.rows}"

    def check(self, name: str, limits: Limits) -> None:
        """Reject a sheet that reaches too far; raises `Unreadable`."""
        if self.columns > limits.columns or self.rows * self.columns > limits.cells:
            what = f"larger than {limits.columns:,} columns or {limits.cells:,} cells: the sheet reaches to"
            # The usual cause is no attack: one stray cell far away makes the sheet as large as that.
            way_out = "Clear what is far from the table (Ctrl+End goes there), or export the sheet as CSV."
            raise unreadable("F115", name, what, way_out, got=self.corner)


def letters(column: int) -> str:
    """Name a column as spreadsheets do, counted from 1.

    >>> letters(1), letters(27), letters(16384)
    ('A', 'AA', 'XFD')
    """
    named = ""
    while column > 0:
        column, place = divmod(column - 1, 26)
        named = chr(65 + place) + named
    return named


def number(named: str) -> int:
    """Give the number of a column by its letters.

    >>> number("A"), number("XFD")
    (1, 16384)
    """
    column = 0
    for letter in named:
        column = column * 26 + ord(letter) - 64
    return column


def check(path: Path, name: str, sheet: str | None, limits: Limits) -> None:
    """Unpack a spreadsheet once, keeping nothing, and compare it with the limits; raises `Unreadable`.

    Old Excel files are no archives, and cannot reach far. The cells of `.xlsb` are not looked at.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > limits.unpacked_bytes:
            raise _too_large(name, limits)
        kind = path.suffix.lower()
        measured: _Xlsx | _Ods | None = None
        if kind in (".xlsx", ".xlsm"):
            measured = _Xlsx(_part_of_sheet(archive, name, sheet, limits))
        elif kind == ".ods":
            measured = _Ods(sheet)
        size = 0
        for part in archive.infolist():
            is_measured = measured is not None and _same(part.filename) == _same(measured.part)
            glance = _Glance(isinstance(measured, _Xlsx))
            for chunk in _unpacked(archive, part, name, limits):
                size += len(chunk)
                if size > limits.unpacked_bytes:
                    raise _too_large(name, limits)
                if is_measured:
                    glance.feed(chunk)
            if is_measured and measured and not glance.is_small(limits):
                feed = measured.parser(name)
                for chunk in _unpacked(archive, part, name, limits):
                    feed(chunk)
                    measured.extent.check(name, limits)


class _Glance:
    """Sees in a fifth of the time of parsing that a sheet of the usual kind is small; whatever is unusual it does not judge."""

    def __init__(self, is_xlsx: bool) -> None:
        self.extent, self._rest = Extent(), b""
        self._is_usual: bool | None = None if is_xlsx else False

    def feed(self, chunk: bytes) -> None:
        if self._is_usual is None:
            self._is_usual = bool(USUAL_START.match(chunk))
        if not self._is_usual:
            return
        # The last tag may go on in the next chunk.
        text, tag, rest = (self._rest + chunk).rpartition(b"<")
        self._rest = tag + rest
        columns, rows = COLUMN.findall(text), ROW.findall(text)
        # Blank cells are counted too, so this is never less than what the sheet really holds.
        if columns:
            furthest = max(number(column.decode()) for column in set(columns))
            self.extent.columns = max(self.extent.columns, furthest)
            self.extent.rows = max((self.extent.rows, *map(int, set(rows))))
        is_all = len(columns) == len(rows) == text.count(b"<c ")
        is_short = len(self._rest) <= CHUNK  # or it would be looked through again with every chunk
        self._is_usual = is_all and is_short and not any(each in text for each in UNUSUAL)

    def is_small(self, limits: Limits) -> bool:
        """Tell whether the sheet is surely within the limits."""
        try:
            self.extent.check("", limits)
        except Unreadable:
            return False
        return bool(self._is_usual)


def _same(part: str) -> str:
    # The reader finds a part also where these differ.
    return part.replace("\\", "/").lower()


def _too_large(name: str, limits: Limits) -> Unreadable:
    what = f"unpacks to more than {limits.unpacked_bytes // 10**6} MB"
    return unreadable("F110", name, what, AS_CSV)


def _unpacked(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, limits: Limits
) -> Iterator[bytes]:
    """Unpack one part of an archive piece by piece: the size that the archive states need not be true."""
    part.file_size = sys.maxsize  # read to the end, wherever the archive says that it is
    size = 0
    with archive.open(part) as content:
        while chunk := content.read(CHUNK):
            size += len(chunk)
            if size > max(limits.always_bytes, limits.ratio * part.compress_size):
                what = f"unpacks to more than {limits.ratio} times its size"
                raise unreadable("F110", name, what, AS_CSV)
            yield chunk


def _part_of_sheet(archive: zipfile.ZipFile, name: str, sheet: str | None, limits: Limits) -> str:
    """Find the part of an `.xlsx` that holds a sheet, the first unless one is named; empty if there is none."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def workbook(tag: str, found: Attributes) -> None:
        if _plain(tag) == "sheet":
            ids = [value for key, value in found.items() if _plain(key) == "id" and ":" in key]
            sheets[found.get("name", "")] = ids[0] if ids else ""

    def relations(tag: str, found: Attributes) -> None:
        if _plain(tag) == "Relationship":
            targets[found.get("Id", "")] = found.get("Target", "")

    parts = {part.filename: part for part in archive.infolist()}
    for wanted, started in (
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relations),
    ):
        if wanted in parts:
            feed = _parser(name, started)
            for chunk in _unpacked(archive, parts[wanted], name, limits):
                feed(chunk)
    chosen = sheets.get(sheet) if sheet else next(iter(sheets.values()), "")
    return posixpath.normpath(posixpath.join("/xl", targets.get(chosen or "", ""))).lstrip("/")


def _plain(tag: str) -> str:
    return tag.rpartition(":")[2]


def _parser(
    name: str,
    started: Callable[[str, Attributes], None],
    ended: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Callable[[bytes], None]:
    """Make something to feed XML to, piece by piece."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = text

    def declared(*_: object) -> None:
        # Entities are declared there. No spreadsheet has any, and they can name other files or grow without end.
        what = "declares XML entities, as no spreadsheet program does"
        raise unreadable("F110", name, what, "Save it again with Excel or LibreOffice.")

    parser.StartDoctypeDeclHandler = declared

    def feed(chunk: bytes) -> None:
        try:
            parser.Parse(chunk, False)
        except expat.ExpatError as error:
            what = f"not a valid spreadsheet: {error}"
            raise unreadable("F110", name, what) from None

    return feed


class _Xlsx:
    """Measures the sheet in one part of an `.xlsx`: of every filled cell what it says of its place, whatever else is said."""

    def __init__(self, part: str) -> None:
        self.part, self.extent = part, Extent()
        self._columns: set[str] = set()
        self._row = self._next = 0
        self._row_text = self._reference = ""

    def parser(self, name: str) -> Callable[[bytes], None]:
        return _parser(name, self._started)

    def _started(self, tag: str, found: Attributes) -> None:
        tag = tag if ":" not in tag else _plain(tag)
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
            extent.rows = max(extent.rows, self._row)
            extent.columns = max(extent.columns, self._next)
            return
        row = reference[len(column) :]
        if row != self._row_text:
            self._row_text = row
            extent.rows = max(extent.rows, int(row or 0))
        if column not in self._columns:
            self._columns.add(column)
            self._next = number(column.upper())
            extent.columns = max(extent.columns, self._next)


class _Ods:
    """Measures a sheet of an OpenDocument file, in which one cell or row can stand for a million."""

    part = "content.xml"

    def __init__(self, sheet: str | None) -> None:
        self.extent = Extent()
        self._sheet, self._is_wanted, self._is_found = sheet, False, False
        self._row = self._rows = self._column = self._columns = self._furthest = 0
        self._is_filled = self._is_in_cell = False

    def parser(self, name: str) -> Callable[[bytes], None]:
        return _parser(name, self._started, self._ended, self._text)

    def _started(self, tag: str, found: Attributes) -> None:
        match _plain(tag):
            case "table":
                names = [value for key, value in found.items() if _plain(key) == "name"]
                self._is_wanted = not self._is_found and self._sheet in (None, *names)
                self._is_found |= self._is_wanted
                self._row = 0
            case "table-row":
                self._rows, self._column, self._furthest = _repeated(found, "rows"), 0, 0
            case "table-cell" | "covered-table-cell":
                self._columns = _repeated(found, "columns")
                self._is_filled = any(_plain(key) == "value-type" for key in found)
                self._is_in_cell = True

    def _text(self, text: str) -> None:
        self._is_filled |= self._is_in_cell and bool(text.strip())

    def _ended(self, tag: str) -> None:
        match _plain(tag):
            case "table-cell" | "covered-table-cell":
                self._column += self._columns
                self._furthest = self._column if self._is_filled else self._furthest
                self._is_in_cell = False
            case "table-row":
                self._row += self._rows
                if self._furthest and self._is_wanted:
                    self.extent.rows = max(self.extent.rows, self._row)
                    self.extent.columns = max(self.extent.columns, self._furthest)


def _repeated(found: Attributes, what: str) -> int:
    stated = found.get(f"table:number-{what}-repeated", "1")
    return int(stated) if stated.isdecimal() and len(stated) < 12 else 1
