"""This file profiles an export for a first mapping: its format, and what each of its columns seems to hold."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from keepwell.facts.mapping.type_inference import InferredType, infer
from keepwell.facts.readers import opener
from keepwell.facts.readers.folder import InputFile
from keepwell.facts.readers.format import Format
from keepwell.facts.readers.unreadable import Unreadable

SAMPLE = 3_000  # rows: enough to meet a day after the twelfth, cheap enough for a folder of files
FEW = 12  # distinct values of a column that looks like a choice


@dataclass(frozen=True)
class ColumnProfile:
    """One column of an export: its name, the type and the values of a sample of its rows."""

    name: str
    type: InferredType
    values: tuple[str, ...]
    rows: int

    @property
    def snake_name(self) -> str:
        return snake_case(self.name)

    @property
    def is_unique(self) -> bool:
        return len(self.values) == self.rows > 0 and len(set(self.values)) == self.rows

    @property
    def choices(self) -> tuple[str, ...]:
        """The distinct values, if they are few."""
        common = Counter(self.values).most_common(FEW + 1)
        return tuple(value for value, _ in common) if len(common) <= FEW else ()


@dataclass(frozen=True)
class FileProfile:
    """One export: its format and its columns."""

    name: str
    format: Format
    columns: tuple[ColumnProfile, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its name, in the singular."""
        words = snake_case(Path(self.name).stem).split("_")
        return tuple(singular(word) for word in words if word)

    def column(self, snake_name: str) -> ColumnProfile | None:
        return next((each for each in self.columns if each.snake_name == snake_name), None)


def snake_case(name: str) -> str:
    """Write a name in snake case.

    >>> snake_case("Customer Since"), snake_case("accountId")
    ('customer_since', 'account_id')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"\W+|_+", "_", spaced).strip("_").lower()


def singular(word: str) -> str:
    """Take the plural off an English word.

    >>> singular("companies"), singular("accounts"), singular("usage")
    ('company', 'account', 'usage')
    """
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    is_plural = word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 3
    return word[:-1] if is_plural else word


def profile(con: duckdb.DuckDBPyConnection, file: InputFile, scratch: Path) -> FileProfile:
    """Profile one file; raises `Unreadable`."""
    format = Format()
    try:
        opened = opener.open_file(con, file, format, (), scratch)
    except Unreadable as error:
        if error.faults[0].code != "F105":
            raise
        # Not UTF-8. Any bytes can be read as windows-1252, so it is the last resort, and what Excel writes.
        encoding = "utf-16" if "UTF-16" in error.faults[0].what else "windows-1252"
        format = Format(encoding=encoding)
        opened = opener.open_file(con, file, format, (), scratch)
    cells = ", ".join(f"CAST({value} AS VARCHAR)" for value in opened.columns.values())
    rows = con.execute(f"SELECT {cells} FROM {opened.relation} LIMIT {SAMPLE}").fetchall()
    columns = []
    for place, name in enumerate(opened.columns):
        values = tuple(row[place] for row in rows if row[place] is not None and row[place].strip())
        columns.append(ColumnProfile(name, infer(values), values, len(rows)))
    # A format holds for the whole file: the first column with a decimal comma or grouped thousands decides.
    for column in columns:
        if column.type.decimal == "," or column.type.thousands:
            type_ = column.type
            format = replace(format, decimal=type_.decimal, thousands=type_.thousands)
            break
    return FileProfile(file.name, format, tuple(columns))
