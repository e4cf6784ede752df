"""This file works out what a measure is divided by for one account: seats, units, active users, features or fees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from keepwell.health.definition.denominator import DAYS_A_YEAR, Denominator
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table
from keepwell.health.engines.reference.cells import Row
from keepwell.health.engines.reference.rows import holding, holds

Pairs = Sequence[tuple[Row, date]]


def whole(measure: Measure, table: Table, reading: Pairs) -> float | None:
    """What it is divided by, of the rows that are read, each with the date up to which it is; None where that is nothing
    or not known."""
    assert measure.per, "only what is divided has something to be divided by"
    match measure.per.kind:
        case "active user":
            found: float | None = users(measure, reading)
        case "feature" | "key feature":
            found = features(measure.per, table, reading)
        case "fee":
            found = fees(measure, reading)
        case _:
            found = entitlement(measure.per, reading)
    return found if found and found > 0 else None


def users(measure: Measure, reading: Pairs) -> float:
    first = measure.window.first
    users = {
        row.get("user") for row, on in reading if not (begin := first(on)) or row["on"] >= begin
    }
    return float(len(users - {None}))


def features(per: Denominator, table: Table, reading: Pairs) -> float:
    """The features that are released and not retired, each as its latest row says."""
    count = 0
    for row, on in holding(table, list(reading)):
        is_released = not row.get("released_on") or row["released_on"] < on
        is_retired = row.get("retired_on") and row["retired_on"] < on
        if is_released and not is_retired and (per.kind == "feature" or row.get("is_key")):
            count += 1
    return float(count)


def entitlement(per: Denominator, reading: Pairs) -> float | None:
    """The units that run; with a grace the smaller of those and the ones that ran before it."""
    now, then = units(per, reading, 0), units(per, reading, per.grace_days)
    return None if now is None or then is None else min(now, then)


def units(per: Denominator, reading: Pairs, days_ago: int) -> float | None:
    """The units that ran so many days before; None where a line is a site licence, which has no number."""
    back = timedelta(days=days_ago)
    running = [row for row, on in reading if _counts(per, row, on) and _runs(row, on - back)]
    if any(row.get("units") is None for row in running):
        return None
    return float(sum((row["units"] for row in running), Decimal(0)))


def _runs(row: Row, on: date) -> bool:
    """Whether a line runs on the day before a date."""
    return row["on"] < on and (not row.get("ends_on") or row["ends_on"] >= on)


def _counts(per: Denominator, row: Row, on: date) -> bool:
    if per.kind == "units":
        return holds(per.where, row, on)
    return (row.get("unit") or "seat") == "seat" and (row.get("kind") or "recurring") in (
        "recurring",
        "trial",
    )


def fees(measure: Measure, reading: Pairs) -> float | None:
    """The fees of the window's days: a day of a line costs its yearly amount over 365; None where an amount is not known."""
    total = Decimal(0)
    for row, on in reading:
        first = max(row["on"], measure.window.first(on) or row["on"])
        end = min(row.get("ends_on") or on, on)
        days = (end - first).days
        if days <= 0 or row.get("kind") == "trial":
            continue
        if row.get("annual_amount") is None:
            return None
        total += row["annual_amount"] * days
    return float(total) / DAYS_A_YEAR
