"""This file queries what measures are divided by: units and fees of contract lines, features,
active users."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np

from keepwell.health.compile import operands
from keepwell.health.compile.aggregates import users_column
from keepwell.health.compile.as_of_rows import AsOfRows, Select
from keepwell.health.compile.conditions import holds
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.masking import mask_future
from keepwell.health.compile.operands import day, days_before
from keepwell.health.compile.references import join_references
from keepwell.health.definition.denominator import Denominator
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table
from keepwell.health.scoring.arrays import Numbers

Columns = dict[str, ir.Value]


def query(
    table: Table,
    rows: Mapping[str, ir.Table],
    measures: Sequence[Measure],
    select: Select,
    expand: Callable[[ir.Table], ir.Table],
) -> Iterator[ir.Table]:
    """Query what a table says of the denominators, for each date that is selected: columns
    `name__per...`.

    The result is by account where the table has accounts. `expand` repeats rows for the accounts
    above. Active users are counted with the measures over usage, and are not asked for here.
    """
    divided = [
        (measure, measure.per)
        for measure in measures
        if measure.per and measure.per.table == table.name and measure.per.kind != "active user"
    ]
    if not divided:
        return
    wanted = {name for _, per in divided for name in per.condition_columns}
    selected = select(rows[table.name], None)
    selected = selected.latest(table.entity) if table.time == "state" else selected
    selected = join_references(mask_future(selected, table, wanted), table, wanted, rows)
    selected = replace(selected, rows=expand(selected.rows))
    columns: Columns = {}
    for measure, per in divided:
        match per.kind:
            case "feature" | "key feature":
                exists = selected.rows.count(where=_exists(per, selected))
                columns |= {f"{measure.name}__per": exists}
            case "fee":
                columns |= _fees(measure, selected)
            case _:
                columns |= _units(f"{measure.name}__per", per, selected, 0)
                if per.grace_days:
                    before_grace = f"{measure.name}__per_then"
                    columns |= _units(before_grace, per, selected, per.grace_days)
    by = [name for name in selected.by if name in selected.rows.columns]
    yield selected.rows.agg(by=by, **columns)


def denominators(measure: Measure, frame: Frame) -> Numbers:
    """Give what a measure is divided by for every account of a frame; missing where a line has no
    number."""
    assert measure.per, "the measure is divided by something"
    if measure.per.kind == "active user":
        return frame.numbers(users_column(measure.window.days, measure.scope))
    found = _known(frame, f"{measure.name}__per")
    if measure.per.grace_days:
        # New seats do not count yet, and seats that were given up count no more: the smaller of
        # both dates.
        return np.minimum(found, _known(frame, f"{measure.name}__per_then"))
    return found


def _known(frame: Frame, name: str) -> Numbers:
    return np.where(frame.flags(f"{name}_open"), np.nan, frame.numbers(name))


def _units(name: str, per: Denominator, lines: AsOfRows, days_ago: int) -> Columns:
    """Add up the units of the lines that ran so many days before; a line without a number is a site
    licence."""
    rows, on = lines.rows, days_before(lines.reads_on, days_ago)
    runs = (rows.on < on) & (rows.ends_on.isnull() | (rows.ends_on >= on))
    if per.where:
        counted = runs & holds(per.where, rows, lines.reads_on)
    else:
        has_seats = rows.kind.fill_null("recurring").isin(["recurring", "trial"])
        counted = runs & has_seats & (rows.unit.fill_null("seat") == "seat")
    return {
        name: rows.units.sum(where=counted),
        f"{name}_open": (counted & rows.units.isnull()).any(),
    }


def _fees(measure: Measure, lines: AsOfRows) -> Columns:
    """Add up yearly amounts times the days of the window on which lines run; trials cost
    nothing."""
    rows, reads_on, days = lines.rows, day(lines.reads_on), measure.window.days
    first = ibis.greatest(rows.on, days_before(lines.reads_on, days)) if days else rows.on
    ran = ibis.least(rows.ends_on.fill_null(reads_on), reads_on).delta(first, unit="day")
    counted = (rows.kind.fill_null("recurring") != "trial") & (ran > 0)
    name, amount = f"{measure.name}__per", rows.annual_amount
    # Amounts times days stay exact decimals; the 365 of a year divide once, in double, at the very
    # end.
    fees = operands.wide(amount) * ran
    return {name: fees.sum(where=counted), f"{name}_open": (counted & amount.isnull()).any()}


def _exists(per: Denominator, features: AsOfRows) -> ir.BooleanValue:
    """Test whether a feature is released and not retired; and key, where only those count."""
    rows, reads_on = features.rows, day(features.reads_on)
    exists = (rows.released_on.isnull() | (rows.released_on < reads_on)) & (
        rows.retired_on.isnull() | (rows.retired_on >= reads_on)
    )
    return exists & rows.is_key.fill_null(False) if per.kind == "key feature" else exists
