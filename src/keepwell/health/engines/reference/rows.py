"""This file holds which rows count: the live ones, those that hold on a day, and those that pass a condition."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

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
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.operand import Operand
from keepwell.health.definition.table import Table
from keepwell.health.engines.reference import cells
from keepwell.health.engines.reference.cells import Row

ONE_DAY = timedelta(days=1)


def live(table: Table, rows: Iterable[Row], through_batch: int | None) -> list[Row]:
    """Keep, for each identity, the row of the latest landing up to a batch."""
    latest: dict[tuple[Any, ...], Row] = {}
    for at, row in enumerate(rows):
        if through_batch is not None and row.get("batch", 0) > through_batch:
            continue
        identity = (
            (row.get(table.entity), row["on"]) if table.time == "state" else (row.get("id", at),)
        )
        if identity not in latest or row.get("batch", 0) >= latest[identity].get("batch", 0):
            latest[identity] = row
    return list(latest.values())


def known(table: Table, row: Row, on: date) -> Row:
    """The row without what had not come about by the date."""
    later = [
        column.name
        for column in table.columns
        if column.happens and (cell := cells.by_day(row.get(column.name))) and cell >= on
    ]
    return {**row, **dict.fromkeys(later)} if later else row


def holding(table: Table, reading: list[tuple[Row, date]]) -> list[tuple[Row, date]]:
    """What holds on the day before the reading date: running terms, and the latest row of each entity."""
    if table.time == "term":
        return [
            (row, on) for row, on in reading if not (end := row.get(table.ends_by)) or end >= on
        ]
    latest: dict[Any, tuple[Row, date]] = {}
    for row, on in sorted(reading, key=lambda pair: pair[0]["on"]):
        latest[row[table.entity]] = (row, on)
    return list(latest.values())


def latest_of_each(measure: Measure, pairs: list[tuple[Row, date]]) -> list[tuple[Row, date]]:
    """The latest row of each value of a column, where the measure wants that; a row whose cell is empty is nobody's."""
    if not measure.each:
        return pairs
    latest: dict[Any, tuple[Row, date]] = {}
    for row, on in sorted(pairs, key=lambda pair: moment(pair[0])):
        if row.get(measure.each) is not None:
            latest[row[measure.each]] = (row, on)
    return list(latest.values())


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
        case IsMissing(cell):
            return cells.value(cell, row, on) is None
        case OneOf(cell, values):
            return any(_compare(cell, "=", value, row, on) for value in values)
        case Compare(cell, operator, value):
            return _compare(cell, operator, value, row, on)


def _compare(cell: Operand, operator: str, value: Any, row: Row, on: date) -> bool:
    """Compare a cell with a value or with another cell of its row; false where either is empty."""
    left, right = cells.comparable(cell, cells.value(cell, row, on)), value
    if isinstance(value, AsOf):
        right = on - timedelta(days=value.minus_days)
    if isinstance(value, Beside):
        right = cells.comparable(value.cell, cells.value(value.cell, row, on))
    if left is None or right is None:
        return False
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    return _ordered(left, operator, right)


def _ordered(left: Any, operator: str, right: Any) -> bool:
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
