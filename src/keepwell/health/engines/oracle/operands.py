"""This file reads an operand of one row: a column as it is stored, or a number made of several."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from keepwell.health.definition.operand import End, Operand, Progress, Span

SECONDS_AN_HOUR = 3600
Row = Mapping[str, Any]


def value(operand: Operand, row: Row, on: date) -> Any:
    """Read an operand of a row on a date, none where it is empty. A span of hours comes in whole
    seconds."""
    match operand:
        case Span("hours", start, end):
            first, then = _moment(start, row, on), _moment(end, row, on)
            return None if first is None or then is None else int((then - first).total_seconds())
        case Span(_, start, end, less):
            first, then = _day(start, row, on), _day(end, row, on)
            if first is None or then is None or (less and row.get(less) is None):
                return None
            return (then - first).days - (row[less] if less else 0)
        case Progress(of, start, end):
            return _progress(*(by_day(_end(part, row, on)) for part in (of, start, end)))
        case _:
            return row.get(operand)


def divisor(operand: Operand) -> int:
    """Give what a value is divided by at the very end: hours come in seconds."""
    return SECONDS_AN_HOUR if isinstance(operand, Span) and operand.unit == "hours" else 1


def comparable(operand: Operand, found: Any) -> Any:
    """Turn what was read into what it is compared as: a moment into its day, seconds into exact
    hours."""
    if isinstance(found, int | Decimal) and isinstance(operand, Span):
        return Decimal(found) / divisor(operand)
    return by_day(found)


def by_day(cell: Any) -> Any:
    """Turn a moment into its day, and leave anything else."""
    return cell.date() if isinstance(cell, datetime) else cell


def _end(end: End, row: Row, on: date) -> Any:
    found = row.get(end.column) if end.column else on
    return on if found is None and end.or_as_of else found


def _day(end: End, row: Row, on: date) -> Any:
    return by_day(_end(end, row, on))


def _moment(end: End, row: Row, on: date) -> datetime | None:
    """Read an end of hours, to the second; the date of the score stands for its first moment."""
    found = _end(end, row, on)
    if found is None or isinstance(found, datetime):
        return None if found is None else found.replace(microsecond=0)
    return datetime.combine(found, time())


def _progress(of: Any, start: Any, end: Any) -> Any:
    if of is None or start is None or end is None or start == end:
        return None
    if isinstance(of, date):
        return min(1.0, max(0.0, (of - start).days / (end - start).days))
    # In millionths both are whole, and the one division is that of two integers.
    return int((of - start) * 1_000_000) / int((end - start) * 1_000_000)
