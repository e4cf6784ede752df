"""This file answers what has landed: each import with its counts, and each table with its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.loads import Load
from keepwell.app.viewers import Viewer
from keepwell.facts.schema import TABLES

Kind = DataFile.Kind


@dataclass(frozen=True)
class LoadRow:
    """One import that landed. `sources` has what became of the rows of each file, as the import's summary showed it."""

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
    """One table that has facts. `rows` are those in force: landed and not superseded."""

    table: str
    rows: int
    datafiles: int
    bytes: int
    first_on: date | None
    latest_on: date | None


def history(viewer: Viewer) -> tuple[LoadRow, ...]:
    """All landings, the newest first."""
    return tuple(
        LoadRow(each.batch, each.at, each.by, each.received, each.accepted, each.repeated, each.rejected, tuple(each.sources), each.rejects)
        for each in Load.objects.order_by("-batch")
    )  # fmt: skip


def tables(viewer: Viewer) -> tuple[TableRow, ...]:
    """All tables that have facts, in the order of the schema."""
    listed: dict[str, list[DataFile]] = {}
    for datafile in DataFile.objects.filter(retired_at=None).exclude(kind=Kind.RESULTS):
        listed.setdefault(datafile.table, []).append(datafile)
    return tuple(_table(name, listed[name]) for name in TABLES if name in listed)


def _table(name: str, listed: list[DataFile]) -> TableRow:
    facts = [datafile for datafile in listed if datafile.kind == Kind.FACTS]
    gone = sum(datafile.rows for datafile in listed if datafile.kind == Kind.SUPERSEDED)
    return TableRow(
        table=name,
        rows=sum(datafile.rows for datafile in facts) - gone,
        datafiles=len(listed),
        bytes=sum(datafile.bytes for datafile in listed),
        first_on=min((datafile.first_on for datafile in facts if datafile.first_on), default=None),
        latest_on=max((datafile.last_on for datafile in facts if datafile.last_on), default=None),
    )
