"""This file answers where the facts are: the segments that the manifest lists, checked before anybody reads a number from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import cast

import duckdb
from django.db.models import Q

from keepwell.app.installation import Installation
from keepwell.app.models import integrity
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError
from keepwell.facts import changes, datafiles
from keepwell.facts.schema import TABLES
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Column, Table, Type
from keepwell.health.engines.protocol import Source

Kind = DataFile.Kind


def latest_batch(viewer: Viewer) -> int:
    """The number of the latest landing; 0 before the first."""
    return Load.objects.order_by("-batch").values_list("batch", flat=True).first() or 0


def table(viewer: Viewer, name: str) -> Table:
    """One table with the extra columns that landed in it."""
    return tables(viewer)[name]


def tables(viewer: Viewer) -> dict[str, Table]:
    """All tables with the extra columns that landed in them."""
    existing: dict[str, list[Column]] = {}
    for extra in ExtraColumn.objects.order_by("table", "name"):
        existing.setdefault(extra.table, []).append(
            Column(extra.name, cast(Type, extra.type), extra.meaning)
        )
    extended = {name: TABLES[name].extended(tuple(existing.get(name, ()))) for name in TABLES}
    return {name: table.linked(extended) for name, table in extended.items()}


def existing(
    viewer: Viewer, installation: Installation, name: str, also: Iterable[DataFile] = ()
) -> changes.Existing:
    """The segments of one table, and `also` those about to be listed; raises `IntegrityError` where one is not what was written."""
    kept = [
        *_listed(latest_batch(viewer)).filter(table=name),
        *(datafile for datafile in also if datafile.table == name),
    ]
    _check(installation, kept)
    return changes.Existing(
        tuple(_paths(installation, kept, Kind.FACTS)),
        tuple(_paths(installation, kept, Kind.SUPERSEDED)),
    )


def rates(
    viewer: Viewer, installation: Installation, con: duckdb.DuckDBPyConnection
) -> list[tuple[date, str, Decimal]]:
    """The landed rates: from a day on, what one unit of a currency is worth."""
    rows = changes.current(table(viewer, "rates"), existing(viewer, installation, "rates"))
    return con.execute(f"SELECT from_on, currency, rate FROM {rows} ORDER BY ALL").fetchall()


def source(viewer: Viewer, installation: Installation, through_batch: int | None = None) -> Source:
    """Everything that an engine reads, as of a landing (the latest where none is given).

    Raises `IntegrityError` naming every segment that is not what was written: no number is better than a wrong one.
    """
    batch = latest_batch(viewer) if through_batch is None else through_batch
    integrity.check_loads()
    kept = list(_listed(batch))
    _check(installation, kept)
    named = sorted({datafile.table for datafile in kept})
    return Source(
        tables=tables(viewer),
        files={name: _texts(installation, kept, Kind.FACTS, name) for name in named},
        superseded={name: _texts(installation, kept, Kind.SUPERSEDED, name) for name in named},
        rolled=_texts(installation, kept, Kind.ROLLED, "usage"),
        feeds=feeds(viewer, batch),
        through_batch=batch,
    )


def feeds(viewer: Viewer, through_batch: int) -> tuple[Feed, ...]:
    """The feeds as they were declared and had arrived by a landing."""
    declared = {
        each.feed: each
        for each in Declaration.objects.filter(batch__lte=through_batch).order_by("batch")
    }
    days = _days(FeedDay, through_batch)
    deliveries = _days(Delivery, through_batch)
    return tuple(
        Feed(
            name=name,
            tables=tuple(each.tables),
            covers="named" if each.covers == "named" else "all",
            since=each.since,
            expected_every_days=each.expected_every_days,
            event_days=days.get(name, ()),
            deliveries=deliveries.get(name, ()),
            through=each.through,
        )
        for name, each in sorted(declared.items())
    )


def digests(viewer: Viewer, through_batch: int) -> list[str]:
    """The fingerprints of all segments up to a landing: what a run's inputs were."""
    return sorted(_listed(through_batch).values_list("sha256", flat=True))


def damage(installation: Installation, kept: Iterable[DataFile]) -> list[str]:
    """One sentence for each listed segment that is not what was written."""
    found = (
        (datafile, _damage(installation.data / datafile.path, datafile.bytes, datafile.sha256))
        for datafile in kept
    )
    return [f"data/{datafile.path} {what}" for datafile, what in found if what]


def _listed(batch: int):  # type: ignore[no-untyped-def] # Django's query sets are typed by the model alone
    return DataFile.objects.filter(
        ~Q(kind=Kind.RESULTS), batch__lte=batch, retired_at=None
    ).order_by("table", "batch", "path")


def _check(installation: Installation, kept: list[DataFile]) -> None:
    if found := damage(installation, kept):
        raise IntegrityError("; ".join(found) + ". Restore from a backup; nothing was computed.")


def _damage(path: Path, size: int, sha256: str) -> str:
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _fingerprinted(path, size, sha256, changed)


@lru_cache(maxsize=100_000)
def _fingerprinted(path: Path, size: int, sha256: str, changed: int) -> str:
    """Segments never change, so one look per process is enough; `changed` is there to look again if somebody wrote."""
    return datafiles.damage(path, size, sha256)


def _paths(
    installation: Installation, kept: list[DataFile], kind: str, name: str = ""
) -> list[Path]:
    return [
        installation.data / datafile.path
        for datafile in kept
        if datafile.kind == kind and name in ("", datafile.table)
    ]


def _texts(
    installation: Installation, kept: list[DataFile], kind: str, name: str
) -> tuple[str, ...]:
    return tuple(str(path) for path in _paths(installation, kept, kind, name))


def _days(model: type[FeedDay | Delivery], through_batch: int) -> dict[str, tuple[date, ...]]:
    days: dict[str, list[date]] = {}
    for feed, on in (
        model.objects.filter(batch__lte=through_batch).order_by("on").values_list("feed", "on")
    ):
        days.setdefault(feed, []).append(on)
    return {feed: tuple(on) for feed, on in days.items()}
