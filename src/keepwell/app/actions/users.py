"""This file lets people in, gives them roles and teams, and lets them go; and makes links that sign somebody in once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from keepwell.app import rights
from keepwell.app.actions import accounts, audit
from keepwell.app.installation import Installation
from keepwell.app.models.ownership import OwnerName, Team, folded
from keepwell.app.models.tokens import ApiToken
from keepwell.app.models.users import SignInLink, User
from keepwell.app.queries.users import NoSuchUser
from keepwell.app.viewers import Actor
from keepwell.errors import Conflict, Invalid, NotFound, did_you_mean
from keepwell.health.definition import limit

FIRST = "admin@localhost"  # the first administrator, until they say their own address
LINK_HOURS = 24
INVITATION_HOURS = 7 * 24
MOST_CHARACTERS = {"name": 200, "team": 100}


class UsedUp(NotFound):
    """The link was used before, has expired, or never existed; nobody was signed in."""

    code = "U109"


class NotAccepted(Invalid):
    """The address, the name, the role or the team cannot be; nothing was changed."""

    code = "U112"


class Known(Conflict):
    """Somebody has this address already."""

    code = "U113"


class LastAdministrator(Conflict):
    """Nobody would be left who can manage people; nothing was changed."""

    code = "U114"


@dataclass(frozen=True)
class Invited:
    """Who was invited, and the token of their link: it is kept nowhere, so this is the one time to read it."""

    user_id: int
    token: str


def first_administrator_link(*, name: str, by: Actor, at: datetime) -> str:
    """Make a link that signs the first administrator in, who is made where there is none yet; returns its token.

    It is for whoever runs the machine, who can read and change everything there anyway.
    """
    with transaction.atomic():
        admins = User.objects.filter(role="admin", is_active=True).order_by("pk")
        user = admins.first() or _made(FIRST, name, "admin", "", by, at)
        return link(user_id=user.pk, by=by, at=at)


def invite(
    *, email: str, name: str, role: str, team: str = "", owner: str = "", by: Actor, at: datetime
) -> Invited:
    """Add somebody, and make the link by which they come in for the first time, within a week.

    `owner` is what imports call them where it is not their address: what they own there is theirs from now on. Raises
    `NotAccepted`, and `Known` where somebody has that address or that owner already.
    """
    by.require("people")
    if character := limit.unstorable(owner):
        raise NotAccepted(f"The owner has a character that cannot be stored: {character}.")
    said = {
        "email": address(email), "name": words("name", name), "role": _role(role), "team": words("team", team)
    }  # fmt: skip
    with transaction.atomic():
        if User.objects.filter(email=said["email"]).exists():
            raise Known(f"Somebody has the address {said['email']} already.")
        if OwnerName.objects.filter(folded_text=folded(owner)).exclude(folded_text="").exists():
            raise Known(f"The owner {limit.shown(owner.strip())} is somebody else already.")
        user = _made(said["email"], said["name"], said["role"], said["team"], by, at)
        if owner.strip():
            name_owner(text=owner, user_id=user.pk, by=by, at=at)
        token = link(user_id=user.pk, by=by, at=at, hours=INVITATION_HOURS)
        return Invited(user.pk, token)


def change(
    *,
    installation: Installation,
    user_id: int,
    name: str | None = None,
    role: str | None = None,
    team: str | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Change a person's name, role or team; what is none stays. It holds from their next request on.

    Raises `NoSuchUser`, `NotAccepted`, and `LastAdministrator` where nobody else could manage people.
    """
    by.require("people")
    said: dict[str, str] = {}
    if name is not None:
        said["name"] = words("name", name)
    if role is not None:
        said["role"] = _role(role)
    if team is not None:
        said["team"] = words("team", team)
    with transaction.atomic():
        accounts.lock()
        admins = _locked_administrators()
        user = _locked(user_id)
        if said.get("role", user.role) != "admin":
            _require_another_administrator(user, admins)
        before = {key: getattr(user, key) for key in said}
        changed = {key: value for key, value in said.items() if before[key] != value}
        if not changed:
            return
        for key, value in changed.items():
            setattr(user, key, value)
        user.save(update_fields=list(changed))
        if "name" in changed:
            accounts.follow_owners(installation.day(at))
        audit.write(
            verb="change user", object=f"user {user.email}", by=by, at=at,
            before={key: before[key] for key in changed}, after=changed,
        )  # fmt: skip


