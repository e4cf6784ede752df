"""This file turns a condition into a two-valued expression: a comparison with a missing cell is false."""

from __future__ import annotations


from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from keepwell.health.spec.condition import AllOf, AnyOf, AsOf, Compare, Condition, IsMissing, Not, OneOf

OPERATORS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def holds(condition: Condition | None, rows: ir.Table, reads_on: ir.DateValue) -> ir.BooleanValue:
    """Say for each row whether the condition holds; `reads_on` is what `as_of` means to the row. Never null."""
    match condition:
        case None:
            return ibis.literal(True)
        case AllOf(parts):
            return reduce(and_, (holds(part, rows, reads_on) for part in parts))
        case AnyOf(parts):
            return reduce(or_, (holds(part, rows, reads_on) for part in parts))
        case Not(part):
            return ~holds(part, rows, reads_on)
        case IsMissing(column):
            return rows[column].isnull()
        case OneOf(column, values):
            return _known(reduce(or_, (_cell(rows, column) == _value(value, reads_on) for value in values)))
        case Compare(column, operator, value):
            return _known(OPERATORS[operator](_cell(rows, column), _value(value, reads_on)))


def _known(test: Any) -> ir.BooleanValue:
    return test.fill_null(False)


def _cell(rows: ir.Table, column: str) -> Any:
    cell = rows[column]
    return cell.date() if cell.type().is_timestamp() else cell


def _value(value: Any, reads_on: ir.DateValue) -> Any:
    if isinstance(value, AsOf):
        return reads_on - ibis.interval(days=value.minus_days) if value.minus_days else reads_on
    return value if not hasattr(value, "isoformat") else ibis.date(value.year, value.month, value.day)


def day(on: Any) -> ir.DateValue:
    """Write a date as an expression."""
    return ibis.date(on.year, on.month, on.day)


def days_before(on: ir.DateValue, days: int) -> ir.DateValue:
    """Go back so many days."""
    return on - ibis.interval(days=days)
