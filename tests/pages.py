"""This file lets tests ask for pages without a server: people of the company, and clients that are signed in as them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from keepwell.app.web.passwords import Hasher
from tests.installations import AT, BY

# Pages read the clock: tests whose facts lie around today set it to this morning.
MORNING = datetime(2026, 11, 26, 9, tzinfo=UTC)
PASSWORD = "seven quiet herons"  # noqa: S105
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Somebody:
    """One person who uses Keepwell, by their number and address."""

    pk: int
    email: str


def person(
    email: str = "ada@harbour.example",
    *,
    name: str = "",
    role: str = "admin",
    password: str = PASSWORD,
    is_active: bool = True,
) -> Somebody:
    """Make somebody who uses Keepwell; without a password where it is empty."""
    from keepwell.app.models import User

    user = User(email=email, name=name or email.split("@")[0].title(), role=role, created_at=AT)
    user.is_active = is_active
    user.set_password(password or None)
    user.save()
    return Somebody(user.pk, email)


def token(somebody: Somebody, **more: Any) -> str:
    """Make a link of one use; as long as nobody says otherwise it was made just now."""
    from keepwell.app import actions

    return actions.users.link(
        user_id=somebody.pk, by=BY, at=more.pop("at", datetime.now(UTC)), **more
    )


def client(**more: Any) -> Client:
    """A browser without scripts, that nobody has signed in with."""
    gathered()
    return Client(headers={"host": HOST}, **more)


def by_link(somebody: Somebody, **more: Any) -> Client:
    """A browser in which somebody signed in by a link."""
    browser = client(**more)
    assert browser.post(f"/sign-in/{token(somebody)}").status_code == 302
    return browser


def by_password(
    somebody: Somebody, password: str = PASSWORD, *, remote: str = "127.0.0.1", **more: Any
) -> Client:
    """A browser in which somebody tried a password."""
    browser = client(**more)
    browser.post("/me/login/", {"login": somebody.email, "password": password}, REMOTE_ADDR=remote)
    return browser


def is_in(browser: Client) -> bool:
    """Tell whether a browser is signed in."""
    return browser.get("/me").status_code == 200


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep passwords cheaply: the time that Argon2 takes is for those who guess."""
    monkeypatch.setattr(Hasher, "time_cost", 1)
    monkeypatch.setattr(Hasher, "memory_cost", 64)
    monkeypatch.setattr(Hasher, "parallelism", 1)


@pytest.fixture
def morning() -> Iterator[None]:
    """Let it be that morning, whenever the test runs; the clock goes on from there."""
    with time_machine.travel(MORNING, tick=True):
        yield


@cache
def gathered() -> None:
    """Gather styles and scripts once: pages name them by their content."""
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
