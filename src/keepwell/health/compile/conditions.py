"""This file turns a condition into a two-valued expression: a comparison with a missing cell is false."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

from keepwell.health.spec.condition import AllOf, AnyOf, AsOf, Compare, Condition, IsMissing, Not, OneOf

# A date that is known while compiling, or one that depends on the row.
Day: TypeAlias = "date | ir.DateValue"

# Left alone, Ibis gives a decimal three places. ROUGH is what columns are, so that rows are compared as they lie;
# FINE holds whatever the grammar lets pass.
ROUGH, FINE = "decimal(18, 6)", "decimal(38, 18)"
MILLIONTH = Decimal("0.000001")

OPERATORS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def holds(condition: Condition | None, rows: ir.Table, reads_on: Day) -> ir.BooleanValue:
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


def _value(value: Any, reads_on: Day) -> Any:
    if isinstance(value, AsOf):
        return days_before(reads_on, value.minus_days)
    if isinstance(value, Decimal):
        return ibis.literal(value, ROUGH if value == value.quantize(MILLIONTH) else FINE)
    return day(value) if isinstance(value, date) else value


def day(on: Day) -> ir.DateValue:
    """Write a date as an expression."""
    return ibis.date(on.year, on.month, on.day) if isinstance(on, date) else on


def days_before(on: Day, days: int) -> ir.DateValue:
    """Go back so many days, in Python where the date is known: DuckDB would compare moments, row by row."""
    if isinstance(on, date):
        return day(on - timedelta(days=days))
    return (on - ibis.interval(days=days)).cast("date") if days else on
