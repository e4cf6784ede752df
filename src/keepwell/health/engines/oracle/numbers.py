"""This file makes one number, or a category, of the rows that a measure keeps for one account."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from keepwell.health.definition.measure import Measure
from keepwell.health.engines.oracle import operands
from keepwell.health.engines.oracle.rows import DatedRow, holds, moment

# Of these, no rows within coverage are a zero; all others are missing without rows.
ZERO_WITHOUT_ROWS = ("count", "sum", "distinct", "active days", "days since", "share")


def number(
    measure: Measure, dated: Sequence[DatedRow], until: date
) -> tuple[float | None, str | None]:
    """Give the number or the category; neither where there is nothing to make it of.

    Days since are counted to `until`, where the feed is read to.
    """
    match measure.take:
        case "count":
            return float(sum(1 for row, on in dated if holds(measure.part, row, on))), None
        case "active days":
            return float(len({row["on"] for row, _ in dated})), None
        case "days since":
            days_after = [row["on"] + timedelta(days=1) for row, _ in dated]
            return float((until - max(days_after)).days) if days_after else None, None
        case "share":
            part = sum(1 for row, on in dated if holds(measure.part, row, on))
            return (part / len(dated) if dated else None), None
        case "latest":
            filled = used(measure, dated)
            if not filled:
                return None, None
            row, on = max(filled, key=lambda each: moment(each[0]))
            found = operands.value(measure.column, row, on)
            if isinstance(found, str):
                return None, found
            return float(found) / operands.divisor(measure.column), None
        case "ratio":
            cells = [
                (row[str(measure.column)], row[measure.whole]) for row, _ in used(measure, dated)
            ]
            over = float(sum((part for part, _ in cells), Decimal(0)))
            whole = float(sum((whole for _, whole in cells), Decimal(0)))
            return (over / whole if whole else None), None
        case _:
            found = [operands.value(measure.column, row, on) for row, on in used(measure, dated)]
            return _of_cells(measure, found), None


def _of_cells(measure: Measure, found: Sequence[Any]) -> float | None:
    """Make a number of the cells that are filled. Hours are in seconds until the division at the
    end."""
    # Cells are decimals and whole numbers: they add up exactly, and become a float once, at the
    # end.
    divisor = operands.divisor(measure.column)
    if measure.take == "distinct":
        return float(len(set(found)))
    if measure.take == "sum":
        return float(sum(found, Decimal(0))) / divisor
    if not found:
        return None
    match measure.take:
        case "mean":
            return float(sum(found, Decimal(0))) / (len(found) * divisor)
        case "median":
            return statistics.median(map(float, found)) / divisor
        case "spread":
            return float(max(found) - min(found)) / divisor
        case _:
            return float(min(found) if measure.take == "min" else max(found)) / divisor


def used(measure: Measure, dated: Sequence[DatedRow]) -> list[DatedRow]:
    """Keep the rows that have what the number is made of; all where it is made of rows."""
    return [
        (row, on)
        for row, on in dated
        if (not measure.column or operands.value(measure.column, row, on) is not None)
        and (not measure.whole or row.get(measure.whole) is not None)
    ]


def reason_without(measure: Measure, dated: Sequence[DatedRow]) -> str:
    """Say why there is no number: nothing to divide by, or nothing to read."""
    if measure.take == "share" or (measure.take == "ratio" and used(measure, dated)):
        return "undefined"
    return "no_rows"