def deactivate(*, user_id: int, by: Actor, at: datetime) -> None:
    """Let somebody go: wherever they are signed in ends now, and no link or token lets them in. What they did stays theirs.

    Raises `NoSuchUser` and `LastAdministrator`.
    """
    by.require("people")
    with transaction.atomic():
        admins = _locked_administrators()
        user = _locked(user_id)
        _require_another_administrator(user, admins)
        if not user.is_active:
            return
        user.is_active = False
        user.save(update_fields=["is_active"])
        SignInLink.objects.filter(user=user, used_at=None).update(expires_at=at.astimezone(UTC))
        tokens = ApiToken.objects.filter(user=user, revoked_at=None)
        revoked = tokens.update(revoked_at=at.astimezone(UTC))
        ended = _sign_out(user)
        audit.write(
            verb="deactivate user", object=f"user {user.email}", by=by, at=at, signed_out=ended, tokens_revoked=revoked
        )  # fmt: skip


def reactivate(*, user_id: int, by: Actor, at: datetime) -> None:
    """Let somebody in again, with the role and team that they had; raises `NoSuchUser`."""
    by.require("people")
    with transaction.atomic():
        user = _locked(user_id)
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            audit.write(verb="reactivate user", object=f"user {user.email}", by=by, at=at)


def new_link(*, user_id: int, by: Actor, at: datetime) -> Invited:
    """Make another link for somebody who lost theirs, for a week; links before it stop working. Raises `NoSuchUser`."""
    by.require("people")
    with transaction.atomic():
        user = _locked(user_id)
        if not user.is_active:
            raise NotAccepted("Whoever is not active cannot sign in; make them active first.")
        SignInLink.objects.filter(user=user, used_at=None).update(expires_at=at.astimezone(UTC))
        token = link(user_id=user.pk, by=by, at=at, hours=INVITATION_HOURS)
        return Invited(user.pk, token)


def name_owner(*, text: str, user_id: int | None, by: Actor, at: datetime) -> None:
    """Say which user an imported owner is, or with none that it is nobody's; raises `NoSuchUser` and `NotAccepted`."""
    by.require("people")
    owner = folded(text)
    if not owner or limit.unstorable(text):
        raise NotAccepted(f"`{limit.shown(text)}` is no owner of an account.")
    with transaction.atomic():
        before = OwnerName.objects.select_for_update().filter(folded_text=owner).first()
        was = before.user.email if before else None
        user = None if user_id is None else _locked(user_id)
        if was == (user.email if user else None):
            return
        if before:
            before.delete()
        if user:
            OwnerName.objects.create(folded_text=owner, user=user)
        audit.write(
            verb="name owner", object=f"owner {text.strip()}"[:300], by=by, at=at,
            before={"user": was}, after={"user": user.email if user else None},
        )  # fmt: skip


def set_team(*, team: str, sees_each_other: bool, by: Actor, at: datetime) -> None:
    """Say whether the members of a team read each other's accounts; raises `NotAccepted` where there is no such team."""
    by.require("teams")
    if not team or not User.objects.filter(team=team).exists():
        raise NotAccepted(f"Nobody is in a team `{limit.shown(team)}`.")
    with transaction.atomic():
        row, _ = Team.objects.select_for_update().get_or_create(name=team)
        if row.sees_each_other == sees_each_other:
            return
        before = {"sees_each_other": row.sees_each_other}
        row.sees_each_other = sees_each_other
        row.save()
        audit.write(
            verb="change team", object=f"team {team}", by=by, at=at,
            before=before, after={"sees_each_other": sees_each_other},
        )  # fmt: skip


