"""This file selects rows: the current ones, those that are in force on a day, and those that pass a
condition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

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
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.operand import Operand
from keepwell.health.definition.table import Table
from keepwell.health.engines.oracle import operands
from keepwell.health.engines.oracle.operands import Row

# A row with the date up to which its feed is read.
DatedRow: TypeAlias = tuple[Row, date]


def current(table: Table, rows: Iterable[Row], through_batch: int | None) -> list[Row]:
    """Keep, for each identity, the row of the latest load up to a batch."""
    latest: dict[tuple[Any, ...], Row] = {}
    for at, row in enumerate(rows):
        if through_batch is not None and row.get("batch", 0) > through_batch:
            continue
        # Rows of tables without an id (`at` is their place) supersede nothing.
        identity = (
            (row.get(table.entity), row["on"]) if table.time == "state" else (row.get("id", at),)
        )
        if identity not in latest or row.get("batch", 0) >= latest[identity].get("batch", 0):
            latest[identity] = row
    return list(latest.values())


def mask_future(table: Table, row: Row, on: date) -> Row:
    """Empty the cells of a row that say what had not happened by the date."""
    later = [
        column.name
        for column in table.columns
        if column.happens and (cell := operands.by_day(row.get(column.name))) and cell >= on
    ]
    return {**row, **dict.fromkeys(later)} if later else row


def in_force(table: Table, dated: Sequence[DatedRow]) -> list[DatedRow]:
    """Keep what is in force on the day before the date: running terms, and the latest row of each
    entity."""
    if table.time == "term":
        return [(row, on) for row, on in dated if not (end := row.get(table.ends_by)) or end >= on]
    latest: dict[Any, DatedRow] = {}
    for row, on in sorted(dated, key=lambda pair: pair[0]["on"]):
        latest[row[table.entity]] = (row, on)
    return list(latest.values())


def latest_of_each(measure: Measure, dated: list[DatedRow]) -> list[DatedRow]:
    """Keep the latest row of each value of a column, where the measure wants that; a row without
    that value is dropped."""
    if not measure.each:
        return dated
    latest: dict[Any, DatedRow] = {}
    for row, on in sorted(dated, key=lambda pair: moment(pair[0])):
        if row.get(measure.each) is not None:
            latest[row[measure.each]] = (row, on)
    return list(latest.values())


def moment(row: Row) -> tuple[datetime, str]:
    """Give what orders rows in time; the id decides between rows of the same moment."""
    at = row.get("at") or datetime.combine(row["on"], datetime.min.time())
    return at, str(row.get("id", ""))


def holds(condition: Condition | None, row: Row, on: date) -> bool:
    """Test a row against a condition; `on` is what `as_of` means to it. A comparison with an empty
    cell is false."""
    match condition:
        case None:
            return True
        case AllOf(parts):
            return all(holds(part, row, on) for part in parts)
        case AnyOf(parts):
            return any(holds(part, row, on) for part in parts)
        case Not(part):
            return not holds(part, row, on)
        case IsMissing(operand):
            return operands.value(operand, row, on) is None
        case OneOf(operand, values):
            return any(_compare(operand, "=", value, row, on) for value in values)
        case Compare(operand, operator, value):
            return _compare(operand, operator, value, row, on)


def _compare(operand: Operand, operator: str, value: Any, row: Row, on: date) -> bool:
    """Compare an operand with a value or with another operand of its row."""
    left, right = operands.comparable(operand, operands.value(operand, row, on)), value
    if isinstance(value, AsOf):
        right = on - timedelta(days=value.minus_days)
    if isinstance(value, OtherOperand):
        right = operands.comparable(value.operand, operands.value(value.operand, row, on))
    if left is None or right is None:
        return False
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    return ordered(left, operator, right)


def ordered(left: Any, operator: str, right: Any) -> bool:
    """Compare two cells that are both there, and of one type."""
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
