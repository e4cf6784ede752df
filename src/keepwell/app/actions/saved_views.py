"""This file saves views of the list of accounts under a name, shares them, and takes them away again."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from keepwell.app.actions import audit
from keepwell.app.models.saved_views import SavedView
from keepwell.app.viewers import Actor
from keepwell.errors import Invalid, NotFound
from keepwell.health.definition import limit

LONGEST_NAME, LONGEST_QUERY = 100, 1_000  # characters
MOST = 50  # of one person


class NotAccepted(Invalid):
    """The view has no name, or there are too many; nothing was changed."""

    code = "V101"


class NoSuchView(NotFound):
    """There is no such view, or it is somebody else's."""

    code = "V102"


def save(*, name: str, query: str, is_shared: bool, by: Actor, at: datetime) -> None:
    """Save a view; one of the same name and person is replaced."""
    name, who = " ".join(name.split()), by.viewer.user_id
    if who is None:
        raise NotAccepted("Only people who are signed in have views.")
    if not name or limit.unstorable(name) or limit.unstorable(query):
        raise NotAccepted("A view needs a name.")
    if len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise NotAccepted(f"A view's name has at most {LONGEST_NAME} characters.")
    with transaction.atomic():
        others = SavedView.objects.filter(user_id=who).exclude(name=name)
        if others.count() >= MOST:
            raise NotAccepted(f"You have {MOST} views. Remove one first.")
        values = {"query": query, "is_shared": is_shared, "made_at": at.astimezone(UTC)}
        SavedView.objects.update_or_create(user_id=who, name=name, defaults=values)
        audit.write(verb="save view", object=f"view {name}", by=by, at=at, query=query, is_shared=is_shared)  # fmt: skip


def remove(*, view_id: int, by: Actor, at: datetime) -> None:
    """Remove one's own view; whoever manages people may remove any. Raises `NoSuchView`."""
    with transaction.atomic():
        found = SavedView.objects.filter(pk=view_id).first()
        may = found is not None and (
            found.user_id == by.viewer.user_id or (found.is_shared and by.viewer.may("people"))
        )
        if found is None or not may:
            raise NoSuchView("There is no such view of yours.")
        found.delete()
        audit.write(verb="remove view", object=f"view {found.name}", by=by, at=at)
