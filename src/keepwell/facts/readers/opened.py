"""This file holds what the openers hand over: something that DuckDB can select from, and where each column is found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from keepwell.facts.readers.folder import Found

MOST_COLUMNS = 2_000


Shift = tuple[int, int]  # from this row on (counted from 0), lines count on from this line


@dataclass(frozen=True)
class Ragged:
    """A record that cannot be cut into cells: the line on which it begins, its text, and what belongs there."""

    line: int
    text: str
    expected: str


@dataclass(frozen=True)
class Csv:
    """How a CSV file is cut into records. `rejects` is where DuckDB reports what it cannot cut."""

    path: Path
    delimiter: str
    lines: int
    header_ends: int
    width: int
    rejects: str


@dataclass(frozen=True)
class Opened:
    """A file that is open for reading.

    `relation` stands after FROM. `columns` gives the SQL of each source column, `types` its DuckDB type.
    `line` is the SQL of a row's line where the file itself knows it, `row` of its number from 0. `unsound` is the SQL that tells a
    record which could not be read at all. `spare_dates` says that dates may also stand there as ISO text.
    """

    file: Found
    relation: str
    columns: dict[str, str]
    types: dict[str, str] = field(default_factory=dict)
    line: str = ""
    row: str = ""
    unsound: str = ""
    spare_dates: bool = False
    csv: Csv | None = None

    def type(self, column: str) -> str:
        return self.types.get(column, "VARCHAR")
