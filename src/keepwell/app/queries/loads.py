"""This file answers which loads there were, each with its counts, and how much every table holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Sum

from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.loads import Load
from keepwell.app.viewers import Viewer
from keepwell.facts.schema import TABLES

Kind = DataFile.Kind


@dataclass(frozen=True)
class LoadRow:
    """One import. `sources` has what became of the rows of each file, as the import's summary showed it."""

    batch: int
    at: datetime
    by: str
    received: int
    accepted: int
    repeated: int
    rejected: int
    sources: tuple[dict[str, Any], ...]
    rejects: str


@dataclass(frozen=True)
class TableRow:
    """One table that has facts. `rows` are those in force: loaded and not superseded."""

    table: str
    rows: int
    datafiles: int
    bytes: int
    first_on: date | None
    latest_on: date | None


def history(viewer: Viewer) -> tuple[LoadRow, ...]:
    """All loads, the newest first."""
    return tuple(map(_row, Load.objects.order_by("-batch")))


def newest(viewer: Viewer, most: int) -> tuple[LoadRow, ...]:
    """The newest loads, so many at most."""
    return tuple(map(_row, Load.objects.order_by("-batch")[:most]))


def latest(viewer: Viewer) -> LoadRow | None:
    """The newest load; none before the first."""
    found = Load.objects.order_by("-batch").first()
    return None if found is None else _row(found)


def tables(viewer: Viewer) -> tuple[TableRow, ...]:
    """All tables that have facts, in the order of the schema."""
    listed = DataFile.objects.filter(retired_at=None).exclude(kind=Kind.RESULTS)
    summed = listed.values("table", "kind").annotate(
        files=Count("path"),
        all_rows=Sum("rows"),
        all_bytes=Sum("bytes"),
        since=Min("first_on"),
        until=Max("last_on"),
    )
    parts = {(each["table"], each["kind"]): each for each in summed}
    rows = []
    for name in TABLES:
        own = [part for (table, _), part in parts.items() if table == name]
        if (name, Kind.FACTS) not in parts:  # all that came was rejected
            continue
        facts: Any = parts.get((name, Kind.FACTS), {})
        superseded: Any = parts.get((name, Kind.SUPERSEDED), {})
        rows.append(
            TableRow(
                table=name,
                rows=facts.get("all_rows", 0) - superseded.get("all_rows", 0),
                datafiles=sum(part["files"] for part in own),
                bytes=sum(part["all_bytes"] for part in own),
                first_on=facts.get("since"),
                latest_on=facts.get("until"),
            )
        )
    return tuple(rows)


def _row(load: Load) -> LoadRow:
    return LoadRow(
        load.batch, load.at, load.by, load.received, load.accepted, load.repeated, load.rejected, tuple(load.sources), load.rejects
    )  # fmt: skip
