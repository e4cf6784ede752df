"""This file holds the manifest as a process has read and verified it: which data files there are, tables and feeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import NamedTuple

from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Table


class ListedFile(NamedTuple):
    """One data file that the manifest lists."""

    path: str  # relative to the data folder
    table: str
    kind: str
    first_batch: int
    last_batch: int
    rows: int
    bytes: int
    sha256: str
    first_on: date | None
    last_on: date | None
    first_account: str | None
    last_account: str | None
    content_digest: str
    checksum: str


class Declared(NamedTuple):
    """What a feed declares from a load on."""

    feed: str
    batch: int
    tables: list[str]
    covers: str
    since: date | None
    expected_every_days: int
    lag_days: int | None
    through: date | None
    stale_for_days: int | None = None


class FeedDate(NamedTuple):
    """A day on which a feed has events, or delivered anything, and the load that brought the first of it."""

    feed: str
    on: date
    batch: int


@dataclass(frozen=True)
class FeedHistory:
    """What all feeds have declared, the days of their events and the days on which they delivered, load by load."""

    declarations: tuple[Declared, ...] = ()
    event_days: tuple[FeedDate, ...] = ()
    deliveries: tuple[FeedDate, ...] = ()

    def __add__(self, later: FeedHistory) -> FeedHistory:
        """Add what later loads have brought."""
        return FeedHistory(
            self.declarations + later.declarations,
            self.event_days + later.event_days,
            self.deliveries + later.deliveries,
        )

    def through(self, batch: int) -> tuple[Feed, ...]:
        """Give the feeds as they had been declared and had delivered by a load."""
        declared = {each.feed: each for each in self.declarations if each.batch <= batch}
        event_days, deliveries = _by_feed(self.event_days, batch), _by_feed(self.deliveries, batch)
        return tuple(
            Feed(
                name=name,
                tables=tuple(each.tables),
                covers="named" if each.covers == "named" else "all",
                since=each.since,
                expected_every_days=each.expected_every_days,
                event_days=event_days.get(name, ()),
                deliveries=deliveries.get(name, ()),
                through=each.through,
                stale_for_days=each.stale_for_days,
            )
            for name, each in sorted(declared.items())
        )


def _by_feed(dates: Iterable[FeedDate], batch: int) -> dict[str, tuple[date, ...]]:
    found: dict[str, list[date]] = {}
    for feed, on, first_batch in dates:
        if first_batch <= batch:
            found.setdefault(feed, []).append(on)
    return {feed: tuple(sorted(days)) for feed, days in found.items()}


@dataclass(frozen=True)
class VerifiedManifest:
    """The manifest of one generation; `batch` is the latest load, `feeds` are those as of it."""

    generation: int
    batch: int
    files: tuple[ListedFile, ...]
    tables: Mapping[str, Table]
    history: FeedHistory
    history_digest: str
    feeds: tuple[Feed, ...]


class ManifestCache:
    """The newest manifest that a process has read and verified; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._newest: VerifiedManifest | None = None

    @property
    def newest(self) -> VerifiedManifest | None:
        with self._lock:
            return self._newest

    def forget(self) -> None:
        """Read and verify the manifest anew: it was made again from data files."""
        with self._lock:
            self._newest = None

    def put(self, manifest: VerifiedManifest) -> None:
        """Keep a manifest unless a newer one is here already."""
        with self._lock:
            if self._newest is None or self._newest.generation < manifest.generation:
                self._newest = manifest
