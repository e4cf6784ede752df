"""This file finds which tables, columns and words a measure needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepwell.health.catalogue.metric import Need
from keepwell.health.definition.condition import AllOf, Compare, Condition, OneOf
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import OwnTarget, Peers
from keepwell.health.definition.table import LOAD_COLUMNS, Table


def of(measure: Measure, tables: Mapping[str, Table]) -> tuple[Need, ...]:
    """List the tables and columns that a measure reads, its own table first, without what every row
    has."""
    read: dict[str, set[str]] = {measure.table: set()}
    for table, column in _reads(measure, tables):
        read.setdefault(table, set()).add(column)
    existing = {column.name for column in LOAD_COLUMNS}
    return tuple(
        Need(table, tuple(sorted(columns - existing)), _words_of(measure, tables[table]))
        for table, columns in read.items()
    )


def _reads(measure: Measure, tables: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    for name in sorted(measure.reads):
        yield from _named(name, tables[measure.table])
    if measure.per:
        for name in sorted(measure.per.needs):
            yield from _named(name, tables[measure.per.table])
    if isinstance(measure.scale, OwnTarget | Peers) and measure.scale.column:
        yield "accounts", measure.scale.column


def _named(name: str, table: Table) -> Iterator[tuple[str, str]]:
    """Yield the column of a name; for a referenced column also the reference's own columns."""
    reference = table.reference(name)
    if reference:
        yield from ((table.name, reference.by), (reference.to.name, reference.key))
        yield reference.to.name, name.partition(".")[2]
    else:
        yield table.name, name


def _words_of(measure: Measure, table: Table) -> dict[str, tuple[str, ...]]:
    """Find the words that a measure, or its denominator, looks for in a table."""
    asked = [measure.where] if table.name == measure.table else []
    asked += [measure.per.where] if measure.per and table.name == measure.per.table else []
    return {
        column: words for each in asked if each for column, words in _words(each, table).items()
    }


def _words(asked: Condition, table: Table) -> dict[str, tuple[str, ...]]:
    """Find the words that rows must have in free-text columns: those of tests that all have to
    pass."""
    words: dict[str, tuple[str, ...]] = {}
    for part in asked.parts if isinstance(asked, AllOf) else (asked,):
        match part:
            case Compare(str(column), "=", str(word)):
                words[column] = (word,)
            case OneOf(str(column), values):
                words[column] = tuple(value for value in values if isinstance(value, str))
    return {name: each for name, each in words.items() if each and _is_free(table, name)}


def _is_free(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and not column.choices
