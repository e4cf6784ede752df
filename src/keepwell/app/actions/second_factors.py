"""This file takes a second factor from somebody who lost it: phone and recovery codes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from keepwell.app.actions import audit
from keepwell.app.models.users import User
from keepwell.app.queries.users import NoSuchUser
from keepwell.app.viewers import Actor


def forget(*, user_id: int, by: Actor, at: datetime) -> bool:
    """Turn somebody's second factor off, so that a password or a link lets them in; tells whether there was one.

    Only a process that serves pages knows of second factors. Raises `NoSuchUser`.
    """
    from allauth.mfa.models import Authenticator  # not installed in other processes

    by.require("people")
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise NoSuchUser(f"There is no user {user_id}.")
        removed, _ = Authenticator.objects.filter(user_id=user_id).delete()
        if removed:
            audit.write(verb="forget second factor", object=f"user {user.email}", by=by, at=at)
    return bool(removed)


def forget_first_administrators(*, by: Actor, at: datetime) -> bool:
    """Turn off the second factor of whom `users.first_administrator_link` signs in; for whoever runs the machine."""
    user = User.objects.filter(role="admin", is_active=True).order_by("pk").first()
    return user is not None and forget(user_id=user.pk, by=by, at=at)
