"""This file answers what facts there are: tables with the columns that mappings added, feeds, and the latest load."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from keepwell.app.manifests import Declared, FeedDate, FeedHistory
from keepwell.app.models import integrity
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.viewers import Viewer
from keepwell.facts.schema import TABLES
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Column, Table, Type


def latest_batch(viewer: Viewer) -> int:
    """The number of the latest load; 0 before the first."""
    return Load.objects.order_by("-batch").values_list("batch", flat=True).first() or 0


def table(viewer: Viewer, name: str) -> Table:
    """One table with its extra columns."""
    return tables(viewer)[name]


def tables(viewer: Viewer) -> dict[str, Table]:
    """All tables, each with the extra columns that loads have brought."""
    return with_extras(ExtraColumn.objects.order_by("table", "name"))


def with_extras(extras: Iterable[ExtraColumn]) -> dict[str, Table]:
    """All tables with these extra columns."""
    added: dict[str, list[Column]] = {}
    for extra in extras:
        added.setdefault(extra.table, []).append(
            Column(extra.name, cast(Type, extra.type), extra.meaning)
        )
    extended = {name: TABLES[name].extended(tuple(added.get(name, ()))) for name in TABLES}
    return {name: table.linked(extended) for name, table in extended.items()}


def feeds(viewer: Viewer, through_batch: int) -> tuple[Feed, ...]:
    """The feeds as they had been declared and had delivered by a load."""
    return feed_history(viewer).through(through_batch)


def feed_history(viewer: Viewer, after_batch: int = 0) -> FeedHistory:
    """What the feeds have declared and delivered since a load."""
    declared = Declaration.objects.filter(batch__gt=after_batch).order_by("batch", "feed")
    days, deliveries = (
        model.objects.filter(batch__gt=after_batch).order_by("batch", "feed", "on")
        for model in (FeedDay, Delivery)
    )
    return FeedHistory(
        tuple(Declared(*row) for row in integrity.stored(declared.values_list(*Declared._fields))),
        tuple(FeedDate(*row) for row in integrity.stored(days.values_list(*FeedDate._fields))),
        tuple(
            FeedDate(*row) for row in integrity.stored(deliveries.values_list(*FeedDate._fields))
        ),
    )
