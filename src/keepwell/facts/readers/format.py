"""This file holds what a mapping may say about how a file is written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """How a file is written; what is left out is found by looking at the file.

    `skip` counts the lines above the header. `thousands` is the mark between groups of digits.
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str = "."
    thousands: str = ""
    sheet: str | None = None
    skip: int = 0
    line: int = 0
