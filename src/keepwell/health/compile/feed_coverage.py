"""This file says for every account since when a table is covered, up to which date it is read, and
whether its feed is behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import or_

import ibis
import ibis.expr.types as ir
import numpy as np

from keepwell.health.compile.conditions import join
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.operands import Day, day
from keepwell.health.definition.feed import Feed, days_behind
from keepwell.health.definition.measure import Scope
from keepwell.health.definition.table import Table
from keepwell.health.scoring.arrays import Dates, Flags, Numbers


@dataclass(frozen=True)
class FeedState:
    """One feed that has delivered by a date: up to which date it is read, and from when it covers.

    `starts_on` is none where each account is covered from its first row. With `has_other_rows` the
    table also holds rows before the date of a feed that has not delivered by then: states and terms
    can be older than their first delivery.
    """

    name: str
    reads_on: date
    age_days: int
    starts_on: date | None
    is_behind: bool
    has_stopped: bool
    has_other_rows: bool = False


@dataclass(frozen=True)
class FeedCoverage:
    """The coverage of one table for every account.

    `start` and `reads_on` are the stretch of days that is covered (NaT for accounts that are not),
    `is_stale` says whether some feed of the account is behind, `has_stopped` whether one is so late
    that its values no longer count, `age_days` how old its newest day is.
    """

    start: Dates
    reads_on: Dates
    is_stale: Flags
    has_stopped: Flags
    age_days: Numbers

    @property
    def is_covered(self) -> Flags:
        return ~np.isnat(self.start) & (self.start < self.reads_on)


def feed_states(table: Table, feeds: Sequence[Feed], as_of: date) -> tuple[FeedState, ...]:
    """List the feeds of a table that have delivered anything before the date."""
    own = [feed for feed in feeds if table.name in feed.tables]
    found = []
    for feed in own:
        reads_on, watermark = feed.reads_on(as_of, table), feed.watermark(as_of, table)
        if reads_on is None or watermark is None:
            continue
        found.append(
            FeedState(
                name=feed.name,
                reads_on=reads_on,
                age_days=days_behind(as_of, watermark),
                starts_on=feed.starts_on(table) if feed.covers == "all" else None,
                is_behind=reads_on < as_of,
                has_stopped=feed.has_stopped(as_of, table),
            )
        )
    # A row of a continuous table is never older than the first day of its feed, so only the others
    # need telling apart.
    has_others = not table.is_continuous and len(found) < len(own)
    return tuple(replace(state, has_other_rows=has_others) for state in found)


def reads_on(rows: ir.Table, states: Sequence[FeedState]) -> Day:
    """Give the date up to which each row's feed is read; one known date where all feeds agree."""
    dates = {state.reads_on for state in states}
    if len(dates) == 1:
        return dates.pop()
    return ibis.cases(*((rows.feed == state.name, day(state.reads_on)) for state in states))


def readable(rows: ir.Table, states: Sequence[FeedState]) -> ir.Table:
    """Keep the rows before the date up to which their feed is read."""
    dates = {state.reads_on for state in states}
    if len(dates) == 1 and not any(state.has_other_rows for state in states):
        # All feeds are read up to the same date, so the feed of a row need not be looked at: one
        # that has not delivered by then has no events before it. Comparing 20 million names would
        # cost a third of a run.
        return rows.filter(rows.on < day(dates.pop()))
    tests = [(rows.feed == state.name) & (rows.on < day(state.reads_on)) for state in states]
    return rows.filter(join(or_, tests))


def first_days(
    table: str, scope: Scope, rows: ir.Table, states: Sequence[FeedState]
) -> ir.Table | None:
    """Query each account's first day in the feeds that do not say from when they cover; none where
    all say it.

    In a table that belongs to the company as a whole the first day is that of all.
    """
    columns = {
        _first_day(table, scope, state): rows.on.min(where=rows.feed == state.name)
        for state in states
        if not state.starts_on
    }
    by = ["account_id"] if "account_id" in rows.columns else []
    return rows.agg(by=by, **columns) if columns else None


def coverage(table: str, scope: Scope, frame: Frame, states: Sequence[FeedState]) -> FeedCoverage:
    """Combine the feeds of every account: the earliest start, the latest reading, the
    freshest day."""
    start, reads = frame.constant_date(None), frame.constant_date(None)
    is_stale, has_stopped = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
    age_days = np.full(len(frame), np.nan)
    for state in states:
        own = covered_since(table, scope, frame, state)
        covers = ~np.isnat(own)
        start = np.fmin(start, own)
        its_reads = np.where(covers, frame.constant_date(state.reads_on), frame.constant_date(None))
        reads = np.fmax(reads, its_reads)
        age_days = np.fmin(age_days, np.where(covers, float(state.age_days), np.nan))
        is_stale |= covers & state.is_behind
        has_stopped |= covers & state.has_stopped
    return FeedCoverage(start, reads, is_stale, has_stopped, age_days)


def covered_since(table: str, scope: Scope, frame: Frame, state: FeedState) -> Dates:
    """Give the day from which one feed covers each account; NaT where it does not."""
    if state.starts_on:
        return frame.constant_date(state.starts_on)
    # A first row on or after the date up to which the feed is read is not known yet.
    first = frame.dates(_first_day(table, scope, state))
    is_read = first < np.datetime64(state.reads_on, "D")
    return np.where(is_read, first, frame.constant_date(None))


def _first_day(table: str, scope: Scope, state: FeedState) -> str:
    return f"{table}__{scope}__first__{state.name}"


def first_needed(states: Sequence[FeedState], longest_days: int | None) -> date | None:
    """Find the earliest day that any window of so many days reads; none where a window has no
    beginning."""
    if longest_days is None or not states:
        return None
    return min(state.reads_on for state in states) - timedelta(days=longest_days)
