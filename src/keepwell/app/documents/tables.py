"""This file holds a small table with a heading and what it says, of which a page shows as many as there is something to show in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column: what stands above it, and whether it holds numbers."""

    name: str
    is_number: bool = True


@dataclass(frozen=True)
class Row:
    """One row: what it is of, where that is shown, and what stands in each column."""

    name: str
    url: str
    cells: tuple[tuple[Column, str], ...]


@dataclass(frozen=True)
class Table:
    """A table with its heading; `said` are sentences, the first column names the rows."""

    id: str
    title: str
    said: tuple[str, ...]
    first: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    is_wide: bool


def table(
    id: str,
    title: str,
    said: Iterable[str],
    columns: Sequence[str | Column],
    rows: Iterable[Sequence[str]],
    *,
    urls: Sequence[str] = (),
    is_wide: bool = False,
) -> Table:
    """Make a table of the texts of its rows; the first column names them, and a column that is a text holds numbers."""
    first, *others = (Column(each) if isinstance(each, str) else each for each in columns)
    made = []
    for at, (name, *texts) in enumerate(rows):
        cells = zip(others, texts, strict=True)
        made.append(Row(name, urls[at] if urls else "", tuple(cells)))
    return Table(id, title, tuple(said), first.name, tuple(others), tuple(made), is_wide)
