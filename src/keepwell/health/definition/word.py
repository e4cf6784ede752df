"""This file holds the words that a card compares text with, and tells whether a measure's filter can be met
without some of them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from keepwell.health.definition import condition
from keepwell.health.definition.condition import AllOf, AnyOf, Compare, Condition, Not, OneOf
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Lookup
from keepwell.health.definition.scorecard import Definition, Group, Leaf, walk
from keepwell.health.definition.table import Table


@dataclass(frozen=True, order=True)
class Word:
    """A word that a filter compares a column of a table with; `column` is named as the measure reads it."""

    table: str
    column: str
    text: str


def of_card(definition: Definition, tables: Mapping[str, Table]) -> Iterator[tuple[str, str, Word]]:
    """Yield the words of a card's filters and conditions, each with the path and the field in which it stands."""
    accounts = tables["accounts"]
    for at, segment in enumerate(definition.segments):
        for word in _of_columns(segment.when, accounts):
            yield "", f"segments[{at}]", word
    categories = {each.name: each for each in definition.measures if isinstance(each.scale, Lookup)}
    for path, entry in walk(definition.root):
        if isinstance(entry, Leaf):
            yield from ((path, *each) for each in _of_measure(entry.measure, tables))
        if isinstance(entry, Group):
            for at, rule in enumerate(entry.rules):
                for name, text in _texts(rule.when):
                    if measure := categories.get(name):
                        for word in _as_read(measure, text, tables):
                            yield path, f"rules[{at}]", word


def _of_measure(measure: Measure, tables: Mapping[str, Table]) -> Iterator[tuple[str, Word]]:
    yield from compared(measure, tables[measure.table])
    if measure.per and measure.per.where:
        for word in _of_columns(measure.per.where, tables[measure.per.table]):
            yield "per", word
    if isinstance(measure.scale, Lookup):
        for text, _ in measure.scale.points:
            for word in _as_read(measure, text, tables):
                yield "points", word


def _as_read(measure: Measure, text: str, tables: Mapping[str, Table]) -> Iterator[Word]:
    """Yield the word that a measure of a category reads as its value."""
    if isinstance(measure.column, str):
        yield from _listed(measure.column, text, tables[measure.table])


def compared(measure: Measure, table: Table) -> Iterator[tuple[str, Word]]:
    """Yield the words of a measure's filter, each with the field in which it stands.

    Words of a column with a list of its own are left out: the list is what can come, and a card is not
    read with any other.
    """
    for field, filter_ in (("where", measure.where), ("take", measure.part)):
        for word in _of_columns(filter_, table) if filter_ else ():
            yield field, word


def _of_columns(filter_: Condition, table: Table) -> Iterator[Word]:
    for column, text in _texts(filter_):
        yield from _listed(column, text, table)


def _texts(filter_: Condition) -> Iterator[tuple[str, str]]:
    """Yield what a condition compares text with, after the name of the operand."""
    for test in condition.tests(filter_):
        if isinstance(test, Compare | OneOf) and isinstance(test.column, str):
            for value in test.values if isinstance(test, OneOf) else (test.value,):
                if isinstance(value, str):
                    yield test.column, value


def _listed(name: str, text: str, table: Table) -> Iterator[Word]:
    column = table.readable(name)
    if not (column and column.choices):
        yield Word(table.name, name, text)


def can_be_met(measure: Measure, unseen: Container[Word]) -> bool:
    """Say whether some row could pass a measure's filter if no row has the words of `unseen`."""
    return all(
        _can_hold(filter_, measure.table, unseen) for filter_ in (measure.where, measure.part)
    )


def _can_hold(test: Condition | None, table: str, unseen: Container[Word]) -> bool:
    match test:
        case AllOf(parts):
            return all(_can_hold(part, table, unseen) for part in parts)
        case AnyOf(parts):
            return any(_can_hold(part, table, unseen) for part in parts)
        case Not(part):
            return _can_fail(part, table, unseen)
        case Compare(str(column), "=", str(text)):
            return Word(table, column, text) not in unseen
        case OneOf(str(column), values):
            return not all(
                isinstance(text, str) and Word(table, column, text) in unseen for text in values
            )
        case _:
            return True


def _can_fail(test: Condition, table: str, unseen: Container[Word]) -> bool:
    """Say whether some row could fail a test: without its words every row does."""
    match test:
        case AllOf(parts):
            return any(_can_fail(part, table, unseen) for part in parts)
        case AnyOf(parts):
            return all(_can_fail(part, table, unseen) for part in parts)
        case Not(part):
            return _can_hold(part, table, unseen)
        case _:
            return True
