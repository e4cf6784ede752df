"""This file holds what a feed is: which tables it fills, for whom, since when, how often, and how
far it has delivered."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from keepwell.health.definition.table import Time


@dataclass(frozen=True)
class Feed:
    """One source that fills tables, and the days on which it delivered.

    `event_days` are the distinct days of its events; `deliveries` the days on which anything was
    loaded: the evidence for states and terms, which have no daily trace. `through` is the mapping's
    word that the delivery is complete up to and including that day.
    """

    name: str
    tables: tuple[str, ...]
    covers: Literal["all", "named"] = "all"
    since: date | None = None
    expected_every_days: int = 7
    event_days: tuple[date, ...] = ()
    deliveries: tuple[date, ...] = ()
    through: date | None = None

    def starts_on(self, time: Time) -> date | None:
        """The day from which it covers: as declared, else for events the first of their days."""
        return self.since or (self.event_days[0] if self.event_days and time == "event" else None)

    def watermark(self, as_of: date, time: Time) -> date | None:
        """Find the latest day before `as_of` that the feed has delivered for tables of this kind.

        >>> feed = Feed("product", ("usage",), event_days=(date(2026, 3, 1), date(2026, 3, 9)))
        >>> feed.watermark(date(2026, 3, 9), "event")
        datetime.date(2026, 3, 1)
        """
        yesterday = as_of - timedelta(days=1)
        reached = []
        if self.through:
            reached.append(min(self.through, yesterday))
        if time == "event":
            before = bisect_left(self.event_days, as_of)
            reached += [self.event_days[before - 1]] if before else []
        elif self.deliveries:
            reached.append(min(self.deliveries[-1], yesterday))
        return max(reached, default=None)

    def reads_on(self, as_of: date, time: Time) -> date | None:
        """Find the date whose windows the feed can fill: `as_of` if it is on time, the day after
        its watermark if it is late, none before its first delivery."""
        watermark = self.watermark(as_of, time)
        if watermark is None:
            return None
        behind = (as_of - timedelta(days=1) - watermark).days > self.expected_every_days
        return watermark + timedelta(days=1) if behind else as_of
