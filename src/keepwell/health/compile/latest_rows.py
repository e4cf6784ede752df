"""This file marks the latest row of each: the latest answer of every respondent, the latest reading
of every outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis

from keepwell.health.compile import aggregates, operands
from keepwell.health.compile.as_of_rows import AsOfRows
from keepwell.health.compile.conditions import holds
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table


def mark_latest(as_of_rows: AsOfRows, table: Table, measures: Sequence[Measure]) -> AsOfRows:
    """Add a flag column for each measure that counts only the latest row of each value of a column
    (`each`).

    A row in which that column is empty is never the latest.
    """
    rows, flags = as_of_rows.rows, {}
    for measure in measures:
        if not measure.each:
            continue
        each = operands.column(measure.each, rows)
        kept = each.notnull()
        in_window = as_of_rows.in_window(measure.window, measure.expires_in(table))
        kept = kept if in_window is None else kept & in_window
        kept = kept & holds(measure.where, rows, as_of_rows.reads_on) if measure.where else kept
        # The test is part of the partition: rows that fail it are ranked apart, and never push out
        # one that passes.
        order = [ibis.desc(aggregates.moment(rows)), ibis.desc(aggregates.identity(rows))]
        rank = ibis.row_number().over(group_by=[*as_of_rows.by, each, kept], order_by=order)
        flags[aggregates.is_latest(measure)] = kept & (rank == 0)
    return replace(as_of_rows, rows=rows.mutate(**flags)) if flags else as_of_rows
