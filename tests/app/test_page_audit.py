"""This file holds that whatever a page changes stands in the audit once: what, whose, by whom and from where; what changes nothing does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from keepwell.app.actions import audit
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.ownership import Absence
from keepwell.app.models.saved_views import SavedView
from keepwell.app.models.tokens import ApiToken
from keepwell.app.web import middleware
from tests.app.permissions import World, build
from tests.app.test_page_permissions import PAGES, AtNoon
from tests.browsers import PLAIN, browser
from tests.pages import by_link, person

ACCOUNT = "own-1"
Arguments = Callable[[World], list[Any]]


def _none(world: World) -> list[Any]:
    return []


def _account(world: World) -> list[Any]:
    return [ACCOUNT]


def _else(world: World) -> list[Any]:
    return [world.others["Else"]]


# In the order in which they are done: each address that changes something, what is sent, and the lines that it writes.
DEEDS: tuple[tuple[str, Arguments, dict[str, Any], list[str]], ...] = (
    ("override", _account, {"score": "5", "because": "so", "until": "2099-01-01"}, ["override"]),
    ("end_override", _account, {}, ["end override"]),
    ("pulse", _account, {"pulse": "red", "note": "so", "id": "p-1"}, ["pulse", "import"]),
    ("undo_pulse", _account, {"id": "p-1"}, ["undo", "import"]),
    ("log", _account, {"kind": "call", "status": "held", "note": "so", "when": "", "id": "t-1"}, ["log", "import"]),
    ("undo_touch", _account, {"id": "t-1"}, ["undo", "import"]),
    ("save_view", _none, {"name": "mine", "query": "band=Red"}, ["save view"]),
    ("remove_view", lambda world: [SavedView.objects.get(name="mine").pk], {}, ["remove view"]),
    ("assign_listed", _none, {"user": "ELSE", "account": [ACCOUNT]}, ["assign"]),
    ("assign", _none, {"user": "ELSE", "account": ["team-1"]}, ["assign"]),
    ("invite_person", _none, {"email": "new@harbour.example", "name": "New", "role": "csm"}, ["create user", "make sign-in link"]),
    ("change_person", _else, {"name": "Else", "role": "executive", "team": "east"}, ["change user"]),
    ("link_person", _else, {}, ["make sign-in link"]),
    ("deactivate_person", _else, {}, ["deactivate user"]),
    ("reactivate_person", _else, {}, ["reactivate user"]),
    ("name_owner", _none, {"text": "Somebody Else", "user": "ELSE"}, ["name owner"]),
    ("team", _none, {"team": "east"}, ["change team"]),
    ("cover", _none, {"user": "ELSE", "by": "MATE", "from": "2099-01-01", "until": "2099-01-02"}, ["cover"]),
    ("end_cover", lambda world: [Absence.objects.order_by("-pk")[0].pk], {}, ["end cover"]),
    ("make_token", _none, {"name": "own", "scope": "read accounts", "days": "90"}, ["make token"]),
    ("revoke_token", lambda world: [ApiToken.objects.order_by("-pk")[0].pk], {}, ["revoke token"]),
    ("rename_me", _none, {"name": "Piet"}, ["change user"]),
    ("change_my_address", _none, {"email": "piet@harbour.example"}, ["change user"]),
    ("score_now", _none, {}, ["ask for work"]),
    ("import_now", _none, {}, ["ask for work"]),
    ("judge_now", _none, {}, ["ask for work"]),
)  # fmt: skip
# Their own tests hold what they write: tests/app/test_second_factor.py and test_judgements.py.
ELSEWHERE = {"forget_factor", "freeze_likelihood"}


@pytest.fixture
def world(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(middleware, "datetime", AtNoon)
    with PLAIN:
        yield build(installation)


def done(
    opened: Client, world: World, name: str, arguments: Arguments, sends: dict[str, Any]
) -> list[AuditEntry]:
    """Send a form as a page does, and give the lines that the audit has more than before."""
    before = AuditEntry.objects.count()
    people = {"ELSE": str(world.others["Else"]), "MATE": str(world.others["Mate"])}
    given = {
        key: people.get(value, value) if isinstance(value, str) else value
        for key, value in sends.items()
    }
    answer = opened.post(reverse(name, args=arguments(world)), given)
    assert answer.status_code in (200, 302), (name, answer.status_code)
    return list(AuditEntry.objects.order_by("pk")[before:])


@pytest.mark.both_databases
def test_each_deed_is_one_line(world: World) -> None:
    world.as_role("admin")
    opened = browser(world.person)
    wrong = []
    for name, arguments, sends, verbs in DEEDS:
        lines = done(opened, world, name, arguments, sends)
        if [line.verb for line in lines] != verbs:
            wrong.append((name, [line.verb for line in lines]))
        wrong += [
            (name, line.by, line.place)
            for line in lines
            if line.by not in ("Pia", "Piet") or "127.0.0.1" not in line.place
        ]
    assert wrong == []
    assert list(audit.verify()) == []


def test_every_address_that_changes_something_is_among_them() -> None:
    changing = {name for name, page in PAGES.items() if page.sends is not None}
    assert changing == {name for name, *_ in DEEDS} | ELSEWHERE


def test_looking_writes_nothing(world: World) -> None:
    world.as_role("admin")
    opened = browser(world.person)
    before = AuditEntry.objects.count()
    for name, page in PAGES.items():
        if page.sends is None and name != "sign_in_link":
            arguments = [ACCOUNT] if page.of == "account" else []
            more = {"measure": "uses"} if name == "facts" else {}
            answer = opened.get(reverse(name, args=arguments), more)
            assert answer.status_code < 400, f"{name}: a page that is refused writes nothing anyway"
    assert AuditEntry.objects.count() == before


def test_lines_stand_under_their_day_with_what_changed_in_words_first(world: World) -> None:
    world.as_role("admin")
    opened = browser(world.person)
    opened.post(reverse("change_person", args=_else(world)), {"name": "Elsa", "role": "executive", "team": "east"})  # fmt: skip
    html = opened.get(reverse("audit")).content.decode()
    days = re.findall(r'<tr class="sub"><th scope="rowgroup" colspan="4">([^<]+)<', html)
    assert days == ["Monday, 2 March 2026 "], days
    said = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert (
        "Change user user else@harbour.example \N{MIDDLE DOT} name and role changed name Else"
        in said
    )
    assert "role csm \N{RIGHTWARDS ARROW} executive" in said


def test_signing_in_says_where_from(installation: Installation) -> None:
    somebody = person("eva@harbour.example")
    before = AuditEntry.objects.count()
    by_link(somebody, HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Gecko/1 Firefox/139.0")
    lines = list(AuditEntry.objects.order_by("pk")[before:])
    assert {line.verb: line.place for line in lines if line.verb != "make sign-in link"} == {
        "use sign-in link": "127.0.0.1, Firefox",
        "sign in": "127.0.0.1, Firefox",
    }
