"""This file holds what reading one file may take, so that no file, however it is made, takes the whole machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one file may take: extents are compared with it before anything is read, memory and time while it is read.

    `cells` are rows times columns of a sheet, blank ones included, as a sheet is held in memory as a rectangle. `ratio` is
    how many times larger than in the file something may become, once it is larger than `always_bytes` or has more than
    `always_rows`.
    """

    columns: int = 2_000
    cells: int = 20_000_000  # a million rows of twenty columns
    unpacked_bytes: int = 500_000_000
    # Sheets unpack to ten times their size, seldom thirty; a zip bomb to a thousand times.
    ratio: int = 100
    always_bytes: int = 20_000_000
    always_rows: int = 1_000_000
    text_bytes: int = 1_000_000  # of one value in Parquet
    footer_bytes: int = 64_000_000  # of a Parquet file: thousands of columns in hundreds of parts
    memory_bytes: int = 1_400_000_000
    seconds: int = 60


LIMITS = Limits()
