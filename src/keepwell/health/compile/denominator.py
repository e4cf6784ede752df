"""This file asks for what measures are divided by: units and fees of contract lines, features, active users."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np

from keepwell.health.compile import known, operands, references
from keepwell.health.compile.aggregates import users_column
from keepwell.health.compile.conditions import day, days_before, holds
from keepwell.health.compile.frame import Frame, Numbers
from keepwell.health.compile.reading import Read, Reading
from keepwell.health.definition.denominator import Denominator
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table

Columns = dict[str, ir.Value]


def wholes(
    table: Table,
    rows: Mapping[str, ir.Table],
    measures: Sequence[Measure],
    read: Read,
    gathered: Callable[[ir.Table], ir.Table],
) -> Iterator[ir.Table]:
    """Ask for what a table says of it, for each date that the reading reads on: columns `name__per...`, by account where
    the table has accounts."""
    divided = [
        (m, m.per)
        for m in measures
        if m.per and m.per.table == table.name and m.per.kind != "active user"
    ]
    if not divided:
        return
    asked = {name for _, per in divided for name in per.asks}
    readable = read(rows[table.name], None)
    readable = readable.newest(table.entity) if table.time == "state" else readable
    readable = references.joined(known.known(readable, table, asked), table, asked, rows)
    readable = replace(readable, rows=gathered(readable.rows))
    columns: Columns = {}
    for measure, per in divided:
        columns |= _columns(measure, per, readable)
    yield readable.rows.agg(
        by=[name for name in readable.by if name in readable.rows.columns], **columns
    )


def whole(measure: Measure, frame: Frame) -> Numbers:
    """What a measure is divided by, for every account of a frame; missing where a line says no number."""
    assert measure.per, "only what is divided has something to be divided by"
    if measure.per.kind == "active user":
        return frame.numbers(users_column(measure.window.days, measure.scope))
    found = _known(frame, f"{measure.name}__per")
    return np.minimum(found, _known(frame, _then(measure))) if measure.per.grace_days else found


def _known(frame: Frame, name: str) -> Numbers:
    return np.where(frame.flags(f"{name}_open"), np.nan, frame.numbers(name))


def _then(measure: Measure) -> str:
    return f"{measure.name}__per_then"


def _columns(measure: Measure, per: Denominator, readable: Reading) -> Columns:
    match per.kind:
        case "feature" | "key feature":
            return {f"{measure.name}__per": readable.rows.count(where=_exists(per, readable))}
        case "fee":
            return _fees(measure, readable)
        case _:
            columns = _units(f"{measure.name}__per", per, readable, 0)
            return columns | (
                _units(_then(measure), per, readable, per.grace_days) if per.grace_days else {}
            )


def _units(name: str, per: Denominator, lines: Reading, days_ago: int) -> Columns:
    """Add up the units of the lines that ran so many days before; a line without a number is a site licence."""
    rows, on = lines.rows, days_before(lines.reads, days_ago)
    runs = (rows.on < on) & (rows.ends_on.isnull() | (rows.ends_on >= on))
    if per.where:
        counted = runs & holds(per.where, rows, lines.reads)
    else:
        is_paid = rows.kind.fill_null("recurring").isin(["recurring", "trial"])
        counted = runs & is_paid & (rows.unit.fill_null("seat") == "seat")
    return {
        name: rows.units.sum(where=counted),
        f"{name}_open": (counted & rows.units.isnull()).any(),
    }


def _fees(measure: Measure, lines: Reading) -> Columns:
    """Add up yearly amounts times the days of the window on which lines run; trials cost nothing."""
    rows, reads, days = lines.rows, day(lines.reads), measure.window.days
    first = ibis.greatest(rows.on, days_before(lines.reads, days)) if days else rows.on
    ran = ibis.least(rows.ends_on.fill_null(reads), reads).delta(first, unit="day")
    counted = (rows.kind.fill_null("recurring") != "trial") & (ran > 0)
    name, amount = f"{measure.name}__per", rows.annual_amount
    fees = operands.wide(amount) * ran
    return {name: fees.sum(where=counted), f"{name}_open": (counted & amount.isnull()).any()}


def _exists(per: Denominator, features: Reading) -> ir.BooleanValue:
    """Whether a feature is released and not retired; and key, where only those count."""
    rows, reads = features.rows, day(features.reads)
    exists = (rows.released_on.isnull() | (rows.released_on < reads)) & (
        rows.retired_on.isnull() | (rows.retired_on >= reads)
    )
    return exists & rows.is_key.fill_null(False) if per.kind == "key feature" else exists
