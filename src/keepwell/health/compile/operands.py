"""This file reads a cell of every row as an expression: a column as it lies, or a number made of several."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

from keepwell.health.definition.operand import End, Operand, Progress, Span

# A date that is known while compiling, or one that depends on the row.
Day: TypeAlias = "date | ir.DateValue"

OWN = "own__"  # the account that a row is of, where `account_id` says for whom it counts
MILLION = 1_000_000  # a quantity has six decimals: in millionths it is whole


def value(cell: Operand, rows: ir.Table, reads_on: Day) -> Any:
    """The cell of each row; `reads_on` is what `as_of` means to the row. A span of hours comes in whole seconds."""
    match cell:
        case Span("hours", start, end):
            return _moment(end, rows, reads_on).delta(_moment(start, rows, reads_on), unit="second")
        case Span(_, start, end, less):
            days = _end(end, rows, reads_on).delta(_end(start, rows, reads_on), unit="day")
            return wide(days) - wide(rows[less]) if less else days
        case Progress(of, start, end):
            share = _way(of, start, rows, reads_on) / _way(end, start, rows, reads_on).nullif(0)
            return (
                share
                if _is_number(start, of, rows)
                else ibis.cases((share < 0, 0.0), (share > 1, 1.0), else_=share)
            )
        case _:
            return column(cell, rows)


def column(name: str, rows: ir.Table) -> Any:
    """A column as it lies: the account that a row is of, also where the row counts for one above it."""
    return rows[OWN if name == "account_id" and OWN in rows.columns else name]


def by_day(cell: Any) -> Any:
    """A moment by its day, anything else as it is: conditions and spans of days know no hours."""
    return cell.date() if cell.type().is_timestamp() else cell


def wide(number: Any) -> Any:
    """A number with room for sums and products: DuckDB rejects what does not fit the 18 digits of a column."""
    return number.cast("decimal(38, 6)")


def day(on: Day) -> ir.DateValue:
    """Write a date as an expression."""
    return ibis.date(on.year, on.month, on.day) if isinstance(on, date) else on


def days_before(on: Day, days: int) -> ir.DateValue:
    """Go back so many days, in Python where the date is known: DuckDB would compare moments, row by row."""
    if isinstance(on, date):
        return day(on - timedelta(days=days))
    return (on - ibis.interval(days=days)).cast("date") if days else on


def _end(end: End, rows: ir.Table, reads_on: Day) -> Any:
    if not end.column:
        return day(reads_on)
    found = by_day(rows[end.column])
    return found.fill_null(day(reads_on)) if end.or_as_of else found


def _moment(end: End, rows: ir.Table, reads_on: Day) -> Any:
    """An end of hours: the date of the score stands for its first moment."""
    midnight = day(reads_on).cast("timestamp")
    if not end.column:
        return midnight
    return rows[end.column].fill_null(midnight) if end.or_as_of else rows[end.column]


def _is_number(one: End, other: End, rows: ir.Table) -> bool:
    named = next((end.column for end in (one, other) if end.column), "")
    return bool(named) and rows[named].type().is_numeric()


def _way(to: End, start: End, rows: ir.Table, reads_on: Day) -> Any:
    """How far it is, whole and then in double: in days, or in millionths of a number."""
    if _is_number(start, to, rows):
        way = wide(rows[to.column]) - wide(rows[start.column])
        return (way * MILLION).cast("int64").cast("float64")
    return _end(to, rows, reads_on).delta(_end(start, rows, reads_on), unit="day").cast("float64")
