"""This file measures the sheets of an old Excel file (`.xls`), all of which are unfolded in memory when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import olefile

from keepwell.facts.readers.extents.extent import Extent
from keepwell.facts.readers.limits import Limits

# Such a file is a folder of streams (OLE), and its sheets are records of a kind, a length and a content: [MS-XLS], section 2.4.
# A program writes no row beyond 65,536 and no column beyond 256, but the records can name others.
STREAMS = ("Workbook", "Book")
SHEET_STARTS = 0x0809
# What a cell is filled with: a formula, a number, a text, a truth or error, one short number, a text among the shared ones.
CELLS = frozenset((0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD))
NUMBERS_IN_A_ROW = 0x00BD  # its last two bytes are the last column


def check(path: Path, name: str, limits: Limits) -> None:
    """Compare every sheet of an old Excel file with the limits; raises `Unreadable`."""
    with olefile.OleFileIO(str(path)) as streams:
        stream = next((each for each in STREAMS if streams.exists(each)), None)
        content = streams.openstream(stream).read() if stream else b""
    extent = Extent()
    for kind, record in _records(content):
        if kind == SHEET_STARTS:
            extent = Extent()
        elif kind in CELLS and len(record) >= 4:
            extent.reach(_number(record, 0) + 1, _number(record, 2) + 1)
        elif kind == NUMBERS_IN_A_ROW and len(record) >= 6:
            extent.reach(_number(record, 0) + 1, _number(record, len(record) - 2) + 1)
        else:
            continue
        extent.check(name, limits)


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(content):
        kind, length = _number(content, at), _number(content, at + 2)
        yield kind, content[at + 4 : at + 4 + length]
        at += 4 + length


def _number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 2], "little")
