"""This file holds which rows a date reads: those before it that their feed has reached, within windows, or holding on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import covers
from keepwell.health.compile.aggregates import Test
from keepwell.health.compile.conditions import Day, day, days_before
from keepwell.health.compile.covers import Reach
from keepwell.health.definition.window import RHYTHM, RHYTHM_DAYS, Window


@dataclass(frozen=True)
class Reading:
    """Rows as one date reads them, or as many do, each row then once for every date that reads it.

    `known` is the date up to which all are read, else a column `reads__` says it of each row; `by` are the columns that
    tell accounts, and dates, apart.
    """

    rows: ir.Table
    known: date | None = None
    by: tuple[str, ...] = ("account_id",)

    @property
    def reads(self) -> Day:
        """The date up to which a row is read."""
        return self.known or self.rows.reads__

    def within(self, days: int | None) -> Test:
        """Test whether a row is of the last so many days; none where every row is."""
        if not days:
            return None
        begin = first_column(days)
        return self.rows.on >= (
            self.rows[begin] if begin in self.rows.columns else days_before(self.reads, days)
        )

    def inside(self, window: Window) -> Test:
        """Test whether a row is inside a window; by its rhythm, where the window goes by that."""
        if not window.by_rhythm:
            return self.within(window.days)
        rhythm = self.rows[RHYTHM].fill_null("")
        tests = [(rhythm == name) & self.within(days) for name, days in RHYTHM_DAYS.items()]
        return reduce(or_, tests, rhythm.notin(list(RHYTHM_DAYS)) & self.within(window.days))

    def keep(self, rows: ir.BooleanValue) -> Reading:
        """Keep some of the rows."""
        return replace(self, rows=self.rows.filter(rows))

    def newest(self, entity: str) -> Reading:
        """Keep the latest row of each entity."""
        rank = ibis.row_number().over(group_by=(entity, *self.by[1:]), order_by=ibis.desc("on"))
        ranked = self.rows.mutate(rank__=rank)
        return replace(self, rows=ranked.filter(ranked.rank__ == 0).drop("rank__"))


# Reads a table's rows, none older than so many days where that is given.
Read: TypeAlias = Callable[[ir.Table, "int | None"], Reading]


def first_column(days: int) -> str:
    """Name the column of a table of dates that says where windows of so many days begin."""
    return f"first__{days}"


def on_dates(rows: ir.Table, dates: ir.Table, longest_days: int | None) -> Reading:
    """Read what each of many dates reads; a table of dates has `nth__`, `reads__` and where windows begin, and
    `feed__` where feeds are read up to different dates."""
    tests = [rows.on < dates.reads__]
    if longest_days:
        tests.append(rows.on >= dates[first_column(longest_days)])
    if "feed__" in dates.columns:
        tests.append(rows.feed == dates.feed__)
    return Reading(rows.join(dates, tests), None, ("account_id", "nth__"))


def before(rows: ir.Table, as_of: date) -> Reading:
    """Read all rows before a date, whatever feed brought them: what accounts say of themselves."""
    return Reading(rows.filter(rows.on < day(as_of)), as_of)


def on_date(rows: ir.Table, reached: Sequence[Reach], longest_days: int | None) -> Reading:
    """Read what feeds have reached by one date, no day before the longest window."""
    readable = covers.readable(rows, reached)
    first = covers.first_needed(reached, longest_days)
    readable = readable.filter(readable.on >= day(first)) if first else readable
    reads = covers.reads_on(readable, reached)
    return (
        Reading(readable, reads)
        if isinstance(reads, date)
        else Reading(readable.mutate(reads__=reads))
    )
