"""This file measures how far the cells of a sheet reach, and rejects a sheet that reaches too far."""

from __future__ import annotations

from typing import Protocol

from keepwell.facts.readers.limits import Limits
from keepwell.facts.readers.unreadable import unreadable


class Extent:
    """How far the filled cells of a sheet reach, counted from its first cell."""

    def __init__(self) -> None:
        self.rows = self.columns = 0

    @property
    def corner(self) -> str:
        return f"{letters(self.columns)}{self.rows}"

    def reach(self, row: int, column: int) -> None:
        """Count a filled cell, both counted from 1."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)

    def is_within(self, limits: Limits) -> bool:
        return self.columns <= limits.columns and self.rows * self.columns <= limits.cells

    def check(self, name: str, limits: Limits) -> None:
        """Reject a sheet that reaches too far; raises `Unreadable`."""
        if not self.is_within(limits):
            what = f"larger than {limits.columns:,} columns or {limits.cells:,} cells: the sheet reaches to"
            # The usual cause is no attack: one stray cell far away makes the sheet as large as that.
            way_out = "Clear what is far from the table (Ctrl+End goes there), or export the sheet as CSV."
            raise unreadable("F115", name, what, way_out, got=self.corner)


class Measure(Protocol):
    """Measures the sheet that is written in one part of an archive, as it is unpacked piece by piece."""

    part: str

    def feed(self, chunk: bytes) -> None:
        """Look at the next piece of the part; raises `Unreadable` once the sheet reaches too far."""


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
