"""This file says how many of the rows that a measure keeps lack the number that it is made of."""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Column, Table
from keepwell.health.engines.oracle import columns
from keepwell.health.engines.oracle.rows import DatedRow
from keepwell.health.engines.oracle.values import EmptyCells

MOST_EMPTY = 0.5
MADE_OF_CELLS = ("sum", "mean", "median", "min", "max", "spread")


def among(measure: Measure, table: Table, dated: Sequence[DatedRow]) -> EmptyCells | None:
    """Count the rows in which a cell is empty, unless another says by being empty that there is no
    number; none where all are filled."""
    if measure.take not in MADE_OF_CELLS:
        return None
    names = columns.of_operand(measure.column) - columns.optional_of(measure.column)
    found = {name: _column(table, name) for name in names}
    answers = {name for name, column in found.items() if column and _is_answer(column)}
    gaps = {
        name
        for name, column in found.items()
        if column and name not in answers and ("." in name or not column.required)
    }
    empty = [{name for name in names if row.get(name) is None} for row, _ in dated]
    lacking = sum(bool(cells & gaps) and not cells & answers for cells in empty)
    return EmptyCells(lacking, len(dated)) if lacking else None


def larger(one: EmptyCells | None, other: EmptyCells | None) -> EmptyCells | None:
    """Take the larger share; the first where they are the same."""
    if one is None or other is None:
        return one or other
    return other if other.share > one.share else one


def _column(table: Table, name: str) -> Column | None:
    """Find a column; what a load adds to every row is none of the table's."""
    pointed = columns.reference(table, name)
    there = pointed.to if pointed else table
    found = [each for each in there.columns if each.name == name.split(".")[-1]]
    return found[0] if found else None


def _is_answer(column: Column) -> bool:
    """Say whether an empty cell tells something: then there is no number, and no gap."""
    return column.happens or bool(column.empty_means)
