"""This file writes an operand as an expression: a column as it is stored, or a number made of
several."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

from keepwell.health.definition.operand import End, Operand, Progress, Span

# A date that is known while compiling, or one that depends on the row.
Day: TypeAlias = "date | ir.DateValue"

OWN = "own__"  # whose row it is, where `account_id` says for whom it counts
MILLION = 1_000_000  # a quantity has six decimals: in millionths it is whole


def value(operand: Operand, rows: ir.Table, reads_on: Day) -> Any:
    """Write an operand; `reads_on` is what `as_of` means to a row. A span of hours comes in whole
    seconds."""
    match operand:
        case Span("hours", start, end):
            return _moment(end, rows, reads_on).delta(_moment(start, rows, reads_on), unit="second")
        case Span(_, start, end, less):
            days = _end(end, rows, reads_on).delta(_end(start, rows, reads_on), unit="day")
            return wide(days) - wide(rows[less]) if less else days
        case Progress(of, start, end):
            whole = _distance(end, start, rows, reads_on).nullif(0)
            share = _distance(of, start, rows, reads_on) / whole
            if _is_number(start, of, rows):
                return share  # a number may fall below its start and pass its target
            return ibis.cases((share < 0, 0.0), (share > 1, 1.0), else_=share)
        case _:
            return column(operand, rows)


def column(name: str, rows: ir.Table) -> Any:
    """Give a column; `account_id` is whose row it is, also where the row counts for an account
    above."""
    return rows[OWN if name == "account_id" and OWN in rows.columns else name]


def by_day(cell: Any) -> Any:
    """Turn a moment into its day, and leave anything else: conditions and spans of days know no
    hours."""
    return cell.date() if cell.type().is_timestamp() else cell


def wide(number: Any) -> Any:
    """Widen a decimal for sums and products: DuckDB raises an error for what does not fit the 18
    digits of a column."""
    return number.cast("decimal(38, 6)")


def day(on: Day) -> ir.DateValue:
    """Write a date as an expression."""
    return ibis.date(on.year, on.month, on.day) if isinstance(on, date) else on


def days_before(on: Day, days: int) -> ir.DateValue:
    """Go back so many days."""
    if isinstance(
        on, date
    ):  # in Python where the date is known: DuckDB would compare moments, row by row
        return day(on - timedelta(days=days))
    return (on - ibis.interval(days=days)).cast("date") if days else on


def _end(end: End, rows: ir.Table, reads_on: Day) -> Any:
    if not end.column:
        return day(reads_on)
    found = by_day(rows[end.column])
    return found.fill_null(day(reads_on)) if end.or_as_of else found


def _moment(end: End, rows: ir.Table, reads_on: Day) -> Any:
    """Write an end of a span of hours; the date of the score stands for its first moment."""
    midnight = day(reads_on).cast("timestamp")
    if not end.column:
        return midnight
    return rows[end.column].fill_null(midnight) if end.or_as_of else rows[end.column]


def _is_number(one: End, other: End, rows: ir.Table) -> bool:
    named = next((end.column for end in (one, other) if end.column), "")
    return bool(named) and rows[named].type().is_numeric()


def _distance(to: End, start: End, rows: ir.Table, reads_on: Day) -> Any:
    """Write how far it is from the start, in days or in millionths of a number."""
    if _is_number(start, to, rows):
        # As an integer first: of that every engine makes the same double.
        distance = wide(rows[to.column]) - wide(rows[start.column])
        return (distance * MILLION).cast("int64").cast("float64")
    return _end(to, rows, reads_on).delta(_end(start, rows, reads_on), unit="day").cast("float64")
