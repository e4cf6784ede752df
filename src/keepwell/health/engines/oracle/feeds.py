"""This file finds how far a feed has delivered by a date, and for how long one account has been
covered by a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Table
from keepwell.health.engines.oracle.operands import Row

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Coverage:
    """The days of one table that are covered for one account: from `start` up to, and without,
    `until`."""

    start: date
    until: date
    is_stale: bool
    age_days: int
    has_stopped: bool

    @property
    def has_no_days(self) -> bool:
        return self.start >= self.until


def newest_day(feed: Feed, table: Table, as_of: date) -> date | None:
    """Find the newest day before a date that a feed has delivered for a table; none before its
    first delivery.

    Rows of every day are dated themselves. In other tables a month without any is no gap: the
    newest delivery, whenever it came, vouches for every day before it.
    """
    days = [feed.through] if feed.through else []
    if table.is_continuous:
        days += [day for day in feed.event_days if day < as_of]
    elif feed.event_days or table.time != "event":  # else nobody knows whether it can bring any
        days += feed.deliveries
    return max((min(day, as_of - ONE_DAY) for day in days), default=None)


def read_until(feed: Feed, table: Table, as_of: date) -> date | None:
    """Find the date up to which a feed is read: the score's own, or the end of the newest day while
    it is behind."""
    newest = newest_day(feed, table, as_of)
    if newest is None:
        return None
    days_without = (as_of - newest).days - 1
    return as_of if days_without <= feed.expected_every_days else newest + ONE_DAY


def has_stopped(feed: Feed, table: Table, as_of: date) -> bool:
    """Say whether a late feed has not delivered for longer than its newest values count."""
    newest = newest_day(feed, table, as_of)
    if newest is None:
        return False
    counts = feed.stale_for_days
    if counts is None:
        counts = max(14, feed.expected_every_days * 2)
    last_good_day = newest + timedelta(days=feed.expected_every_days + counts)
    return as_of - ONE_DAY > last_good_day


def coverage(
    feeds: Sequence[Feed], table: Table, rows: Sequence[Row], as_of: date
) -> Coverage | None:
    """Combine the feeds that cover an account; `rows` are those of the table that count for it.
    None where no feed does."""
    found: list[Coverage] = []
    for feed in feeds:
        if table.name not in feed.tables:
            continue
        until, newest = read_until(feed, table, as_of), newest_day(feed, table, as_of)
        if until is None or newest is None:
            continue
        start = None
        if feed.covers == "all":
            start = feed.since
            if start is None and table.time == "event":
                start = min(feed.event_days, default=None)
        if start is None:  # it covers an account from the first row that it delivered about it
            own = [row["on"] for row in rows if row["feed"] == feed.name and row["on"] < until]
            start = min(own, default=None)
        if start is not None:
            age_days = (as_of - newest).days - 1
            stopped = has_stopped(feed, table, as_of)
            found.append(Coverage(start, until, until < as_of, age_days, stopped))
    if not found:
        return None
    return Coverage(
        start=min(each.start for each in found),
        until=max(each.until for each in found),
        is_stale=any(each.is_stale for each in found),
        age_days=min(each.age_days for each in found),
        has_stopped=any(each.has_stopped for each in found),
    )
