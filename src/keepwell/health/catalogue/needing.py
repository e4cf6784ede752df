"""This file works out which tables, columns and words a measure needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keepwell.health.catalogue.metric import Need
from keepwell.health.spec.condition import AllOf, Compare, Condition, OneOf
from keepwell.health.spec.measure import Measure
from keepwell.health.spec.scale import OwnTarget, Peers
from keepwell.health.spec.table import LANDED, Table

# What dividing by something reads beside the measure's own table.
DIVIDED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "seat": ("contracts", ("unit", "units")),
    "active user": ("usage", ("user",)),
}


def needs(measure: Measure, tables: Mapping[str, Table]) -> tuple[Need, ...]:
    """The tables and columns that a measure reads, its own table first, without what every row has."""
    read: dict[str, set[str]] = {measure.table: set()}
    for table, column in _reads(measure, tables):
        read.setdefault(table, set()).add(column)
    words = _words(measure.where, tables[measure.table]) if measure.where else {}
    landed = {column.name for column in LANDED}
    return tuple(
        Need(table, tuple(sorted(columns - landed)), words if table == measure.table else {})
        for table, columns in read.items()
    )


def _reads(measure: Measure, tables: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    pointed_at = {reference.name: reference for reference in tables[measure.table].references}
    for name in sorted(measure.reads):
        reference, _, column = name.rpartition(".")
        if reference:
            to = pointed_at[reference]
            yield from ((measure.table, to.by), (to.to.name, to.key), (to.to.name, column))
        else:
            yield measure.table, column
    if measure.per:
        table, columns = DIVIDED[measure.per]
        yield from ((table, column) for column in columns)
    if isinstance(measure.scale, OwnTarget | Peers) and measure.scale.column:
        yield "accounts", measure.scale.column


def _words(asked: Condition, table: Table) -> dict[str, tuple[str, ...]]:
    """The words that rows have to hold in columns of free text: those of the tests that all have to pass."""
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
