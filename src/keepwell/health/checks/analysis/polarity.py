"""This file finds whether more of a measure is good or bad news, by the polarity of its columns;
empty if unclear."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
)
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.operand import Operand, Progress
from keepwell.health.definition.table import Column, Polarity, Table

REVERSED: dict[Polarity, Polarity] = {"good": "bad", "bad": "good", "": ""}


def of_measure(measure: Measure, table: Table) -> Polarity:
    """Find whether a larger number is good or bad news."""
    match measure.take:
        case "share" | "count" if measure.part:
            return of_condition(measure.part, table)
        case "count" | "distinct" | "active days":
            return _of_rows(measure, table)
        case "days since":
            return REVERSED[_of_rows(measure, table)]
        case _ if isinstance(measure.column, Progress):
            return "good"
        case _:
            column = _column(measure.column, table)
            return column.more if column else ""


def _column(cell: Operand, table: Table) -> Column | None:
    """Find the column of an operand; none if it is computed from several."""
    return table.readable(cell) if isinstance(cell, str) else None


def _of_rows(measure: Measure, table: Table) -> Polarity:
    """Find whether more rows are good or bad news: by their condition, or by their table without
    one."""
    return of_condition(measure.where, table) if measure.where else table.more


def of_condition(condition: Condition, table: Table) -> Polarity:
    """Find whether it is good or bad news that a condition is true.

    >>> tickets = Table("t", "", "event", (Column("is_escalated", "flag", "", more="bad"),), ("at",))
    >>> of_condition(Compare("is_escalated", "=", True), tickets)
    'bad'
    """
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return _agreed(of_condition(part, table) for part in parts)
        case Not(part):
            return REVERSED[of_condition(part, table)]
        case IsMissing(name):
            column = _column(name, table)
            return column.empty if column else ""
        case OneOf(name, values):
            column = _column(name, table)
            return (
                _agreed((_of_word(column, value) for value in values), all_of_them=True)
                if column
                else ""
            )
        case Compare(name, operator, value):
            column = _column(name, table)
            return _compared(column, operator, value) if column else ""
        case _:
            return ""


def _compared(column: Column, operator: str, value: object) -> Polarity:
    if operator in ("=", "!="):
        found: Polarity = _of_word(column, value)
        if isinstance(value, bool) and column.more:
            found = column.more if value else REVERSED[column.more]
        return found if operator == "=" else REVERSED[found]
    if isinstance(value, Decimal) and column.more:
        return column.more if operator in (">", ">=") else REVERSED[column.more]
    return ""


def _of_word(column: Column, value: object) -> Polarity:
    if value in column.good:
        return "good"
    return "bad" if value in column.bad else ""


def _agreed(polarities: Iterable[Polarity], all_of_them: bool = False) -> Polarity:
    """Combine several tests: empty if they differ, or, with `all_of_them`, if one of them is
    unclear."""
    found = set(polarities)
    if not all_of_them:
        found -= {""}
    return found.pop() if len(found) == 1 else ""
