"""This file marks the latest row of each: the latest answer of every respondent, the latest reading of every outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis

from keepwell.health.compile import aggregates, operands
from keepwell.health.compile.conditions import holds
from keepwell.health.compile.reading import Reading
from keepwell.health.definition.measure import Measure


def marked(readable: Reading, measures: Sequence[Measure]) -> Reading:
    """Mark, for each measure that takes only the latest of each, those of its rows; a row whose cell is empty is nobody's."""
    rows, marks = readable.rows, {}
    for measure in measures:
        if measure.each:
            each = operands.column(measure.each, rows)
            kept, within = each.notnull(), readable.inside(measure.window)
            kept = kept if within is None else kept & within
            kept = kept & holds(measure.where, rows, readable.reads) if measure.where else kept
            order = [ibis.desc(aggregates.moment(rows)), ibis.desc(aggregates.identity(rows))]
            rank = ibis.row_number().over(group_by=[*readable.by, each, kept], order_by=order)
            marks[aggregates.is_latest(measure)] = kept & (rank == 0)
    return replace(readable, rows=rows.mutate(**marks)) if marks else readable
