"""This file answers what has landed: each import with its counts, and each table with its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from keepwell.desk.databases import naming_damage
from keepwell.desk.records.landings import Landing
from keepwell.desk.records.segments import Segment
from keepwell.facts.schema import TABLES

Kind = Segment.Kind


@dataclass(frozen=True)
class LandingRow:
    """One import that landed. `sources` has what became of the rows of each file, as the import's summary showed it."""

    batch: int
    at: datetime
    by: str
    received: int
    accepted: int
    repeated: int
    refused: int
    sources: tuple[dict[str, Any], ...]
    refusals: str


@dataclass(frozen=True)
class TableRow:
    """One table that has facts. `rows` are those in force: landed and not superseded."""

    table: str
    rows: int
    segments: int
    bytes: int
    first_on: date | None
    latest_on: date | None


@naming_damage()
def history() -> tuple[LandingRow, ...]:
    """All landings, the newest first."""
    return tuple(
        LandingRow(each.batch, each.at, each.by, each.received, each.accepted, each.repeated, each.refused, tuple(each.sources), each.refusals)
        for each in Landing.objects.order_by("-batch")
    )  # fmt: skip


@naming_damage()
def tables() -> tuple[TableRow, ...]:
    """All tables that have facts, in the order of the schema."""
    listed: dict[str, list[Segment]] = {}
    for segment in Segment.objects.filter(retired_at=None).exclude(kind=Kind.RESULTS):
        listed.setdefault(segment.table, []).append(segment)
    return tuple(_table(name, listed[name]) for name in TABLES if name in listed)


def _table(name: str, listed: list[Segment]) -> TableRow:
    facts = [segment for segment in listed if segment.kind == Kind.FACTS]
    gone = sum(segment.rows for segment in listed if segment.kind == Kind.SUPERSEDED)
    return TableRow(
        table=name,
        rows=sum(segment.rows for segment in facts) - gone,
        segments=len(listed),
        bytes=sum(segment.bytes for segment in listed),
        first_on=min((segment.first_on for segment in facts if segment.first_on), default=None),
        latest_on=max((segment.last_on for segment in facts if segment.last_on), default=None),
    )
