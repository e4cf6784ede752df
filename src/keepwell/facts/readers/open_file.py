"""This file holds what the readers return: something that DuckDB can select from, and the SQL of each of its columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.limits import LIMITS
from keepwell.facts.readers.unreadable import unreadable

LineShift = tuple[
    int, int
]  # from this row on (counted from 0), lines are counted on from this line


@dataclass(frozen=True)
class BadRecord:
    """A record that cannot be split into cells: its first line, its text, and what was expected."""

    line: int
    text: str
    expected: str


@dataclass(frozen=True)
class CsvLayout:
    """How a CSV file is split into records. `rejects` is the table in which DuckDB reports those it cannot split."""

    path: Path
    delimiter: str
    lines: int
    header_ends: int
    width: int
    rejects: str


@dataclass(frozen=True)
class OpenFile:
    """A file that can be read.

    `relation` goes after FROM. `columns` has the SQL of each source column, `types` its DuckDB type if it is not text.
    `line` is the SQL of a row's line if the file knows it, `row` that of its number from 0. `invalid` is the SQL of whether
    a record could not be read at all. `has_iso_dates`: dates may also be ISO text, whatever format the mapping says.
    """

    file: InputFile
    relation: str
    columns: dict[str, str]
    types: dict[str, str] = field(default_factory=dict)
    line: str = ""
    row: str = ""
    invalid: str = ""
    has_iso_dates: bool = False
    csv: CsvLayout | None = None

    def type(self, column: str) -> str:
        return self.types.get(column, "VARCHAR")


def check_header(
    file: InputFile, header: list[str], line: int = 0, most: int = LIMITS.columns
) -> None:
    """Reject a header with too many columns or with two of one name; raises `Unreadable`."""
    if len(header) > most:
        raise unreadable("F111", file.name, f"has more than {most} columns", line=line)
    duplicates = sorted({name for name in header if name and header.count(name) > 1})
    if duplicates:
        names, way_out = ", ".join(duplicates), "Rename one of them."
        raise unreadable("F108", file.name, "duplicate column name", way_out, got=names, line=line)
