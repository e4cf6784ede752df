"""This file makes tokens by which programs use the API in somebody's name, lets them in, and takes the tokens back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from keepwell.app import rights
from keepwell.app.actions import audit
from keepwell.app.installation import Installation
from keepwell.app.models.tokens import ApiToken
from keepwell.app.models.users import User
from keepwell.app.queries import tokens, users
from keepwell.app.queries.tokens import TokenRow
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Invalid, NotAllowed, NotFound, did_you_mean
from keepwell.health.definition import limit

PREFIX = "kw_"  # so that people and programs that look for lost secrets know what it is
DAYS, MOST_DAYS = 90, 366
LONGEST_NAME = 60  # characters
MOST = 20  # that work at once, of one person


class NotAccepted(Invalid):
    """The token has no name, no scope or no end that can be; none was made."""

    code = "X101"


class NoSuchToken(NotFound):
    """There is no such token, or it is somebody else's."""

    code = "X102"


class NotValid(NotAllowed):
    """The token is none, or was revoked, or has expired, or its person was let go."""

    code = "X103"


@dataclass(frozen=True)
class Made:
    """A token that was made: it is kept nowhere, so this is the one time to read it."""

    token_id: int
    token: str


def make(*, name: str, scopes: Collection[str], days: int = DAYS, by: Actor, at: datetime) -> Made:
    """Make a token of one's own that works for some days; what it may is never more than one may oneself.

    Raises `NotAccepted`.
    """
    name, who = " ".join(name.split()), by.viewer.user_id
    if by.kind != "user" or who is None:
        raise NotAccepted("Only people who are signed in make tokens, each for themselves.")
    if not name or limit.unstorable(name) or len(name) > LONGEST_NAME:
        raise NotAccepted(f"A token needs a name of at most {LONGEST_NAME} characters.")
    if not 1 <= days <= MOST_DAYS:
        raise NotAccepted(f"A token works for 1 to {MOST_DAYS} days.")
    given = _scopes(scopes, by.viewer.role)
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=who)  # of two at once, one counts the other
        working = ApiToken.objects.filter(
            user=user, revoked_at=None, expires_at__gt=at.astimezone(UTC)
        )
        if working.filter(name=name).exists():
            raise NotAccepted(f"You have a token `{name}` already. Revoke it first, or choose another name.")  # fmt: skip
        if working.count() >= MOST:
            raise NotAccepted(f"You have {MOST} tokens that work. Revoke one first.")
        made = ApiToken.objects.create(
            user=user, name=name, token_hash=_hash(token), scopes=given, made_at=at.astimezone(UTC),
            expires_at=at.astimezone(UTC) + timedelta(days=days),
        )  # fmt: skip
        audit.write(
            verb="make token", object=_named(name, user), by=by, at=at, scopes=given, days=days
        )
        return Made(made.pk, token)


def revoke(*, token_id: int, by: Actor, at: datetime) -> None:
    """Take back one's own token, or anybody's where one looks after them; it ends at once. Raises `NoSuchToken`."""
    with transaction.atomic():
        found = ApiToken.objects.select_for_update(of=("self",)).select_related("user")
        token = found.filter(pk=token_id).first()
        is_own = token is not None and by.kind == "user" and token.user_id == by.viewer.user_id
        if token is None or not (is_own or by.viewer.may("tokens")):
            raise NoSuchToken("There is no such token.")
        if token.revoked_at is None:
            token.revoked_at = at.astimezone(UTC)
            token.save(update_fields=["revoked_at"])
            audit.write(verb="revoke token", object=_named(token.name, token.user), by=by, at=at)


def use(*, installation: Installation, token: str, by: Actor, at: datetime) -> Actor:
    """Tell as whom a token acts and looks: as its person today, within its scopes. Raises `NotValid`.

    `by` is the stranger who shows it. What is done with it is the person's doing; the place says that a token did it, and
    which. The first use of each day is noted.
    """
    found = tokens.by_hash(SYSTEM, _hash(token), at) if token.startswith(PREFIX) else None
    if found is None:
        raise NotValid(
            "This token is not valid: it is mistyped, was revoked, or has expired.",
            way_out="Make a new one on the page of tokens.",
        )
    day = installation.day(at)
    if found.last_used_on != day:
        ApiToken.objects.filter(pk=found.token_id).update(last_used_on=day)
    return _acting(found, users.actor(SYSTEM, found.user_id, day), by.place)


def _acting(found: TokenRow, person: Actor, place: str) -> Actor:
    looks = replace(person.viewer, scopes=frozenset(found.scopes))
    where = ", ".join(filter(None, (f"token {found.name}", place)))
    return Actor("token", person.name, where, looks)


def _scopes(given: Collection[str], role: str) -> list[str]:
    """Read scopes, in their order; raises `NotAccepted` for one that there is not, or that the person could not use."""
    if not given:
        raise NotAccepted("A token needs a scope: what it may do.")
    own = rights.scopes(role)
    for each in given:
        if each not in rights.SCOPES:
            raise NotAccepted(f"`{limit.shown(each)}` is no scope. {did_you_mean(each, rights.SCOPES)}")  # fmt: skip
        if each not in own:
            raise NotAccepted(f"You may not {each} yourself, so no token of yours may.")
    return [each for each in rights.SCOPES if each in given]


def _named(name: str, user: User) -> str:
    return f"token {name} of {user.email}"[:300]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
