"""This file turns a condition into a two-valued expression: a comparison with a missing cell is false."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import operands
from keepwell.health.compile.operands import Day, day, days_before
from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    AsOf,
    Beside,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
)
from keepwell.health.definition.operand import Operand, Progress, Span

__all__ = ["Day", "day", "days_before", "holds"]

# Left alone, Ibis gives a decimal three places. ROUGH is what columns are, so that rows are compared as they lie;
# FINE holds whatever the grammar lets pass, and that in seconds.
ROUGH, FINE = "decimal(18, 6)", "decimal(38, 18)"
MILLIONTH, LARGEST_ROUGH = Decimal("0.000001"), Decimal("999999999999.999999")

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
        case IsMissing(cell):
            return operands.value(cell, rows, reads_on).isnull()
        case OneOf(cell, values):
            return _known(
                reduce(or_, (_compared(cell, "=", value, rows, reads_on) for value in values))
            )
        case Compare(cell, operator, value):
            return _known(_compared(cell, operator, value, rows, reads_on))


def _known(test: Any) -> ir.BooleanValue:
    return test.fill_null(False)


def _compared(cell: Operand, operator: str, value: Any, rows: ir.Table, reads_on: Day) -> Any:
    """Compare a cell with a value or another cell; hours are whole seconds, so the other side is made so too."""
    left = operands.by_day(operands.value(cell, rows, reads_on))
    if not isinstance(value, Beside):
        return OPERATORS[operator](left, _value(value, cell, reads_on))
    right = operands.by_day(operands.value(value.cell, rows, reads_on))
    if isinstance(cell, Progress) or isinstance(value.cell, Progress):
        return OPERATORS[operator](_in_double(left, cell), _in_double(right, value.cell))
    return OPERATORS[operator](_times(left, _divisor(value.cell)), _times(right, _divisor(cell)))


def _divisor(cell: Operand) -> int:
    return cell.divisor if isinstance(cell, Span) else 1


def _times(number: Any, factor: int) -> Any:
    return operands.wide(number) * factor if factor != 1 else number


def _in_double(number: Any, cell: Operand) -> Any:
    """A number beside progress, which is a quotient: both in double, divided once."""
    return (
        number.cast("float64") / _divisor(cell) if _divisor(cell) != 1 else number.cast("float64")
    )


def _value(value: Any, cell: Operand, reads_on: Day) -> Any:
    if isinstance(value, AsOf):
        return days_before(reads_on, value.minus_days)
    if isinstance(value, Decimal):
        if isinstance(cell, Progress):
            return ibis.literal(float(value), "float64")
        value = value * _divisor(cell)
        is_rough = abs(value) <= LARGEST_ROUGH and value == value.quantize(MILLIONTH)
        return ibis.literal(value, ROUGH if is_rough else FINE)
    return day(value) if isinstance(value, date) else value
