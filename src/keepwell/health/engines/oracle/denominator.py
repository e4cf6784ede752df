"""This file computes what a measure is divided by for one account: seats, units, active users,
features or fees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from keepwell.health.definition.denominator import Denominator
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table
from keepwell.health.engines.oracle.operands import Row
from keepwell.health.engines.oracle.rows import DatedRow, holds, in_force

TABLES = {
    "seat": "contracts",
    "units": "contracts",
    "fee": "contracts",
    "active user": "usage",
    "feature": "features",
    "key feature": "features",
}
DAYS_A_YEAR = 365


def denominator(measure: Measure, table: Table, dated: Sequence[DatedRow]) -> float | None:
    """Give what a measure is divided by, of the rows of its table; none where that is nothing or
    not known."""
    assert measure.per, "the measure is divided by something"
    match measure.per.kind:
        case "active user":
            found: float | None = _users(measure, dated)
        case "feature" | "key feature":
            found = _features(measure.per, table, dated)
        case "fee":
            found = _fees(measure, dated)
        case _:
            # New units count after their grace, given-up ones no more at once: the smaller of both
            # dates.
            now = _units(measure.per, dated, 0)
            then = _units(measure.per, dated, measure.per.grace_days)
            found = None if now is None or then is None else min(now, then)
    return found if found and found > 0 else None


def _users(measure: Measure, dated: Sequence[DatedRow]) -> float:
    days = measure.window.days
    users = {
        row.get("user") for row, on in dated if not days or row["on"] >= on - timedelta(days=days)
    }
    return float(len(users - {None}))


def _features(per: Denominator, table: Table, dated: Sequence[DatedRow]) -> float:
    """Count the features that are released and not retired, each as its latest row says."""
    count = 0
    for row, on in in_force(table, dated):
        is_released = not row.get("released_on") or row["released_on"] < on
        is_retired = row.get("retired_on") and row["retired_on"] < on
        if is_released and not is_retired and (per.kind == "feature" or row.get("is_key")):
            count += 1
    return float(count)


def _units(per: Denominator, dated: Sequence[DatedRow], days_ago: int) -> float | None:
    """Add up the units that ran so many days before; none where a line is a site licence, which has
    no number."""
    back = timedelta(days=days_ago)
    running = [row for row, on in dated if _counts(per, row, on) and _runs(row, on - back)]
    if any(row.get("units") is None for row in running):
        return None
    return float(sum((row["units"] for row in running), Decimal(0)))


def _runs(row: Row, on: date) -> bool:
    """Say whether a line runs on the day before a date."""
    return row["on"] < on and (not row.get("ends_on") or row["ends_on"] >= on)


def _counts(per: Denominator, row: Row, on: date) -> bool:
    if per.kind == "units":
        return holds(per.where, row, on)
    is_paid_or_tried = (row.get("kind") or "recurring") in ("recurring", "trial")
    return is_paid_or_tried and (row.get("unit") or "seat") == "seat"


def _fees(measure: Measure, dated: Sequence[DatedRow]) -> float | None:
    """Add up the fees of the window's days, the yearly amount over 365 each; none where an amount
    is not known."""
    total = Decimal(0)
    for row, on in dated:
        window = measure.window.days
        first = max(row["on"], on - timedelta(days=window)) if window else row["on"]
        end = min(row.get("ends_on") or on, on)
        days = (end - first).days
        if days <= 0 or row.get("kind") == "trial":
            continue
        if row.get("annual_amount") is None:
            return None
        total += row["annual_amount"] * days
    return float(total) / DAYS_A_YEAR
