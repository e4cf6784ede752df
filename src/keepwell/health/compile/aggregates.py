"""This file writes each aggregate as expressions over rows or over the usage roll-up: raw columns,
nothing decided yet."""

from __future__ import annotations

import functools
import operator
from typing import Any

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import operands
from keepwell.health.compile.as_of_rows import Test
from keepwell.health.compile.conditions import holds
from keepwell.health.compile.operands import Day
from keepwell.health.definition.condition import columns
from keepwell.health.definition.measure import Measure, Scope
from keepwell.health.definition.table import Table

# What the usage roll-up can answer: it keeps these columns, and how many events and how much
# quantity a day had.
ROLLUP_COLUMNS = frozenset({"account_id", "user", "feature", "product", "on", "feed"})
ROLLUP_AGGREGATIONS = frozenset({"count", "sum", "distinct", "active days", "days since", "share"})


def is_served_by_rollup(measure: Measure, table: Table) -> bool:
    """Say whether the usage roll-up has all that a measure reads."""
    summed = {"quantity"} if measure.take == "sum" and measure.column == "quantity" else set()
    tested = {name for each in (measure.where, measure.part) if each for name in columns(each)}
    read = {table.own(name) for name in (measure.reads - summed) | tested}
    return measure.take in ROLLUP_AGGREGATIONS and not measure.each and read <= ROLLUP_COLUMNS


def users_column(days: int | None, scope: Scope) -> str:
    """Name the column that counts active users over so many days."""
    return f"users__{scope}__{days or 'all'}"


def is_latest(measure: Measure) -> str:
    """Name the column that marks the rows of a measure which counts only the latest of each."""
    return f"{measure.name}__is_latest"


def from_rows(
    measure: Measure, table: Table, rows: ir.Table, in_window: Test, reads_on: Day
) -> dict[str, ir.Value]:
    """Aggregate a measure from rows: raw columns `name__raw...`, before zero or missing is
    decided."""
    kept = kept_rows(measure, rows, in_window, reads_on)
    name = f"{measure.name}__raw"
    column = operands.value(measure.column or "account_id", rows, reads_on)
    filled = _both(kept, column.notnull())
    raw: dict[str, ir.Value] = {}
    match measure.take:
        case "count":
            part = holds(measure.part, rows, reads_on) if measure.part else None
            raw[name] = rows.count(where=_both(kept, part))
        case "share":
            raw[name] = rows.count(where=_both(kept, holds(measure.part, rows, reads_on)))
            raw[f"{name}_of"] = rows.count(where=kept)
        case "mean":
            raw[name], raw[f"{name}_of"] = column.sum(where=kept), rows.count(where=filled)
        case "ratio":
            filled = _both(filled, rows[measure.whole].notnull())
            raw[name] = column.sum(where=filled)
            raw[f"{name}_of"] = rows[measure.whole].sum(where=filled)
        case "latest":
            raw[name] = column.argmax(newest(rows), where=filled)
        case _:
            raw[name] = _simple(measure, rows, column, kept)
    if not measure.has_value_without_rows:
        raw[f"{name}_on"] = rows.on.max(where=filled)
    if cells := measure.may_lack(table):
        is_empty = functools.reduce(operator.or_, (rows[cell].isnull() for cell in cells))
        for cell in measure.answering(table):
            is_empty = is_empty & rows[cell].notnull()
        raw[f"{name}_kept"] = rows.count(where=kept)
        raw[f"{name}_empty"] = rows.count(where=_both(kept, is_empty))
    return raw


def kept_rows(measure: Measure, rows: ir.Table, in_window: Test, reads_on: Day) -> Test:
    """Test whether a row is one that a measure reads: in its window, past its filter, and the latest
    of each where only that counts."""
    if measure.each:
        return rows[is_latest(measure)]
    return _both(in_window, holds(measure.where, rows, reads_on) if measure.where else None)


def from_rollup(
    measure: Measure, table: Table, rows: ir.Table, in_window: Test, reads_on: Day
) -> dict[str, ir.Value]:
    """Aggregate a measure from the roll-up, in which a row stands for `events` rows."""
    kept = _both(in_window, holds(measure.where, rows, reads_on) if measure.where else None)
    name = f"{measure.name}__raw"
    match measure.take:
        case "count":
            part = holds(measure.part, rows, reads_on) if measure.part else None
            return {name: rows.events.sum(where=_both(kept, part))}
        case "share":
            part = _both(kept, holds(measure.part, rows, reads_on))
            return {name: rows.events.sum(where=part), f"{name}_of": rows.events.sum(where=kept)}
        case _:
            column = operands.value(measure.column or "account_id", rows, reads_on)
            raw = {name: _simple(measure, rows, column, kept)}
            if measure.may_lack(table):  # of its columns only `quantity`
                raw[f"{name}_kept"] = rows.events.sum(where=kept)
                # Files from before the quantities were counted say nothing of empty ones.
                filled = rows.quantities.fill_null(rows.events)
                raw[f"{name}_empty"] = (rows.events - filled).sum(where=kept)
            return raw


def _both(one: Test, other: Test) -> Test:
    """Join two tests, of which either may be none: a test that is always true still costs a pass
    over every row."""
    if one is None or other is None:
        return one if other is None else other
    return one & other


def _simple(measure: Measure, rows: ir.Table, column: Any, kept: Test) -> ir.Value:
    """Write the aggregates that skip empty cells by themselves."""
    match measure.take:
        case "active days":
            return rows.on.nunique(where=kept)
        case "days since":
            return rows.on.max(where=kept)
        case "distinct":
            return column.nunique(where=kept)
        case "sum":
            return column.sum(where=kept)
        case "median":
            # Not `median(where=...)`: Spark takes no condition there, and skips nulls all the same.
            number = column.cast("float64")
            return (number if kept is None else kept.ifelse(number, ibis.null())).median()
        case "min":
            return column.min(where=kept)
        case "spread":
            most, least = column.max(where=kept), column.min(where=kept)
            if column.type().is_decimal():
                return operands.wide(most) - operands.wide(least)
            return most - least
        case _:
            return column.max(where=kept)


def moment(rows: ir.Table) -> ir.TimestampValue:
    """When a row happened: its moment, else midnight of its day."""
    midnight = rows["on"].cast("timestamp")
    return rows["at"].fill_null(midnight) if "at" in rows.columns else midnight


def newest(rows: ir.Table) -> ir.StructValue:
    """What the latest row has most of. Rows of the same moment are ordered by their id, so that every
    engine takes the same one."""
    return ibis.struct({"moment": moment(rows), "identity": identity(rows)})


def identity(rows: ir.Table) -> ir.StringValue:
    """What orders rows of the same moment."""
    return operands.column("id" if "id" in rows.columns else "account_id", rows)
