"""This file empties what had not come about yet: a ticket that is resolved in March was open in February."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import ibis

from keepwell.health.compile.operands import by_day, day
from keepwell.health.compile.reading import Reading
from keepwell.health.definition.table import Table


def known(readable: Reading, table: Table, read: Iterable[str]) -> Reading:
    """Take out of the columns that are read the days, of things that happen, which lie on or after the date."""
    asked = set(read)
    rows, reads = readable.rows, day(readable.reads)
    cells = {
        column.name: ibis.ifelse(by_day(rows[column.name]) < reads, rows[column.name], ibis.null())
        for column in table.columns
        if column.happens and column.name in asked
    }
    return replace(readable, rows=rows.mutate(**cells)) if cells else readable
