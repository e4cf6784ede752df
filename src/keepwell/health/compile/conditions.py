"""This file turns a condition into a two-valued expression: a comparison with a missing cell is
false."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
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
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
    OtherOperand,
)
from keepwell.health.definition.operand import Operand, Progress, Span

# Left alone, Ibis gives a decimal literal three places. COLUMN_DECIMAL is the type of columns, so
# that comparing casts no rows; WIDE_DECIMAL holds whatever the grammar lets pass, also times the
# seconds of an hour.
COLUMN_DECIMAL, WIDE_DECIMAL = "decimal(18, 6)", "decimal(38, 18)"
MILLIONTH, LARGEST_IN_COLUMN = Decimal("0.000001"), Decimal("999999999999.999999")

OPERATORS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def holds(condition: Condition | None, rows: ir.Table, reads_on: Day) -> ir.BooleanValue:
    """Test each row against a condition, never null; `reads_on` is what `as_of` means to
    the row."""
    match condition:
        case None:
            return ibis.literal(True)
        case AllOf(parts):
            return join(and_, [holds(part, rows, reads_on) for part in parts])
        case AnyOf(parts):
            return join(or_, [holds(part, rows, reads_on) for part in parts])
        case Not(part):
            return ~holds(part, rows, reads_on)
        case IsMissing(operand):
            return operands.value(operand, rows, reads_on).isnull()
        case OneOf(operand, values):
            test: Any = join(
                or_, [_compare(operand, "=", value, rows, reads_on) for value in values]
            )
        case Compare(operand, operator, value):
            test = _compare(operand, operator, value, rows, reads_on)
    return test.fill_null(False)


def join(by: Callable[[Any, Any], Any], tests: Sequence[Any]) -> Any:
    """Join tests in pairs, and the pairs in pairs: one after the other, a thousand would be nested
    a thousand deep, which neither Python nor DuckDB can read."""
    while len(tests) > 1:
        pairs = [tests[at : at + 2] for at in range(0, len(tests), 2)]
        tests = [by(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return tests[0]


def _compare(operand: Operand, operator: str, value: Any, rows: ir.Table, reads_on: Day) -> Any:
    """Compare an operand with a value or with another operand of the row."""
    left = operands.by_day(operands.value(operand, rows, reads_on))
    if not isinstance(value, OtherOperand):
        return OPERATORS[operator](left, _literal(value, operand, reads_on))
    right = operands.by_day(operands.value(value.operand, rows, reads_on))
    if isinstance(operand, Progress) or isinstance(value.operand, Progress):
        # Progress is a quotient: beside it, numbers are compared in double, divided once.
        return OPERATORS[operator](_in_double(left, operand), _in_double(right, value.operand))
    # Hours come as whole seconds. Multiplying the other side compares exactly; dividing this one
    # would round.
    return OPERATORS[operator](
        _times(left, _divisor(value.operand)), _times(right, _divisor(operand))
    )


def _divisor(operand: Operand) -> int:
    return operand.divisor if isinstance(operand, Span) else 1


def _times(number: Any, factor: int) -> Any:
    return operands.wide(number) * factor if factor != 1 else number


def _in_double(number: Any, operand: Operand) -> Any:
    divisor = _divisor(operand)
    return number.cast("float64") / divisor if divisor != 1 else number.cast("float64")


def _literal(value: Any, operand: Operand, reads_on: Day) -> Any:
    """Write a value in the type of the operand that it is compared with."""
    if isinstance(value, AsOf):
        return days_before(reads_on, value.minus_days)
    if isinstance(value, Decimal):
        if isinstance(operand, Progress):
            return ibis.literal(float(value), "float64")
        value = value * _divisor(operand)
        fits = abs(value) <= LARGEST_IN_COLUMN and value == value.quantize(MILLIONTH)
        return ibis.literal(value, COLUMN_DECIMAL if fits else WIDE_DECIMAL)
    return day(value) if isinstance(value, date) else value
