"""This file answers which views of the list of accounts are saved: one's own, and those that others share."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from keepwell.app import answers
from keepwell.app.models.saved_views import SavedView
from keepwell.app.viewers import Viewer


@dataclass(frozen=True)
class SavedViewRow:
    """One saved view; `query` is the part of the address behind the question mark. It shows to each what they may see."""

    view_id: int
    name: str
    query: str
    is_shared: bool
    is_own: bool
    whose: str


@answers.once
def of(viewer: Viewer) -> tuple[SavedViewRow, ...]:
    """One's own views and the shared ones, by name."""
    seen = Q(user=viewer.user_id) | Q(is_shared=True)
    if viewer.user_id is None:
        return ()
    rows = SavedView.objects.filter(seen).select_related("user").order_by("name", "id")
    return tuple(
        SavedViewRow(
            row.pk, row.name, row.query, row.is_shared, row.user_id == viewer.user_id, row.user.name or row.user.email
        )
        for row in rows
    )  # fmt: skip
