"""This file says for every account since when a table is covered, up to which date it is read, and whether its feed is behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir
import numpy as np

from keepwell.health.compile.conditions import Day, day
from keepwell.health.compile.frame import Dates, Flags, Frame, Numbers
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.measure import Scope
from keepwell.health.definition.table import Table


@dataclass(frozen=True)
class Reach:
    """One feed that has begun: the date up to which it is read, and from when it covers (none: from the first row).

    `is_among_others` where the table has rows before the date from a feed that has not begun by then: states and terms
    may be older than their first arrival.
    """

    name: str
    reads_on: date
    age_days: int
    starts_on: date | None
    is_behind: bool
    is_among_others: bool = False


@dataclass(frozen=True)
class Cover:
    """For every account: the start of cover and the date up to which it is read (NaT when not covered), whether some
    feed that covers it is behind, and the age of its newest day."""

    start: Dates
    reads_on: Dates
    is_stale: Flags
    age_days: Numbers

    @property
    def is_covered(self) -> Flags:
        return ~np.isnat(self.start) & (self.start < self.reads_on)


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
    others = table.time != "event" and len(found) < sum(table.name in feed.tables for feed in feeds)
    return tuple(replace(reach, is_among_others=others) for reach in found)


def reads_on(rows: ir.Table, reached: Sequence[Reach]) -> Day:
    """The date up to which each row's feed is read; one known date where all feeds agree."""
    dates = {reach.reads_on for reach in reached}
    if len(dates) == 1:
        return dates.pop()
    return ibis.cases(*((rows.feed == reach.name, day(reach.reads_on)) for reach in reached))


def readable(rows: ir.Table, reached: Sequence[Reach]) -> ir.Table:
    """Keep the rows that their feed's reading reaches.

    Where all feeds are read up to the same date the feed itself need not be looked at: one that has not
    begun by then has no events before it. Comparing 20 million names would cost a third of a run.
    """
    dates = {reach.reads_on for reach in reached}
    if len(dates) == 1 and not any(reach.is_among_others for reach in reached):
        return rows.filter(rows.on < day(dates.pop()))
    return rows.filter(
        reduce(or_, ((rows.feed == r.name) & (rows.on < day(r.reads_on)) for r in reached))
    )


def firsts(table: str, scope: Scope, rows: ir.Table, reached: Sequence[Reach]) -> ir.Table | None:
    """Ask for each account's first day in the feeds that do not say from when they cover; none where all say it.

    Of a table of the company as a whole the first day is that of all.
    """
    named = {
        _first(table, scope, reach): rows.on.min(where=rows.feed == reach.name)
        for reach in reached
        if not reach.starts_on
    }
    by = [name for name in ("account_id",) if name in rows.columns]
    return rows.agg(by=by, **named) if named else None


def cover(table: str, scope: Scope, frame: Frame, reached: Sequence[Reach]) -> Cover:
    """Decide for every account what covers it: the earliest start, the latest reading, the freshest day of its feeds."""
    start, reads = frame.all_on(None), frame.all_on(None)
    is_stale, age_days = np.zeros(len(frame), bool), np.full(len(frame), np.nan)
    for reach in reached:
        own = (
            frame.all_on(reach.starts_on)
            if reach.starts_on
            else _first_read(_first(table, scope, reach), frame, reach)
        )
        covers = ~np.isnat(own)
        start = np.fmin(start, own)
        reads = np.fmax(reads, np.where(covers, frame.all_on(reach.reads_on), frame.all_on(None)))
        age_days = np.fmin(age_days, np.where(covers, float(reach.age_days), np.nan))
        is_stale |= covers & reach.is_behind
    return Cover(start, reads, is_stale, age_days)


def _first_read(column: str, frame: Frame, reach: Reach) -> Dates:
    """Each account's first day in a feed, if the date reads as far."""
    first = frame.dates(column)
    return np.where(first < np.datetime64(reach.reads_on, "D"), first, frame.all_on(None))


def _first(table: str, scope: Scope, reach: Reach) -> str:
    return f"{table}__{scope}__first__{reach.name}"


def first_needed(reached: Sequence[Reach], longest_days: int | None) -> date | None:
    """The earliest day that any window of so many days reads; none where a window has no beginning."""
    if longest_days is None or not reached:
        return None
    return min(reach.reads_on for reach in reached) - timedelta(days=longest_days)
