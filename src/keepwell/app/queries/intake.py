"""This file answers what was made in the app: the facts that people typed, and those that no load has moved yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from keepwell.app.models import integrity
from keepwell.app.models.intake import Intake
from keepwell.app.viewers import Viewer

APP = "app"  # the source of what people type
UNDO_WITHIN = timedelta(days=1)  # a slip is seen at once, or the next morning


@dataclass(frozen=True)
class IntakeRow:
    """One fact as it was typed. `number` orders them; `moved_in` is the load that brought it among the facts, if one has.

    `by_user` is the number of the user who made it, none where no user did.
    """

    number: int
    message_id: str
    table: str
    account_id: str
    row: Mapping[str, str]
    at: datetime
    by: str
    moved_in: int | None
    received_at: datetime
    by_user: int | None = None
    is_withdrawn: bool = False


def made(
    viewer: Viewer, table: str, account_id: str | None = None, since: datetime | None = None
) -> tuple[IntakeRow, ...]:
    """All facts of a table that were typed and stand, or those about one account, the newest first; with `since`
    those alone that were typed from then on. Raises `IntegrityError`."""
    of_table = Intake.objects.filter(table=table, withdrawn_at=None).order_by("-at", "-id")
    if since is not None:
        of_table = of_table.filter(received_at__gte=since)
    return _rows(viewer, of_table.filter(account_id=account_id) if account_id else of_table)


def lately(viewer: Viewer, account_id: str, since: datetime) -> tuple[IntakeRow, ...]:
    """All facts about an account that were typed from a moment on and stand, the last typed first; raises `IntegrityError`."""
    typed = Intake.objects.filter(account_id=account_id, withdrawn_at=None, received_at__gte=since)
    return _rows(viewer, typed.order_by("-received_at", "-id"))


def is_theirs(viewer: Viewer, by_user: int | None) -> bool:
    """Tell whether a fact that somebody typed is this viewer's to undo: they typed it, or they undo what others do."""
    is_own = viewer.user_id is not None and viewer.user_id == by_user
    return is_own or viewer.may("undo")


def by_message(viewer: Viewer, source: str, message_id: str) -> IntakeRow | None:
    """The fact that a message brought, if it did, also one that was withdrawn; raises `IntegrityError`."""
    found = _rows(viewer, Intake.objects.filter(source=source, message_id=message_id))
    return found[0] if found else None


def waiting(viewer: Viewer) -> tuple[IntakeRow, ...]:
    """The facts that no load has moved yet, in the order in which they came; raises `IntegrityError`."""
    return _rows(viewer, Intake.objects.filter(moved_in=None, withdrawn_at=None).order_by("id"))


def to_withdraw(viewer: Viewer) -> tuple[IntakeRow, ...]:
    """The facts that were undone once a load had moved them, and that none has withdrawn yet; raises `IntegrityError`."""
    undone = Intake.objects.filter(
        withdrawn_at__isnull=False, moved_in__isnull=False, withdrawn_in=None
    )
    return _rows(viewer, undone.order_by("id"))


def _rows(viewer: Viewer, typed: QuerySet[Intake]) -> tuple[IntakeRow, ...]:
    rows = integrity.stored(viewer.visible(typed))
    for row in rows:
        integrity.check_intake(row)
    return tuple(
        IntakeRow(
            row.pk, row.message_id, row.table, row.account_id, row.row, row.at, row.by, row.moved_in,
            row.received_at, row.by_user, row.withdrawn_at is not None,
        )
        for row in rows
    )  # fmt: skip
