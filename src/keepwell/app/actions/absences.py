"""This file records who is away, and who has their accounts meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from keepwell.app.actions import audit
from keepwell.app.installation import Installation
from keepwell.app.models.ownership import Absence
from keepwell.app.models.users import User
from keepwell.app.viewers import Actor
from keepwell.errors import Invalid, NotFound


class NotAccepted(Invalid):
    """The people or the dates cannot be; nothing was changed."""

    code = "B111"


class NoSuchAbsence(NotFound):
    """There is no such absence, or it is over."""

    code = "B112"


def cover(
    *,
    installation: Installation,
    user_id: int,
    covered_by: int,
    from_on: date,
    until_on: date,
    by: Actor,
    at: datetime,
) -> int:
    """Let somebody see and change what another's are while they are away, both days included; returns its number.

    Anybody says so of themselves, and whoever assigns accounts of others. Raises `NotAccepted`.
    """
    if by.viewer.user_id != user_id:
        by.require("assign")
    if until_on < from_on or until_on < installation.day(at):
        raise NotAccepted(
            f"The absence would be over before it began: `{until_on}` is the last day."
        )
    with transaction.atomic():
        people = {
            user.pk: user
            for user in User.objects.filter(pk__in=[user_id, covered_by], is_active=True)
        }
        if len(people) < 2:
            raise NotAccepted("Somebody who is active has to cover for somebody else who is.")
        row = Absence.objects.create(
            user_id=user_id, covered_by_id=covered_by, from_on=from_on, until_on=until_on, made_by=by.name, at=at.astimezone(UTC),
        )  # fmt: skip
        audit.write(
            verb="cover", object=f"user {people[user_id].email}", by=by, at=at,
            after={"covered_by": people[covered_by].email, "from": str(from_on), "until": str(until_on)},
        )  # fmt: skip
    return row.pk


def end(*, installation: Installation, absence_id: int, by: Actor, at: datetime) -> None:
    """End an absence: from today on nobody covers; raises `NoSuchAbsence`."""
    today = installation.day(at)
    with transaction.atomic():
        rows = Absence.objects.select_for_update(of=("self",)).select_related("user", "covered_by")
        row = rows.filter(pk=absence_id, until_on__gte=today).first()
        if row is None or not (by.viewer.user_id == row.user_id or by.viewer.may("assign")):
            raise NoSuchAbsence("There is no such absence, or it is over.")
        before = {"covered_by": row.covered_by.email, "until": str(row.until_on)}
        row.until_on = today - timedelta(days=1)
        row.save(update_fields=["until_on"])
        audit.write(verb="end cover", object=f"user {row.user.email}", by=by, at=at, before=before)
