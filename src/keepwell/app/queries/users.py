"""This file answers who uses Keepwell, and as whom they look and act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q

from keepwell.app import rights
from keepwell.app.models.ownership import Absence, Team, in_force
from keepwell.app.models.users import SignInLink, User
from keepwell.app.viewers import Actor, Viewer
from keepwell.errors import NotFound


class NoSuchUser(NotFound):
    """Nobody has this number."""

    code = "U111"


@dataclass(frozen=True)
class UserRow:
    """One person who uses Keepwell."""

    user_id: int
    email: str
    name: str
    role: str
    team: str
    is_active: bool
    signed_in_at: datetime | None = None

    @property
    def label(self) -> str:
        return self.name or self.email


@dataclass(frozen=True)
class TeamRow:
    """One team, how many are in it, and whether they read each other's accounts."""

    name: str
    members: int
    sees_each_other: bool


def of_link(viewer: Viewer, token_hash: str) -> UserRow | None:
    """Whose a link is, whether it still works or not."""
    found = SignInLink.objects.filter(token_hash=token_hash).select_related("user").first()
    return None if found is None else _row(found.user)


def user(viewer: Viewer, user_id: int) -> UserRow:
    """One person by their number; raises `NoSuchUser`, also where a viewer may not know of them."""
    found = User.objects.filter(pk=user_id).first()
    if found is None or not (viewer.user_id == user_id or viewer.may("people")):
        raise NoSuchUser(f"There is no user {user_id}.")
    return _row(found)


def by_address(viewer: Viewer, email: str) -> UserRow | None:
    """Who has an address; addresses are kept in small letters."""
    found = User.objects.filter(email=email.strip().lower()).first()
    return None if found is None else _row(found)


def everyone(viewer: Viewer) -> tuple[UserRow, ...]:
    """All people, by name; for those who manage people."""
    return _named(viewer.may("people"), Q())


def choices(viewer: Viewer) -> tuple[UserRow, ...]:
    """The active people among whom to choose an owner or somebody who covers; for those who assign accounts."""
    return _named(viewer.may("assign"), Q(is_active=True))


def teams(viewer: Viewer) -> tuple[TeamRow, ...]:
    """All teams by name; for those who say what holds for them."""
    if not viewer.may("teams"):
        return ()
    members: dict[str, int] = {}
    for name in User.objects.exclude(team="").values_list("team", flat=True):
        members[name] = members.get(name, 0) + 1
    said = dict(Team.objects.values_list("name", "sees_each_other"))
    return tuple(TeamRow(name, members[name], said.get(name, True)) for name in sorted(members))


def actor(viewer: Viewer, user_id: int, on: date, place: str = "") -> Actor:
    """As whom somebody acts and looks on a day. Raises `NoSuchUser`, also for one who is not active any more."""
    found = User.objects.filter(pk=user_id, is_active=True).first()
    if found is None:
        raise NoSuchUser(f"There is no user {user_id}.")
    return acting(viewer, found, on, place)


def acting(viewer: Viewer, found: AbstractBaseUser, on: date, place: str = "") -> Actor:
    """As whom somebody who is signed in acts and looks on a day: one question at most, whatever they own.

    Whoever has no role that is known sees nothing and may do nothing.
    """
    assert isinstance(found, User), "who is signed in is one of our users"
    user_id, reach = found.pk, rights.reach(found.role, "see")
    own, seen = {user_id}, set[int]()
    if reach != "all" or rights.reach(found.role, "touch") == "own":
        covered = Absence.objects.filter(in_force(on), covered_by=user_id, user=OuterRef("pk"))
        closed = Team.objects.filter(name=OuterRef("team"), sees_each_other=False)
        mates = Q(~Exists(closed), team=found.team) if found.team else Q(pk__in=())
        people = User.objects.annotate(is_covered=Exists(covered)).filter(
            mates | Q(is_covered=True)
        )
        for other, is_covered in people.values_list("pk", "is_covered"):
            (own if is_covered else seen).add(other)
    name = found.name or found.email
    looks = Viewer(
        name, sees_all=reach == "all", user_id=user_id, role=found.role if reach else "", on=on,
        own=frozenset(own) if reach else frozenset(), seen=frozenset(seen - own) if reach else frozenset(),
    )  # fmt: skip
    return Actor("user", name, place, looks)


def _named(is_allowed: bool, which: Q) -> tuple[UserRow, ...]:
    if not is_allowed:
        return ()
    return tuple(_row(found) for found in User.objects.filter(which).order_by("name", "email"))


def _row(user: User) -> UserRow:
    return UserRow(
        user.pk, user.email, user.name, user.role, user.team, user.is_active, user.last_login
    )
