"""This file looks at exports for a first mapping: how each file is written, and what its columns seem to hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from keepwell.facts.mapping.type_inference import Guess, guess
from keepwell.facts.readers import opening
from keepwell.facts.readers.folder import Found
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.unreadable import Unreadable

SAMPLE = 3_000  # rows: enough to meet a day after the twelfth, cheap enough for a folder of files
FEW = 12  # different values that make a column look like a choice


@dataclass(frozen=True)
class Seen:
    """One column: its name as written and folded, what its values seem to be, and how they repeat."""

    name: str
    guess: Guess
    values: tuple[str, ...]
    rows: int

    @property
    def folded(self) -> str:
        return folded(self.name)

    @property
    def is_unique(self) -> bool:
        return len(self.values) == self.rows > 0 and len(set(self.values)) == self.rows

    @property
    def choices(self) -> tuple[str, ...]:
        """The different values, where there are few."""
        common = Counter(self.values).most_common(FEW + 1)
        return tuple(value for value, _ in common) if len(common) <= FEW else ()


@dataclass(frozen=True)
class File:
    """One export: how it is written and its columns."""

    name: str
    format: Format
    columns: tuple[Seen, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its name, without plural."""
        return tuple(singular(word) for word in folded(Path(self.name).stem).split("_") if word)

    def column(self, name: str) -> Seen | None:
        return next((column for column in self.columns if column.folded == name), None)


def folded(name: str) -> str:
    """Write a name as code does.

    >>> folded("Customer Since"), folded("accountId")
    ('customer_since', 'account_id')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"\W+|_+", "_", spaced).strip("_").lower()


def singular(word: str) -> str:
    """Take off a plural.

    >>> singular("companies"), singular("accounts"), singular("usage")
    ('company', 'account', 'usage')
    """
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return (
        word[:-1]
        if word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 3
        else word
    )


def seen(con: duckdb.DuckDBPyConnection, file: Found, scratch: Path) -> File:
    """Look at one file; raises `Unreadable`."""
    try:
        return _with(con, file, Format(), scratch)
    except Unreadable as error:
        if error.faults[0].code != "F105":
            raise
        encoding = "utf-16" if "UTF-16" in error.faults[0].what else "windows-1252"
        return _with(con, file, Format(encoding=encoding), scratch)


def _with(con: duckdb.DuckDBPyConnection, file: Found, format: Format, scratch: Path) -> File:
    opened = opening.opened(con, file, format, (), scratch)
    listed = ", ".join(f"CAST({value} AS VARCHAR)" for value in opened.columns.values())
    rows = con.execute(f"SELECT {listed} FROM {opened.relation} LIMIT {SAMPLE}").fetchall()
    columns = tuple(
        _column(name, [row[place] for row in rows]) for place, name in enumerate(opened.columns)
    )
    return File(file.name, _numbers(format, columns), columns)


def _column(name: str, cells: list[str | None]) -> Seen:
    values = tuple(cell for cell in cells if cell is not None and cell.strip())
    return Seen(name, guess(values), values, len(cells))


def _numbers(format: Format, columns: Iterable[Seen]) -> Format:
    """Take over a decimal comma or a mark between thousands where a column has one."""
    for column in columns:
        if column.guess.decimal == "," or column.guess.thousands:
            return replace(format, decimal=column.guess.decimal, thousands=column.guess.thousands)
    return format
