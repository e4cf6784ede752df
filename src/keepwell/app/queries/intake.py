"""This file answers what was made in the app: the facts that people typed, and those that no load has moved yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from keepwell.app.models import integrity
from keepwell.app.models.intake import Intake
from keepwell.app.viewers import Viewer

APP = "app"  # the source of what people type


@dataclass(frozen=True)
class IntakeRow:
    """One fact as it was typed. `number` orders them; `moved_in` is the load that brought it among the facts, if one has."""

    number: int
    message_id: str
    table: str
    account_id: str
    row: Mapping[str, str]
    at: datetime
    by: str
    moved_in: int | None


def made(viewer: Viewer, table: str, account_id: str | None = None) -> tuple[IntakeRow, ...]:
    """All facts of a table that were typed, or those about one account, the newest first; raises `IntegrityError`."""
    of_table = Intake.objects.filter(table=table).order_by("-at", "-id")
    return _rows(viewer, of_table.filter(account_id=account_id) if account_id else of_table)


def by_message(viewer: Viewer, source: str, message_id: str) -> IntakeRow | None:
    """The fact that a message brought, if it did; raises `IntegrityError`."""
    found = _rows(viewer, Intake.objects.filter(source=source, message_id=message_id))
    return found[0] if found else None


def waiting(viewer: Viewer) -> tuple[IntakeRow, ...]:
    """The facts that no load has moved yet, in the order in which they came; raises `IntegrityError`."""
    return _rows(viewer, Intake.objects.filter(moved_in=None).order_by("id"))


def _rows(viewer: Viewer, typed: QuerySet[Intake]) -> tuple[IntakeRow, ...]:
    rows = integrity.stored(viewer.visible(typed))
    for row in rows:
        integrity.check_intake(row)
    return tuple(
        IntakeRow(row.pk, row.message_id, row.table, row.account_id, row.row, row.at, row.by, row.moved_in)
        for row in rows
    )  # fmt: skip
