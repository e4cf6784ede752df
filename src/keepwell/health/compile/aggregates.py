"""This file holds how each aggregate is asked for, from rows or from the usage roll-up: raw columns, nothing decided yet."""

from __future__ import annotations

from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import operands
from keepwell.health.compile.conditions import Day, holds
from keepwell.health.definition.condition import columns
from keepwell.health.definition.measure import Measure, Scope
from keepwell.health.definition.table import Table

# A test of rows, or none where every row passes.
Test: TypeAlias = "ir.BooleanValue | None"

# The columns that the roll-up of usage by day keeps: a measure that reads no others is served by it.
ROLLED = frozenset({"account_id", "user", "feature", "product", "on", "feed"})
ROLLED_TAKES = frozenset({"count", "sum", "distinct", "active days", "days since", "share"})


def from_rolled(measure: Measure, table: Table) -> bool:
    """Whether the roll-up of usage says all that a measure asks for."""
    summed = {"quantity"} if measure.take == "sum" and measure.column == "quantity" else set()
    asked = {name for each in (measure.where, measure.part) if each for name in columns(each)}
    read = {table.own(name) for name in (measure.reads - summed) | asked}
    return measure.take in ROLLED_TAKES and not measure.each and read <= ROLLED


def users_column(days: int | None, scope: Scope) -> str:
    """Name the column that counts active users over so many days."""
    return f"users__{scope}__{days or 'all'}"


def is_latest(measure: Measure) -> str:
    """Name the column that marks the rows of a measure which takes only the latest of each."""
    return f"{measure.name}__is_latest"


def of_rows(
    measure: Measure, rows: ir.Table, in_window: Test, reads_on: Day
) -> dict[str, ir.Value]:
    """Aggregate a measure from rows: its raw columns `name__raw...`, before zero or missing is decided."""
    if measure.each:
        kept: Test = rows[is_latest(measure)]
    else:
        kept = _both(in_window, holds(measure.where, rows, reads_on) if measure.where else None)
    name = f"{measure.name}__raw"
    column = operands.value(measure.column or "account_id", rows, reads_on)
    filled = _both(kept, column.notnull())
    raw: dict[str, ir.Value] = {}
    match measure.take:
        case "count":
            raw[name] = rows.count(
                where=_both(kept, holds(measure.part, rows, reads_on) if measure.part else None)
            )
        case "share":
            raw[name] = rows.count(where=_both(kept, holds(measure.part, rows, reads_on)))
            raw[f"{name}_of"] = rows.count(where=kept)
        case "mean":
            raw[name], raw[f"{name}_of"] = column.sum(where=kept), rows.count(where=filled)
        case "ratio":
            filled = _both(filled, rows[measure.whole].notnull())
            raw[name], raw[f"{name}_of"] = (
                column.sum(where=filled),
                rows[measure.whole].sum(where=filled),
            )
        case "latest":
            raw[name] = column.argmax(
                ibis.struct({"moment": moment(rows), "identity": identity(rows)}), where=filled
            )
        case _:
            raw[name] = _simple(measure, rows, column, kept)
    if not measure.silence_counts:
        raw[f"{name}_on"] = rows.on.max(where=filled)
    return raw


def _both(one: Test, other: Test) -> Test:
    """Join two tests, either of which may be none: a test that is always true still costs a look at every row."""
    if one is None or other is None:
        return one if other is None else other
    return one & other


def _simple(measure: Measure, rows: ir.Table, column: Any, kept: Test) -> ir.Value:
    """Aggregates that pass over empty cells by themselves."""
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
            number = column.cast(
                "float64"
            )  # not `median(where=...)`: Spark takes no condition there
            return (number if kept is None else kept.ifelse(number, ibis.null())).median()
        case "min":
            return column.min(where=kept)
        case "spread":
            most, least = column.max(where=kept), column.min(where=kept)
            return (
                operands.wide(most) - operands.wide(least)
                if column.type().is_decimal()
                else most - least
            )
        case _:
            return column.max(where=kept)


def of_rolled(
    measure: Measure, rows: ir.Table, in_window: Test, reads_on: Day
) -> dict[str, ir.Value]:
    """Aggregate a measure from the roll-up, where a row stands for `events` rows."""
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
            return {name: _simple(measure, rows, column, kept)}


def moment(rows: ir.Table) -> ir.TimestampValue:
    """When a row happened: its moment, else its day."""
    midnight = rows["on"].cast("timestamp")
    return rows["at"].fill_null(midnight) if "at" in rows.columns else midnight


def identity(rows: ir.Table) -> ir.StringValue:
    """What orders rows of the same moment."""
    return operands.column("id" if "id" in rows.columns else "account_id", rows)