def link(*, user_id: int, by: Actor, at: datetime, hours: int = LINK_HOURS) -> str:
    """Make a link of one use for somebody; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user_id=user_id, token_hash=_hash(token), made_at=at.astimezone(UTC), made_by=by.name,
        expires_at=at.astimezone(UTC) + timedelta(hours=hours),
    )  # fmt: skip
    email = User.objects.values_list("email", flat=True).get(pk=user_id)
    audit.write(verb="make sign-in link", object=f"user {email}", by=by, at=at)
    return token


def use_link(*, token: str, by: Actor, at: datetime) -> int:
    """Use a link up and return whose it is; raises `UsedUp`. Of two at once one gets in.

    `by` is whoever holds it; the audit says whose it was.
    """
    now = at.astimezone(UTC)
    with transaction.atomic():
        rows = SignInLink.objects.filter(
            token_hash=_hash(token), used_at=None, expires_at__gt=now, user__is_active=True
        )
        found = rows.select_related("user").first()
        if found is None or not SignInLink.objects.filter(pk=found.pk, used_at=None).update(
            used_at=now
        ):
            raise UsedUp(
                "This link was used before, or has expired.",
                way_out="Ask your administrator for a new one, or run `keepwell serve` again on the machine.",
            )
        who = replace(by, name=found.user.name or found.user.email)
        # Who signs in then is written once they are in.
        audit.write(verb="use sign-in link", object=f"user {found.user.email}", by=who, at=at)
        return found.user_id


def address(email: str) -> str:
    """Read an address of e-mail, in small letters."""
    said = email.strip().lower()
    try:
        if len(said) > 254:
            raise ValidationError("too long")
        validate_email(said)
    except ValidationError:
        raise NotAccepted(f"`{limit.shown(email)}` is not an address of e-mail.") from None
    return said


def words(what: str, text: str) -> str:
    """Read a name or a team."""
    words = " ".join(text.split())
    if what == "name" and not words:
        raise NotAccepted("A person needs a name.")
    if limit.unstorable(words) or len(words) > MOST_CHARACTERS[what]:
        raise NotAccepted(
            f"The {what} `{limit.shown(words)}` cannot be stored; the limit is {MOST_CHARACTERS[what]} characters."
        )
    return words


def _made(email: str, name: str, role: str, team: str, by: Actor, at: datetime) -> User:
    """Add a person, who is found by their address in imports too."""
    user = User(email=email, name=name, role=role, team=team, created_at=at.astimezone(UTC))
    user.set_unusable_password()
    user.save(force_insert=True)
    OwnerName.objects.update_or_create(folded_text=folded(email), defaults={"user": user})
    audit.write(
        verb="create user", object=f"user {email}", by=by, at=at, after={"name": name, "role": role, "team": team},
    )  # fmt: skip
    return user


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NoSuchUser(f"There is no user {user_id}.")
    return user


def _locked_administrators() -> list[int]:
    """Lock all active administrators, in one order: of two who let each other go at once, one stays."""
    admins = User.objects.select_for_update().filter(role="admin", is_active=True).order_by("pk")
    return [each.pk for each in admins]


def _require_another_administrator(user: User, admins: list[int]) -> None:
    if admins == [user.pk]:
        raise LastAdministrator(
            f"{user.name or user.email} is the last active administrator.",
            way_out="Make somebody else an administrator first.",
        )


def _sign_out(user: User) -> int:
    """End wherever somebody is signed in; where no pages are served nobody is."""
    if not apps.is_installed("allauth.usersessions"):
        return 0
    model: Any = apps.get_app_config("usersessions").get_model("UserSession")
    found = list(model.objects.filter(user=user))
    for each in found:
        each.end()
    return len(found)


def _role(role: str) -> str:
    if role not in rights.ROLES:
        raise NotAccepted(f"`{limit.shown(role)}` is no role. {did_you_mean(role, rights.ROLES)}")
    return role


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
