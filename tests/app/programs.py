"""This file lets tests call the API as a program with a token does, without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from keepwell.app import actions, rights
from keepwell.app.api import middleware
from keepwell.app.installation import Installation
from keepwell.app.models.tokens import ApiToken
from tests.app.permissions import World, build
from tests.app.test_page_permissions import AtNoon
from tests.browsers import PLAIN, browser
from tests.cast import NOON

V1 = "/api/v1"
PULSE = {"id": "m-1", "pulse": "red", "note": "so"}
TOUCH = {"id": "m-2", "kind": "call", "note": "so"}
BODIES = {"/accounts/{id}/pulses": PULSE, "/accounts/{id}/touches": TOUCH}
NEEDS = {  # apart from the code: what each route needs
    ("GET", "/accounts"): {"read accounts"},
    ("GET", "/accounts/{id}"): {"read accounts"},
    ("GET", "/accounts/{id}/score"): {"read scores"},
    ("GET", "/accounts/{id}/changed"): {"read scores"},
    ("GET", "/today"): {"read accounts", "read scores"},
    ("GET", "/feeds"): {"read accounts"},
    ("POST", "/accounts/{id}/pulses"): {"write pulses"},
    ("POST", "/accounts/{id}/touches"): {"write touches"},
}


@dataclass(frozen=True)
class Program:
    """A program with a token, or with what it takes for one."""

    token: str = ""
    client: Client = field(default_factory=browser)

    def ask(self, path: str, said: Any = None, **more: Any) -> tuple[int, Any]:
        answer = self.answer(path, said, **more)
        return answer.status_code, json.loads(answer.content)

    def answer(self, path: str, said: Any = None, method: str = "", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= more.pop("headers", {})
        method = method or ("GET" if said is None else "POST")
        body = said if isinstance(said, bytes) else json.dumps(said or {}).encode()
        kind = more.pop("kind", "application/json")
        if method == "GET":
            return self.client.get(path, headers=headers, **more)
        return self.client.generic(method, path, body, content_type=kind, headers=headers, **more)


@pytest.fixture
def world(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(middleware, "datetime", AtNoon)
    cache.clear()
    with PLAIN:
        yield build(installation)


def program(world: World, *scopes: str, role: str = "csm") -> Program:
    """A program of Pia in a role; without scopes with all that she may give."""
    by = world.as_role(role)
    ApiToken.objects.filter(user_id=world.person).delete()
    given = scopes or rights.scopes(role)
    return Program(actions.tokens.make(name="sync", scopes=given, by=by, at=NOON).token)


def url(path: str, account_id: str = "own-1") -> str:
    return V1 + path.replace("{id}", account_id)
