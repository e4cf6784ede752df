"""This file makes one number, or category, of the rows that a measure keeps for one account."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from keepwell.health.definition import aggregation
from keepwell.health.definition.measure import Measure
from keepwell.health.engines.reference import cells
from keepwell.health.engines.reference.cells import Row
from keepwell.health.engines.reference.rows import ONE_DAY, holds, moment

Pairs = Sequence[tuple[Row, date]]


def number(
    measure: Measure, pairs: Pairs, begin: date, reads_on: date
) -> tuple[float | None, str | None]:
    """The number or the category; neither where there is nothing to make it of. `begin` is when silence begins."""
    match measure.take:
        case "count":
            return float(sum(1 for row, on in pairs if holds(measure.part, row, on))), None
        case "active days":
            return float(len({row["on"] for row, _ in pairs})), None
        case "days since":
            latest = max((row["on"] + ONE_DAY for row, _ in pairs), default=begin)
            return float(
                (reads_on - latest).days
            ), None  # a feed that is behind says nothing of the days since
        case "share":
            part = sum(1 for row, on in pairs if holds(measure.part, row, on))
            return (part / len(pairs) if pairs else None), None
        case "latest":
            filled = used(measure, pairs)
            if not filled:
                return None, None
            latest_row, on = max(filled, key=lambda pair: moment(pair[0]))
            found = cells.value(measure.column, latest_row, on)
            return (
                (None, found)
                if isinstance(found, str)
                else (float(found) / aggregation.divisor(measure.taken), None)
            )
        case "ratio":
            over = [
                (row[str(measure.column)], row[measure.whole]) for row, _ in used(measure, pairs)
            ]
            whole = sum((under for _, under in over), Decimal(0))
            return (
                float(sum((cell for cell, _ in over), Decimal(0))) / float(whole) if whole else None
            ), None
        case _:
            found = [cells.value(measure.column, row, on) for row, on in used(measure, pairs)]
            return _of_cells(measure, found), None


def _of_cells(measure: Measure, found: Sequence[Any]) -> float | None:
    """Make a number of the cells that are filled. Hours are kept in seconds and divided last."""
    by = aggregation.divisor(measure.taken)
    if measure.take == "distinct":
        return float(len(set(found)))
    if measure.take == "sum":
        return float(sum(found, Decimal(0))) / by
    if not found:
        return None
    match measure.take:
        case "mean":
            return float(sum(found, Decimal(0))) / (len(found) * by)
        case "median":
            return statistics.median(map(float, found)) / by
        case "spread":
            return float(max(found) - min(found)) / by
        case _:
            return float(min(found) if measure.take == "min" else max(found)) / by


def used(measure: Measure, pairs: Pairs) -> list[tuple[Row, date]]:
    """The rows that have what the number is made of; all where it is made of rows."""
    filled = [
        (row, on)
        for row, on in pairs
        if not measure.column or cells.value(measure.column, row, on) is not None
    ]
    return [
        (row, on) for row, on in filled if not measure.whole or row.get(measure.whole) is not None
    ]


def nothing(measure: Measure, pairs: Pairs) -> str:
    """Why there is no number: nothing to divide by, or nothing to read."""
    if measure.take == "share" or (measure.take == "ratio" and used(measure, pairs)):
        return "undefined"
    return "no_rows"
