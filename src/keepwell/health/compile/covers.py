"""This file says for every account since when a table is covered, whether its feed is behind, and how old its newest day is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from keepwell.health.compile.conditions import Day, day
from keepwell.health.spec.feed import Feed
from keepwell.health.spec.table import Table


@dataclass(frozen=True)
class Reach:
    """One feed that has begun: the date up to which it is read, and what it covers from when (none: from the first row)."""

    name: str
    reads_on: date
    age_days: int
    starts_on: date | None
    is_behind: bool


def reaches(table: Table, feeds: Sequence[Feed], as_of: date) -> tuple[Reach, ...]:
    """List the feeds of a table that have delivered anything before the date."""
    found = []
    for feed in feeds:
        reads_on = feed.reads_on(as_of, table.time) if table.name in feed.tables else None
        watermark = feed.watermark(as_of, table.time)
        if reads_on is None or watermark is None:
            continue
        starts_on = feed.starts_on(table.time) if feed.covers == "all" else None
        age_days = (as_of - watermark).days - 1
        found.append(Reach(feed.name, reads_on, age_days, starts_on, reads_on < as_of))
    return tuple(found)


def reads_on(rows: ir.Table, reached: Sequence[Reach]) -> Day:
    """The date up to which each row's feed is read; one known date where all feeds agree."""
    dates = {reach.reads_on for reach in reached}
    if len(dates) == 1:
        return dates.pop()
    return ibis.cases(*((rows.feed == reach.name, day(reach.reads_on)) for reach in reached))


def readable(rows: ir.Table, reached: Sequence[Reach]) -> ir.Table:
    """Keep the rows that their feed's reading reaches.

    Where all feeds are read up to the same date the feed itself need not be looked at: one that has not
    begun by then has no rows before it. Comparing 20 million names would cost a third of a run.
    """
    dates = {reach.reads_on for reach in reached}
    if len(dates) == 1:
        return rows.filter(rows.on < day(dates.pop()))
    return rows.filter(reduce(or_, ((rows.feed == r.name) & (rows.on < day(r.reads_on)) for r in reached)))


def cover(population: ir.Table, rows: ir.Table, reached: Sequence[Reach]) -> ir.Table:
    """Give for each account `start` (date, null when not covered), `reads_on`, `is_stale` and `age`.

    `rows` are the table's readable rows. Feeds that do not say from when they cover all accounts cover each
    from its first row.
    """
    if not reached:
        return population.select(
            "account_id",
            start=ibis.null("date"),
            reads_on=ibis.null("date"),
            is_stale=ibis.literal(False),
            age=ibis.null("int64"),
        )
    named = [reach for reach in reached if reach.starts_on is None]
    joined = population.select("account_id")
    if named:
        firsts = {f"first_{at}": rows.on.min(where=rows.feed == reach.name) for at, reach in enumerate(named)}
        found = rows.group_by("account_id").agg(**firsts)
        joined = joined.left_join(found, "account_id").drop("account_id_right")
    starts = {reach: _start(joined, reach, named) for reach in reached}
    return joined.select(
        "account_id",
        start=_least([start for start in starts.values()]),
        reads_on=_greatest([_where(starts[reach], day(reach.reads_on), "date") for reach in reached]),
        is_stale=reduce(or_, (starts[reach].notnull() & reach.is_behind for reach in reached)),
        age=_least([_where(starts[reach], ibis.literal(reach.age_days), "int64") for reach in reached]),
    )


def _start(joined: ir.Table, reach: Reach, named: Sequence[Reach]) -> ir.DateValue:
    return day(reach.starts_on) if reach.starts_on else joined[f"first_{named.index(reach)}"]


def _where(start: ir.DateValue, then: ir.Value, kind: str) -> ir.Value:
    return ibis.ifelse(start.notnull(), then, ibis.null(kind))


def _least(values: Sequence[ir.Value]) -> ir.Value:
    return ibis.least(*values) if len(values) > 1 else values[0]


def _greatest(values: Sequence[ir.Value]) -> ir.Value:
    return ibis.greatest(*values) if len(values) > 1 else values[0]


def first_needed(reached: Sequence[Reach], longest_days: int | None) -> date | None:
    """The earliest day that any window of so many days reads; none where a window has no beginning."""
    if longest_days is None or not reached:
        return None
    return min(reach.reads_on for reach in reached) - timedelta(days=longest_days)
