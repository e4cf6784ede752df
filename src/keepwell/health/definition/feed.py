"""This file holds what a feed is: which tables it fills, for whom, since when, how often, and how
far it has delivered."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from keepwell.health.definition.table import Table

LEAST_STALE_DAYS = 14


@dataclass(frozen=True)
class Feed:
    """One source that fills tables, and the days on which it delivered.

    `event_days` are the distinct days of its events; `deliveries` the days on which
    anything new was loaded. `through` is the mapping's word that the delivery is complete up to and
    including that day. While a feed is late its latest known values count for `stale_for` days
    after the day on which it was due; then it has stopped, and nothing is known from it.
    """

    name: str
    tables: tuple[str, ...]
    covers: Literal["all", "named"] = "all"
    since: date | None = None
    expected_every_days: int = 7
    event_days: tuple[date, ...] = ()
    deliveries: tuple[date, ...] = ()
    through: date | None = None
    stale_for_days: int | None = None

    @property
    def stale_for(self) -> int:
        """The days for which a late feed's latest values still count: as declared, else twice the
        interval, and at least two weeks.

        >>> Feed("crm", ("contracts",), expected_every_days=1).stale_for
        14
        >>> Feed("nps", ("surveys",), expected_every_days=90).stale_for
        180
        """
        if self.stale_for_days is not None:
            return self.stale_for_days
        return max(2 * self.expected_every_days, LEAST_STALE_DAYS)

    def starts_on(self, table: Table) -> date | None:
        """The day from which it covers: as declared, else for events the first of their days."""
        is_dated = bool(self.event_days) and table.time == "event"
        return self.since or (self.event_days[0] if is_dated else None)

    def watermark(self, as_of: date, table: Table) -> date | None:
        """Find the latest day before `as_of` that the feed has delivered for a table: of one that
        has rows every day the newest, of others the newest delivery.

        A delivery vouches for every day before it, whenever it came: a quiet month is no gap. Not
        for events of which the feed has never brought one: perhaps it cannot.
        """
        yesterday = as_of - timedelta(days=1)
        reached = []
        if self.through:
            reached.append(min(self.through, yesterday))
        if table.is_continuous:
            before = bisect_left(self.event_days, as_of)
            reached += [self.event_days[before - 1]] if before else []
        elif self.deliveries and (self.event_days or table.time != "event"):
            reached.append(min(self.deliveries[-1], yesterday))
        return max(reached, default=None)

    def reads_on(self, as_of: date, table: Table) -> date | None:
        """Find the date whose windows the feed can fill: `as_of` if it is on time, the day after
        its watermark if it is late, none before its first delivery."""
        watermark = self.watermark(as_of, table)
        if watermark is None:
            return None
        is_late = days_behind(as_of, watermark) > self.expected_every_days
        return watermark + timedelta(days=1) if is_late else as_of

    def has_stopped(self, as_of: date, table: Table) -> bool:
        """Say whether the feed is so late that its latest values are too old to count."""
        watermark = self.watermark(as_of, table)
        if watermark is None:
            return False
        return days_behind(as_of, watermark) > self.expected_every_days + self.stale_for


def days_behind(as_of: date, watermark: date) -> int:
    """Count the days between a watermark and the day before a date.

    >>> days_behind(date(2026, 3, 10), date(2026, 3, 9))
    0
    """
    return (as_of - watermark).days - 1
