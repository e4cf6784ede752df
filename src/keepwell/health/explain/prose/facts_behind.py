"""This file says what the rows behind a measure add up to, and what else it takes to come from them to the number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from keepwell.health.definition import condition
from keepwell.health.definition.aggregation import NEEDS_COLUMN
from keepwell.health.definition.measure import Measure
from keepwell.health.explain.prose import numbers
from keepwell.health.explain.reading import Reading
from keepwell.health.scoring.rows import RejectedRows, WindowRows

ONE_DAY = timedelta(days=1)


def window(measure: Measure, found: WindowRows) -> str:
    """Say which rows were looked for: table, days and filter."""
    last = found.until - ONE_DAY
    days = f"from {found.since} to {last}" if found.since else f"up to {last}"
    if measure.window.is_now:
        days = f"in force on {last}"
    if measure.window.by_rhythm:
        days += f", each by its feature's rhythm or {measure.window.days} days"
    where = f", where {condition.write(measure.where)}" if measure.where else ""
    each = f", the latest per {measure.each}" if measure.each else ""
    return f"{measure.table} {days}{where}{each}"


def reconciled(measure: Measure, windows: Sequence[WindowRows], reading: Reading) -> Iterator[str]:
    """Say, a line each, how the rows become the value: what they add up to, and what comes after that."""
    yield f"{added(measure, windows[0])}."
    if len(windows) > 1:
        yield f"The window before: {added(measure, windows[1])}. The value is the change from that number to this one."
    if measure.per:
        divisor = windows[0].divisor
        of = "an unknown number" if divisor is None else number(divisor / measure.per.times)
        yield f"That number is divided by {of} {measure.per.plural}, from {measure.per.table}; those rows are not listed."
    if reading.baseline is not None:
        yield "It is compared with the account's own mean over the windows before, whose rows are not listed."
    if reading.carried_days:
        yield f"Carried over: the rows are those of {reading.carried_days} days before the score."


def added(measure: Measure, found: WindowRows) -> str:
    """Say what the rows of one window add up to."""
    rows = things(found.count, "row")
    what, result = str(measure.column), number(found.number)
    empty = found.count - found.filled
    if measure.take in NEEDS_COLUMN and empty:
        rows += f" ({empty:,} without a value)"
    if not found.count and measure.take != "days since":
        return "no rows"
    match measure.take:
        case "count" | "share" if measure.part:
            share = (
                f": {numbers.percent(found.number)}"
                if measure.take == "share" and found.number is not None
                else ""
            )
            return f"{found.in_part or 0:,} of {rows} where {condition.write(measure.part)}{share}"
        case "sum":
            return f"{rows}, sum of {what} {result}"
        case "mean":
            total, count = found.sums or (0.0, 0.0)
            return f"{rows}, sum of {what} {number(total)} / {number(count)} = {result}"
        case "ratio":
            part, whole = found.sums or (0.0, 0.0)
            return f"{rows}, sum of {what} {number(part)} / sum of {measure.whole} {number(whole)} = {result}"
        case "distinct":
            return f"{rows} with {result} different values of {what}; each counts once, so the rows do not add up"
        case "active days":
            return f"{rows} on {result} different days; each day counts once, so the rows do not add up"
        case "days since":
            if not found.count:
                return f"no rows, so it has not happened by {found.until - ONE_DAY}"
            return f"{rows}; the newest is of {found.newest_on}, {result} days before {found.until - ONE_DAY}"
        case "latest":
            return f"{what} of the newest of {rows}: {found.label or result}, of {found.newest_on}"
        case "min" | "max":
            which = "lowest" if measure.take == "min" else "highest"
            return f"{rows}, {which} {what} {result}"
        case "median":
            return f"{rows}, median of {what} {result}: the middle one, so the rows do not add up"
        case "spread":
            return f"{rows}, highest less lowest {what} = {result}"
        case _:
            return rows


def rejected_rows(found: RejectedRows) -> str:
    """Say what is known of rejected rows: when, why, and in which import."""
    days = str(found.last_on) if found.first_on == found.last_on else f"up to {found.last_on}"
    if found.first_on and found.first_on != found.last_on:
        days = f"from {found.first_on} to {found.last_on}"
    whose = "" if found.account_id else ", account not readable"
    why = (found.reason or "rejected").replace("_", " ")
    return (
        f"{things(found.count, 'row')} of {found.feed}, {days}{whose}: {why} (import {found.batch})"
    )


def counted_row(verdict: str) -> str:
    """Say whether a row counted on a date, and if not, why.

    >>> counted_row("counted"), counted_row("too old")
    ('yes', 'no, too old')
    """
    words = {"counted": "yes", "counted against": "yes, against it", "not counted": "no", "not listed": "not among the rows listed"}  # fmt: skip
    return words.get(verdict, f"no, {verdict}")


def cell(value: object) -> str:
    """Write one cell of a fact; nothing where it is empty.

    >>> cell(None), cell(True), cell(Decimal("1200.50")), cell(datetime(2026, 3, 1, 9, 30))
    ('', 'yes', '1,200.5', '2026-03-01 09:30')
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value.normalize():,f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return str(value)


def number(value: float | None) -> str:
    """Write a number to its last digit, with thousands.

    >>> number(112.5), number(1234.0), number(None)
    ('112.5', '1,234', 'unknown')
    """
    if value is None:
        return "unknown"
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def things(count: int, one: str) -> str:
    """Write how many there are.

    >>> things(1, "row"), things(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {one}{'' if count == 1 else 's'}"
