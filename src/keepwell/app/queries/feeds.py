"""This file answers how the feeds do: what each fills, how far it has come, and whether it is late on a day."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from keepwell.app.installation import Installation
from keepwell.app.models import checksums, integrity
from keepwell.app.models.feed_tables import FeedTable as Stored
from keepwell.app.queries import snapshots
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.errors import IntegrityError
from keepwell.facts.schema import TABLES
from keepwell.health.definition.feed import Feed

MOST_KEPT = 2000  # runs and days of which a process remembers how many feeds were late


@dataclass(frozen=True)
class FeedTable:
    """What one feed has brought into one table."""

    table: str
    rows: int
    first_on: date
    latest_on: date


@dataclass(frozen=True)
class FeedStatus:
    """One feed on a day. It is late where its facts end more than `expected_every_days` before the day; `behind_days` says by how much.

    It has stopped where it is so late that its latest values no longer count in some table.
    """

    name: str
    covers: str
    since: date | None
    expected_every_days: int
    through: date | None
    tables: tuple[FeedTable, ...]
    empty_tables: tuple[str, ...]
    arrived_on: date | None
    reached_on: date | None
    behind_days: int | None
    is_late: bool
    has_stopped: bool
    event_days: tuple[date, ...]  # up to the day, rising; none where its rows have no day


def status(viewer: Viewer, installation: Installation, day: date) -> tuple[FeedStatus, ...]:
    """Every feed on a day, by name, without opening a file; raises `IntegrityError`."""
    with snapshots.take(viewer, installation) as snapshot:
        feeds = snapshot.feeds
    tables: dict[str, list[FeedTable]] = {}
    for row in integrity.stored(Stored.objects.all()):
        if checksums.of_feed_table(row) != row.checksum:
            raise IntegrityError(
                f"The app database's counts of feed {row.feed} in table {row.table} are not what was counted.",
                way_out=integrity.REBUILD,
                code="I149",
            )
        tables.setdefault(row.feed, []).append(
            FeedTable(row.table, row.rows, row.first_on, row.latest_on)
        )
    in_order = list(TABLES)
    return tuple(
        _status(
            feed,
            tuple(sorted(tables.get(feed.name, ()), key=lambda each: in_order.index(each.table))),
            day,
        )
        for feed in feeds
    )


def _status(feed: Feed, tables: tuple[FeedTable, ...], day: date) -> FeedStatus:
    tomorrow, filled_tables = day + timedelta(days=1), [TABLES[name] for name in feed.tables]
    reached = [feed.watermark(tomorrow, table) for table in filled_tables]
    known = [on for on in reached if on is not None]
    reached_on = min(known) if known and len(known) == len(reached) else None
    behind = (day - reached_on).days if reached_on else None
    filled = {table.table for table in tables}
    return FeedStatus(
        name=feed.name,
        covers=feed.covers,
        since=feed.since or (feed.event_days[0] if feed.event_days else None),
        expected_every_days=feed.expected_every_days,
        through=feed.through,
        tables=tables,
        empty_tables=tuple(name for name in feed.tables if name not in filled),
        arrived_on=max((on for on in feed.deliveries if on <= day), default=None),
        reached_on=reached_on,
        behind_days=behind,
        is_late=behind is None or behind > feed.expected_every_days,
        has_stopped=any(feed.has_stopped(tomorrow, table) for table in filled_tables),
        event_days=feed.event_days[: bisect_right(feed.event_days, day)],
    )


@dataclass(frozen=True)
class LateFeed:
    """A feed that is behind on the date of a run: how far it had come, and whether its values no longer count."""

    name: str
    reached_on: date
    has_stopped: bool


def late(
    viewer: Viewer, installation: Installation, run: ScoredRun
) -> tuple[int, tuple[LateFeed, ...]]:
    """Count the feeds that a run read, and list those that were late on its date, the oldest first."""
    with snapshots.take(SYSTEM, installation, run.through_batch) as snapshot:
        feeds = snapshot.feeds
    found = []
    for feed in feeds:
        tables = [TABLES[name] for name in feed.tables]
        reached = [
            watermark
            for table in tables
            if (watermark := feed.watermark(run.as_of, table))
            and feed.reads_on(run.as_of, table) != run.as_of
        ]
        if reached:
            stopped = any(feed.has_stopped(run.as_of, table) for table in tables)
            found.append(LateFeed(feed.name, min(reached), stopped))
    return len(feeds), tuple(sorted(found, key=lambda each: (each.reached_on, each.name)))


def how_many_late(viewer: Viewer, installation: Installation, run: ScoredRun, day: date) -> int:
    """Count the feeds that are late or have stopped on a day.

    What was counted once for a run and a day stays so: what is imported later counts with the next run.
    """
    key = installation.folder, run.run_id, day
    if key not in _late:
        if len(_late) >= MOST_KEPT:
            _late.clear()
        _late[key] = sum(feed.is_late or feed.has_stopped for feed in status(viewer, installation, day))  # fmt: skip
    return _late[key]


_late: dict[tuple[Path, str, date], int] = {}
