"""This file selects the rows that a date reads: those before it that their feed has delivered,
within windows, or in force on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import feed_coverage
from keepwell.health.compile.feed_coverage import FeedState
from keepwell.health.compile.operands import Day, day, days_before
from keepwell.health.definition.window import RHYTHM, RHYTHM_DAYS, Window

# A test of rows, or none where every row passes.
Test: TypeAlias = "ir.BooleanValue | None"


@dataclass(frozen=True)
class AsOfRows:
    """The rows that one date reads, or that many do, each row then once for every date that reads
    it.

    `single_date` is the date up to which all are read; where rows differ it is none, and a column
    `reads_on__` says it of each. `by` are the columns that tell accounts, and dates, apart. `as_of`
    is the date of the score where it is one; else windows that end there begin at columns of
    `rows`.
    """

    rows: ir.Table
    single_date: date | None = None
    by: tuple[str, ...] = ("account_id",)
    as_of: date | None = None

    @property
    def reads_on(self) -> Day:
        """The date up to which a row is read: what `as_of` means to it."""
        return self.single_date or self.rows.reads_on__

    def in_last(self, days: int | None) -> Test:
        """Test whether a row is of the last so many days; none where every row passes."""
        if not days:
            return None
        begin = first_column(days)
        return self.rows.on >= (
            self.rows[begin] if begin in self.rows.columns else days_before(self.reads_on, days)
        )

    def unexpired(self, days: int | None) -> Test:
        """Test whether a row is of the last so many days before the score, however late its feed
        is."""
        if not days:
            return None
        if self.as_of:
            return self.rows.on >= days_before(self.as_of, days)
        return self.rows.on >= self.rows[expiry_column(days)]

    def in_window(self, window: Window, expires: bool = False) -> Test:
        """Test whether a row is inside a window, which may depend on the rhythm of the row's
        feature; what `expires` counts by the day of the score."""
        if expires:
            return self.unexpired(window.days)
        if not window.by_rhythm:
            return self.in_last(window.days)
        rhythm = self.rows[RHYTHM].fill_null("")
        tests = [(rhythm == name) & self.in_last(days) for name, days in RHYTHM_DAYS.items()]
        return reduce(or_, tests, rhythm.notin(list(RHYTHM_DAYS)) & self.in_last(window.days))

    def filter(self, rows: ir.BooleanValue) -> AsOfRows:
        return replace(self, rows=self.rows.filter(rows))

    def latest(self, entity: str) -> AsOfRows:
        """Keep the latest row of each entity."""
        # Per date as well, where there are many: `by` holds `nth__` then.
        rank = ibis.row_number().over(group_by=(entity, *self.by[1:]), order_by=ibis.desc("on"))
        ranked = self.rows.mutate(rank__=rank)
        return replace(self, rows=ranked.filter(ranked.rank__ == 0).drop("rank__"))


# Selects the rows of a table that its dates read, none older than so many days where that is given.
Select: TypeAlias = Callable[[ir.Table, "int | None"], AsOfRows]


def first_column(days: int) -> str:
    """Name the column of a table of dates that says where windows of so many days begin."""
    return f"first__{days}"


def expiry_column(days: int) -> str:
    """Name the column of a table of dates that says when what expires after so many days must be
    from."""
    return f"unexpired__{days}"


def on_dates(rows: ir.Table, dates: ir.Table, longest_days: int | None) -> AsOfRows:
    """Select what each of many dates reads.

    The table of dates has `nth__`, `reads_on__`, a column for where windows begin (`first_column`),
    and `feed__` where feeds are read up to different dates.
    """
    tests = [rows.on < dates.reads_on__]
    if longest_days:
        tests.append(rows.on >= dates[first_column(longest_days)])
    if "feed__" in dates.columns:
        tests.append(rows.feed == dates.feed__)
    return AsOfRows(rows.join(dates, tests), None, ("account_id", "nth__"))


def before(rows: ir.Table, as_of: date) -> AsOfRows:
    """Select all rows before a date, whatever feed brought them: attributes of accounts need no
    coverage."""
    return AsOfRows(rows.filter(rows.on < day(as_of)), as_of, as_of=as_of)


def on_date(
    rows: ir.Table, states: Sequence[FeedState], longest_days: int | None, as_of: date
) -> AsOfRows:
    """Select what feeds have delivered by one date, no day before the longest window."""
    readable = feed_coverage.readable(rows, states)
    first = feed_coverage.first_needed(states, longest_days)
    readable = readable.filter(readable.on >= day(first)) if first else readable
    reads_on = feed_coverage.reads_on(readable, states)
    if isinstance(reads_on, date):
        return AsOfRows(readable, reads_on, as_of=as_of)
    return AsOfRows(readable.mutate(reads_on__=reads_on), as_of=as_of)
