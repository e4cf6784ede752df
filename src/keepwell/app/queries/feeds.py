"""This file answers how the feeds do: what each fills, how far it has come, and whether it is late on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.app.installation import Installation
from keepwell.app.queries import snapshots
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import Viewer
from keepwell.facts import changes
from keepwell.facts.schema import TABLES
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Time


@dataclass(frozen=True)
class FeedTable:
    """What one feed has brought into one table."""

    table: str
    rows: int
    first_on: date
    latest_on: date


@dataclass(frozen=True)
class FeedStatus:
    """One feed on a day. It is late where its facts end more than `expected_every_days` before the day; `behind_days` says by how much."""

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


def status(viewer: Viewer, installation: Installation, day: date) -> tuple[FeedStatus, ...]:
    """Every feed as it stands on a day, by name; raises `IntegrityError`."""
    with snapshots.take(viewer, installation) as snapshot:
        brought: dict[str, list[FeedTable]] = {}
        for feed_name, table in _brought(snapshot):
            brought.setdefault(feed_name, []).append(table)
    return tuple(_status(each, tuple(brought.get(each.name, ())), day) for each in snapshot.feeds)


def _brought(snapshot: Snapshot) -> Iterator[tuple[str, FeedTable]]:
    with snapshot.installation.duckdb.cursor() as con:
        for name in TABLES:
            existing = snapshot.existing(name)
            if existing.facts:
                rows = changes.current(snapshot.tables[name], existing)
                query = f'SELECT feed, count(*), min("on"), max("on") FROM {rows} GROUP BY feed ORDER BY feed'
                for feed, count, first_on, latest_on in con.execute(query).fetchall():
                    yield feed, FeedTable(name, count, first_on, latest_on)


def _status(feed: Feed, tables: tuple[FeedTable, ...], day: date) -> FeedStatus:
    kinds: set[Time] = {TABLES[name].time for name in feed.tables}
    tomorrow = day + timedelta(days=1)
    reached = [feed.watermark(tomorrow, kind) for kind in sorted(kinds)]
    known = [on for on in reached if on is not None]
    reached_on = min(known) if known and len(known) == len(reached) else None
    behind = (day - reached_on).days if reached_on else None
    filled = {table.table for table in tables}
    return FeedStatus(
        name=feed.name,
        covers=feed.covers,
        since=feed.since or feed.starts_on("event"),
        expected_every_days=feed.expected_every_days,
        through=feed.through,
        tables=tables,
        empty_tables=tuple(name for name in feed.tables if name not in filled),
        arrived_on=max((on for on in feed.deliveries if on <= day), default=None),
        reached_on=reached_on,
        behind_days=behind,
        is_late=behind is None or behind > feed.expected_every_days,
    )
