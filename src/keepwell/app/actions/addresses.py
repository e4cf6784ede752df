"""This file changes what somebody is called and by which address they sign in, by themselves or by an administrator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import transaction

from keepwell.app.actions import accounts, audit, users
from keepwell.app.installation import Installation
from keepwell.app.models.ownership import OwnerName, folded
from keepwell.app.models.users import SignInLink, User
from keepwell.app.queries.users import NoSuchUser
from keepwell.app.viewers import Actor
from keepwell.errors import NotAllowed


def rename(*, installation: Installation, name: str, by: Actor, at: datetime) -> None:
    """Change one's own name; raises `users.NotAccepted`."""
    if by.kind != "user" or by.viewer.user_id is None:
        raise NotAllowed("Only people who are signed in have a name; nothing was changed.")
    said = users.words("name", name)
    with transaction.atomic():
        accounts.lock()
        user = _locked(by.viewer.user_id)
        before = user.name
        if before == said:
            return
        user.name = said
        user.save(update_fields=["name"])
        accounts.follow_owners(installation.day(at))
        audit.write(
            verb="change user", object=f"user {user.email}", by=by, at=at, before={"name": before}, after={"name": said}
        )  # fmt: skip


def change(
    *, installation: Installation, user_id: int, email: str, by: Actor, at: datetime
) -> None:
    """Change the address by which somebody signs in and imports know them; links that were made for the old one stop working.

    What imports said of the old address stays theirs, until somebody else has it. Raises `NoSuchUser`,
    `users.NotAccepted`, and `users.Known` where somebody has the address already.
    """
    by.require("people")
    address = users.address(email)
    with transaction.atomic():
        accounts.lock()
        user = _locked(user_id)
        before = user.email
        if before == address:
            return
        if User.objects.filter(email=address).exists():
            raise users.Known(f"Somebody has the address {address} already.")
        user.email = address
        user.save(update_fields=["email"])
        OwnerName.objects.update_or_create(folded_text=folded(address), defaults={"user": user})
        if before == users.FIRST:  # no import means it
            OwnerName.objects.filter(folded_text=folded(before)).delete()
        SignInLink.objects.filter(user=user, used_at=None).update(expires_at=at.astimezone(UTC))
        _forget(user)
        accounts.follow_owners(installation.day(at))
        audit.write(
            verb="change user", object=f"user {address}", by=by, at=at, before={"email": before}, after={"email": address}
        )  # fmt: skip


def _forget(user: User) -> None:
    """Remove what allauth noted of old addresses, by which it would let somebody sign in."""
    if apps.is_installed("allauth.account"):
        model: Any = apps.get_app_config("account").get_model("EmailAddress")
        model.objects.filter(user=user).delete()


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NoSuchUser(f"There is no user {user_id}.")
    return user
