"""This file holds the words that a measure's filter compares text with, and tells whether the filter can
be met without some of them."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from keepwell.health.definition import condition
from keepwell.health.definition.condition import AllOf, AnyOf, Compare, Condition, Not, OneOf
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table


@dataclass(frozen=True, order=True)
class Word:
    """A word that a filter compares a column of a table with; `column` is named as the measure reads it."""

    table: str
    column: str
    text: str


def compared(measure: Measure, table: Table) -> Iterator[tuple[str, Word]]:
    """Yield the words of a measure's filter, each with the field in which it stands.

    Words of a column with a list of its own are left out: the list is what can come, and a card is not
    read with any other.
    """
    for field, filter_ in (("where", measure.where), ("take", measure.part)):
        for test in condition.tests(filter_) if filter_ else ():
            if not isinstance(test, Compare | OneOf) or not isinstance(test.column, str):
                continue
            column = table.readable(test.column)
            if column and column.choices:
                continue
            for value in test.values if isinstance(test, OneOf) else (test.value,):
                if isinstance(value, str):
                    yield field, Word(table.name, test.column, value)


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
