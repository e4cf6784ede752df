"""This file holds which rows count: the live ones, those that hold on a day, and those that pass a condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from keepwell.health.spec.condition import AllOf, AnyOf, AsOf, Compare, Condition, IsMissing, Not, OneOf
from keepwell.health.spec.measure import Measure
from keepwell.health.spec.table import Table

Row = Mapping[str, Any]
ONE_DAY = timedelta(days=1)


def live(table: Table, rows: Iterable[Row], through_batch: int | None) -> list[Row]:
    """Keep, for each identity, the row of the latest landing up to a batch."""
    latest: dict[tuple[Any, ...], Row] = {}
    for at, row in enumerate(rows):
        if through_batch is not None and row.get("batch", 0) > through_batch:
            continue
        identity = (row.get(table.entity), row["on"]) if table.time == "state" else (row.get("id", at),)
        if identity not in latest or row.get("batch", 0) >= latest[identity].get("batch", 0):
            latest[identity] = row
    return list(latest.values())


def holding(table: Table, reading: list[tuple[Row, date]]) -> list[tuple[Row, date]]:
    """What holds on the day before the reading date: running terms, and the latest row of each entity."""
    if table.time == "term":
        return [(row, on) for row, on in reading if not (end := row.get(table.ends_by)) or end >= on]
    latest: dict[Any, tuple[Row, date]] = {}
    for row, on in sorted(reading, key=lambda pair: pair[0]["on"]):
        latest[row[table.entity]] = (row, on)
    return list(latest.values())


def seats(table: Table, reading: list[tuple[Row, date]]) -> float | None:
    lines = [
        row
        for row, _ in holding(table, reading)
        if (row.get("unit") or "seat") == "seat" and (row.get("kind") or "recurring") in ("recurring", "trial")
    ]
    if any(row.get("units") is None for row in lines):
        return None  # a site licence has no number of seats
    return float(sum((row["units"] for row in lines), Decimal(0)))


def users(measure: Measure, reading: list[tuple[Row, date]]) -> float:
    first = measure.window.first
    users = {row.get("user") for row, on in reading if not (begin := first(on)) or row["on"] >= begin}
    return float(len(users - {None}))


def moment(row: Row) -> tuple[datetime, str]:
    at = row.get("at") or datetime.combine(row["on"], datetime.min.time())
    return at, str(row.get("id", ""))


def holds(condition: Condition | None, row: Row, on: date) -> bool:
    match condition:
        case None:
            return True
        case AllOf(parts):
            return all(holds(part, row, on) for part in parts)
        case AnyOf(parts):
            return any(holds(part, row, on) for part in parts)
        case Not(part):
            return not holds(part, row, on)
        case IsMissing(column):
            return row.get(column) is None
        case OneOf(column, values):
            return row.get(column) is not None and _plain(row[column]) in [_value(value, on) for value in values]
        case Compare(column, operator, value):
            return row.get(column) is not None and _compare(_plain(row[column]), operator, _value(value, on))


def _plain(cell: Any) -> Any:
    return cell.date() if isinstance(cell, datetime) else cell


def _value(value: Any, on: date) -> Any:
    return on - timedelta(days=value.minus_days) if isinstance(value, AsOf) else value


def _compare(left: Any, operator: str, right: Any) -> bool:
    match operator:
        case "=":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)
