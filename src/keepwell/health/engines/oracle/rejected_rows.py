"""This file says how many of the rows that a measure reads were rejected, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table
from keepwell.health.engines.oracle import feeds
from keepwell.health.engines.oracle.operands import Row
from keepwell.health.engines.oracle.rows import in_force
from keepwell.health.engines.oracle.values import Rejected, Value

if TYPE_CHECKING:
    from keepwell.health.engines.oracle.engine import Oracle

MOST_REJECTED = 0.5
# The tables with rows of accounts that a measure can be divided by.
DIVISORS = {"seat": "contracts", "units": "contracts", "fee": "contracts", "active user": "usage"}


def still_open(
    rejected: Mapping[str, Sequence[Row]], through_batch: int | None
) -> dict[str, list[Row]]:
    """Keep the rejected rows of each table that nothing has healed by a load: what a later load says
    of the same row holds."""
    found = {}
    for table, rows in rejected.items():
        latest: dict[str, Row] = {}
        for row in sorted(rows, key=lambda row: row["batch"]):
            if through_batch is None or row["batch"] <= through_batch:
                latest[row["key"]] = row
        found[table] = [row for row in latest.values() if not row["is_healed"]]
    return found


def applied(oracle: Oracle, value: Value, measure: Measure, account_id: str, as_of: date) -> Value:
    """Say of a value, read as if no row had been rejected, how many were; from one half of its rows on
    there is none."""
    counting = oracle.accounts.counting(measure.scope, account_id)
    table = oracle.tables[measure.table]
    coverage = oracle.coverage(table, counting, as_of)
    if coverage is None or oracle.gap(measure, coverage, account_id, as_of):
        return value
    rejected = _among(oracle, table, measure.window.days, measure.window.is_now, counting, as_of)
    if measure.per and measure.per.kind in DIVISORS:
        by = oracle.tables[DIVISORS[measure.per.kind]]
        is_now = by.name == "contracts"
        days = None if is_now else measure.window.days
        rejected = larger(rejected, _among(oracle, by, days, is_now, counting, as_of))
    if rejected and rejected.share >= MOST_REJECTED:
        return Value(
            missing="rows_rejected", target=value.target, is_stale=coverage.is_stale, rejected=rejected
        )  # fmt: skip
    if value.missing:
        return value
    return replace(value, rejected=rejected)


def larger(one: Rejected | None, other: Rejected | None) -> Rejected | None:
    """Take the larger share; the first where they are the same."""
    if one is None or other is None:
        return one or other
    return other if other.share > one.share else one


def _among(
    oracle: Oracle, table: Table, days: int | None, is_now: bool, counting: set[str], as_of: date
) -> Rejected | None:
    """Count the rejected rows of one table: the account's own, or those of its feeds of which nobody
    knows whose they are; whichever are the larger share."""
    until = {
        feed.name: day
        for feed in oracle.feeds
        if table.name in feed.tables and (day := feeds.read_until(feed, table, as_of))
    }
    rejected = [
        row
        for row in oracle.rejected.get(table.name, ())
        if row["feed"] in until and _may_count(row, days, is_now, until[row["feed"]])
    ]
    accepted = [
        row
        for row, on in (
            in_force(table, oracle.dated(table, as_of)) if is_now else oracle.dated(table, as_of)
        )
        if days is None or row["on"] >= on - timedelta(days=days)
    ]
    own = _share(
        [row for row in rejected if row["account_id"] in counting],
        [row for row in accepted if row["account_id"] in counting],
    )
    rows = [row for row in oracle.rows[table.name] if row["account_id"] in counting]
    covering = [
        feed.name for feed in oracle.feeds if feeds.coverage([feed], table, rows, as_of) is not None
    ]
    of_feeds = _share(
        [row for row in rejected if row["account_id"] is None and row["feed"] in covering],
        [row for row in accepted if row["feed"] in covering],
    )
    return larger(own, of_feeds)


def _may_count(row: Row, days: int | None, is_now: bool, until: date) -> bool:
    """Say whether a rejected row may be of the window, or in force; its day is one of several."""
    if row["first_on"] is not None and row["first_on"] >= until:
        return False
    if is_now:
        return row["ends_on"] is None or row["ends_on"] >= until
    return days is None or row["last_on"] >= until - timedelta(days=days)


def _share(rejected: Sequence[Row], accepted: Sequence[Row]) -> Rejected | None:
    if not rejected:
        return None
    batches = sorted({row["batch"] for row in rejected})
    return Rejected(len(rejected), len(rejected) + len(accepted), tuple(batches))
