"""This file answers who did what, when and from where; administrators alone see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keepwell.app.models import integrity
from keepwell.app.models.audit import AuditEntry
from keepwell.app.viewers import Viewer
from keepwell.health.definition import limit

LIMIT = 50


@dataclass(frozen=True)
class EntryRow:
    """One line of the audit; `before` and `after` are what changed, where something did."""

    number: int
    at: datetime
    by: str
    verb: str
    object: str
    detail: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    place: str


@dataclass(frozen=True)
class Page:
    """Some lines, the newest first; `next` is the number before which the next page begins, none on the last."""

    rows: tuple[EntryRow, ...]
    next: int | None


def entries(
    viewer: Viewer,
    *,
    who: str = "",
    verb: str = "",
    object: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit_to: int = LIMIT,
) -> Page:
    """Lines by whom and of which verb, about things whose name begins so, from a moment on and before another."""
    if not viewer.may("audit") or any(map(limit.unstorable, (who, verb, object))):
        return Page((), None)
    wanted: dict[str, Any] = {
        "by": who, "verb": verb, "object__startswith": object, "at__gte": since, "at__lt": until, "pk__lt": before,
    }  # fmt: skip
    given = {key: value for key, value in wanted.items() if value not in ("", None)}
    found = integrity.stored(AuditEntry.objects.filter(**given).order_by("-id")[: limit_to + 1])
    rows = tuple(
        EntryRow(
            row.pk,
            row.at,
            row.by,
            row.verb,
            row.object,
            row.detail,
            row.before,
            row.after,
            row.place,
        )
        for row in found[:limit_to]
    )
    return Page(rows, rows[-1].number if len(found) > limit_to else None)


def verbs(viewer: Viewer) -> tuple[str, ...]:
    """Everything that anybody ever did, for a choice of filters."""
    return _distinct(viewer, "verb")


def people(viewer: Viewer) -> tuple[str, ...]:
    """Everybody who ever did anything, for a choice of filters."""
    return _distinct(viewer, "by")


def _distinct(viewer: Viewer, column: str) -> tuple[str, ...]:
    if not viewer.may("audit"):
        return ()
    return tuple(AuditEntry.objects.order_by(column).values_list(column, flat=True).distinct())
