"""This file hides what had not happened yet: a ticket that is resolved in March was open in
February."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import ibis

from keepwell.health.compile.as_of_rows import AsOfRows
from keepwell.health.compile.operands import by_day, day
from keepwell.health.definition.table import Table


def mask_future(as_of_rows: AsOfRows, table: Table, columns: Iterable[str]) -> AsOfRows:
    """Empty the cells of these columns whose day of happening lies on or after the date that reads
    them."""
    wanted = set(columns)
    rows, reads_on = as_of_rows.rows, day(as_of_rows.reads_on)
    cells = {
        column.name: ibis.ifelse(
            by_day(rows[column.name]) < reads_on, rows[column.name], ibis.null()
        )
        for column in table.columns
        if column.happens and column.name in wanted
    }
    return replace(as_of_rows, rows=rows.mutate(**cells)) if cells else as_of_rows
