"""This file tells whether more of a measure is good or bad news, from what the tables say of their columns; nothing where it is open."""

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
from keepwell.health.definition.table import Column, News, Table

TURNED: dict[News, News] = {"good": "bad", "bad": "good", "": ""}


def of_measure(measure: Measure, table: Table) -> News:
    """Whether a larger number is good or bad news."""
    match measure.take:
        case "share" | "count" if measure.part:
            return of_condition(measure.part, table)
        case "count" | "distinct" | "active days":
            return _of_rows(measure, table)
        case "days since":
            return TURNED[_of_rows(measure, table)]
        case _ if isinstance(measure.column, Progress):
            return "good"
        case _:
            column = _column(measure.column, table)
            return column.more if column else ""


def _column(cell: Operand, table: Table) -> Column | None:
    """The column that a cell is; none where it is made of several."""
    return table.readable(cell) if isinstance(cell, str) else None


def _of_rows(measure: Measure, table: Table) -> News:
    """Whether more rows are good or bad news: by what is asked of them, and by their table where nothing is asked."""
    return of_condition(measure.where, table) if measure.where else table.more


def of_condition(condition: Condition, table: Table) -> News:
    """Whether it is good or bad news that a condition holds.

    >>> tickets = Table("t", "", "event", (Column("is_escalated", "flag", "", more="bad"),), ("at",))
    >>> of_condition(Compare("is_escalated", "=", True), tickets)
    'bad'
    """
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return _agreed(of_condition(part, table) for part in parts)
        case Not(part):
            return TURNED[of_condition(part, table)]
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


def _compared(column: Column, operator: str, value: object) -> News:
    if operator in ("=", "!="):
        told: News = _of_word(column, value)
        if isinstance(value, bool) and column.more:
            told = column.more if value else TURNED[column.more]
        return told if operator == "=" else TURNED[told]
    if isinstance(value, Decimal) and column.more:
        return column.more if operator in (">", ">=") else TURNED[column.more]
    return ""


def _of_word(column: Column, value: object) -> News:
    if value in column.good:
        return "good"
    return "bad" if value in column.bad else ""


def _agreed(told: Iterable[News], all_of_them: bool = False) -> News:
    """What several tests say together: nothing where they differ, or, `all_of_them`, where one is silent."""
    said = set(told)
    if not all_of_them:
        said -= {""}
    return said.pop() if len(said) == 1 else ""
