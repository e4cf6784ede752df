"""This file sets up people for tests: users with roles and teams, and as whom each acts."""

from __future__ import annotations

from datetime import date

from keepwell.app import actions, queries
from keepwell.app.viewers import SYSTEM, Actor
from tests.cast import ANA, NOON

DAY = NOON.date()


def add(name: str, role: str, team: str = "", owner: str = "", email: str = "") -> int:
    """Invite somebody, whose address is their name at harbour.example; returns their number."""
    email = email or f"{name.lower().replace(' ', '.')}@harbour.example"
    made = actions.users.invite(
        email=email, name=name, role=role, team=team, owner=owner, by=ANA, at=NOON
    )
    return made.user_id


def acting(user_id: int, on: date = DAY) -> Actor:
    """As whom somebody acts on a day, as every request asks anew."""
    return queries.users.actor(SYSTEM, user_id, on)


def ids(user_id: int, on: date = DAY) -> list[str]:
    """Which accounts somebody sees on a day."""
    return queries.accounts.ids(acting(user_id, on).viewer)
