"""This file holds the format of an export file, as far as a mapping states it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """The format of a file; what is left out is detected.

    `skip` counts the lines above the header. `thousands` is the separator between groups of digits.
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str = "."
    thousands: str = ""
    sheet: str | None = None
    skip: int = 0
    line: int = 0
