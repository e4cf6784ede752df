"""This file holds who may open which page: every address, by role, for strangers, and of accounts that may not be seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from keepwell.app import actions, queries
from keepwell.app.installation import Installation
from keepwell.app.viewers import Actor, Viewer
from keepwell.app.web import middleware, urls
from tests.app.people import acting
from tests.app.permission_cells import CELLS, CHANGED, LISTS, OF_PAGES, SHOWN
from tests.app.permissions import MAY, MISSING, ROLES, STANDS, World, build, changes, sees
from tests.browsers import PLAIN, browser
from tests.cast import ANA, NOON, VIEWER


@dataclass(frozen=True)
class Page:
    """What the matrix knows of an address: for whom it is, and what to send where something is sent.

    `of` is "account" for those who see one, "change" for those who may change one, a right for those who have it, "all"
    for whoever is signed in, and "open" for everybody. A page of a right is answered otherwise than by 403 or 404.
    """

    of: str
    sends: dict[str, Any] | None = None
    arguments: Callable[[World], list[Any]] = field(default=lambda world: [])


TOUCH = {"kind": "note", "note": "so", "when": ""}
PULSE = {"pulse": "red", "note": "so"}
OVERRIDE = {"score": "5", "because": "so", "until": "2026-04-01"}
ELSE: Callable[[World], list[Any]] = lambda world: [world.others["Else"]]  # noqa: E731
PAGES: dict[str, Page] = {
    "home": Page("all"),
    "book": Page("all"),
    "portfolio": Page("all"),
    "portfolio_file": Page("all"),
    "save_view": Page("all", {"name": "mine"}),
    "remove_view": Page("people", {}, lambda world: [_view(world)]),
    "assign_listed": Page("assign", {"user": "10000", "account": ["own-1"]}),
    "drops": Page("all"),
    "search": Page("all"),
    "me": Page("all"),
    "sign_in_link": Page("open", arguments=lambda world: ["token"]),
    "account": Page("account"),
    "changed": Page("account"),
    "facts": Page("account"),
    "pins": Page("account"),
    "timeline": Page("account"),
    "people_of": Page("account"),
    "contracts": Page("account"),
    "usage": Page("account"),
    "outcomes": Page("account"),
    "log": Page("change", TOUCH),
    "undo_touch": Page("change", {}),
    "pulse": Page("change", PULSE),
    "undo_pulse": Page("change", {}),
    "override": Page("change", OVERRIDE),
    "end_override": Page("change", {}),
    "data": Page("all"),
    "work": Page("all"),
    "import_now": Page("import", {}),
    "score_now": Page("score", {}),
    "judge": Page("publish"),
    "judge_work": Page("publish"),
    "judge_now": Page("publish", {}),
    "freeze_likelihood": Page("publish", {"note": "Yearly review"}),
    "judge_file": Page("publish"),
    "people": Page("assign"),
    "invite_person": Page("people", {}),
    "change_person": Page("people", {"name": "Else"}, ELSE),
    "link_person": Page("people", {}, ELSE),
    "deactivate_person": Page("people", {}, lambda world: [world.others["Closed"]]),
    "reactivate_person": Page("people", {}, lambda world: [world.others["Closed"]]),
    "name_owner": Page("people", {}),
    "team": Page("teams", {}),
    "cover": Page("all", {}),
    "end_cover": Page("assign", {}, lambda world: [_absence(world)]),
    "assign": Page("assign", {"user": "10000"}),
    "forget_factor": Page("people", {}, ELSE),
    "tokens": Page("all"),
    "make_token": Page("all", {"name": "sync", "scope": "read accounts", "days": "90"}),
    "revoke_token": Page("tokens", {}, lambda world: [world.token]),
    "rename_me": Page("all", {"name": "Pia"}),
    "change_my_address": Page("people", {"email": "pia@harbour.example"}),
    "audit": Page("audit"),
}


# Whoever signs in, or changes how they do: their own tests hold who may open these.
OF_SIGN_IN = (
    "account_", "mfa_", "usersessions_", "single_sign_on", "socialaccount_", "openid_connect_",
)  # fmt: skip


def _view(world: World) -> int:
    """A view that another person shares; a new one each time."""
    other = acting(world.others["Else"])
    actions.saved_views.save(name="shared", query="", is_shared=True, by=other, at=NOON)
    return next(view.view_id for view in queries.saved_views.of(other.viewer))


def _absence(world: World) -> int:
    """An absence of two others, which nobody but those who assign can end; a new one each time."""
    day = NOON.date()
    return actions.absences.cover(
        installation=world.installation, user_id=world.others["Else"], covered_by=world.others["Mate"], from_on=day,
        until_on=day, by=ANA, at=NOON,
    )  # fmt: skip


class AtNoon(datetime):
    """The clock of the pages, stopped on the day for which the matrix holds."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return NOON


@pytest.fixture
def world(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(middleware, "datetime", AtNoon)
    with PLAIN:
        yield build(installation)


def addresses() -> list[str]:
    """The names of all addresses but those of signing in."""
    names = [str(each.name) for each in urls.urlpatterns if isinstance(each, URLPattern)]
    return [name for name in names if not name.startswith(OF_SIGN_IN)]


def own_touch(world: World, account_id: str, id: str) -> None:
    """A touch that the person who asks logged, whatever they may today."""
    once = Actor("operator", "Pia", looks=Viewer("Pia", sees_all=True, user_id=world.person))
    actions.touchpoints.log(
        installation=world.installation, account_id=account_id, kind="note", note="so", id=id, by=once, at=NOON
    )  # fmt: skip


def own_pulse(world: World, account_id: str, id: str) -> None:
    """A pulse that the person who asks gave, whatever they may today."""
    once = Actor("operator", "Pia", looks=Viewer("Pia", sees_all=True, user_id=world.person))
    actions.pulses.give(
        installation=world.installation, account_id=account_id, pulse="red", note="so", id=id, by=once, at=NOON
    )  # fmt: skip


def ask(opened: Client, page: Page, name: str, arguments: list[Any]) -> int:
    url = reverse(name, args=arguments)
    if page.sends is None:
        return opened.get(url).status_code
    sends = page.sends
    if name in ("pulse", "log"):
        made = [len(queries.intake.made(VIEWER, table)) for table in ("pulses", "meetings")]
        sends = sends | {"id": f"{name}{arguments}{made}"}
    return opened.post(url, sends).status_code


def test_every_address_has_its_place_in_the_matrix() -> None:
    names = addresses()
    assert len(names) == len(set(names))
    assert set(names) == set(PAGES)


def test_strangers_are_sent_to_the_sign_in_page(world: World) -> None:
    opened = browser()
    for name, page in PAGES.items():
        arguments = page.arguments(world) or (["own-1"] if page.of in ("account", "change") else [])
        url = reverse(name, args=arguments)
        answer = opened.get(url) if page.sends is None else opened.post(url, page.sends)
        if page.of == "open":
            assert answer.status_code == 200
        else:
            assert answer.status_code == 302, name
            assert answer["Location"].startswith(reverse("account_login")), name


def test_every_address_is_for_those_who_may(world: World) -> None:
    cells, wrong = 0, []
    for role in ROLES:
        world.as_role(role)
        opened = browser(world.person)  # a change of role ends where one is signed in
        for name, page in PAGES.items():
            if page.of in ("account", "change"):
                continue
            cells += 1
            status = ask(opened, page, name, page.arguments(world))
            may = page.of in ("all", "open") or role in MAY[page.of]
            # There is no such page for whoever may not open it; what a list sends is refused.
            refused = 403 if name == "assign_listed" else 404
            is_right = status not in (403, 404) and status < 500 if may else status == refused
            if not is_right:
                wrong.append((role, name, status))
    assert wrong == []
    assert cells == CELLS["pages"]


def test_a_page_of_an_account_is_for_those_who_see_it(world: World) -> None:
    cells, wrong = 0, []
    for role in OF_PAGES:
        world.as_role(role)
        opened = browser(world.person)  # a change of role ends where one is signed in
        for name, page in PAGES.items():
            if page.of != "account":
                continue
            for account_id in SHOWN:
                cells += 1
                more = {"measure": "uses"} if name == "facts" else {}
                status = opened.get(reverse(name, args=[account_id]), more).status_code
                if status != (200 if sees(role, account_id) else 404):
                    wrong.append((role, name, account_id, status))
    assert wrong == []
    assert cells == CELLS["pages of one account"]


def test_what_changes_an_account_is_for_those_who_may(world: World) -> None:
    cells, wrong = 0, []
    for role in ROLES:
        world.as_role(role)
        opened = browser(world.person)  # a change of role ends where one is signed in
        for name, page in PAGES.items():
            if page.of != "change":
                continue
            for account_id in CHANGED:
                cells += 1
                sent = page
                if name in ("undo_touch", "undo_pulse") and account_id != MISSING:
                    own = own_touch if name == "undo_touch" else own_pulse
                    id = f"{name}-{role}-{account_id}"
                    own(world, account_id, id)
                    sent = replace(page, sends={"id": id})
                status = ask(opened, sent, name, [account_id])
                expected = (
                    302 if changes(role, account_id) else 403 if sees(role, account_id) else 404
                )
                if status != expected:
                    wrong.append((role, name, account_id, status, expected))
    assert wrong == []
    assert cells == CELLS["pages that change one account"]


def test_places_are_those_that_one_may_open(world: World) -> None:
    for role in ROLES:
        world.as_role(role)
        opened = browser(world.person)  # a change of role ends where one is signed in
        shown = opened.get("/me").content.decode()
        places = {"judge": "publish", "people": "assign", "tokens": "tokens", "audit": "audit"}
        for name, right in places.items():
            linked = re.search(rf'href="{reverse(name)}"( data-key="g."|)><svg', shown) is not None
            assert linked == (role in MAY[right]), (role, name)


def test_a_list_names_the_accounts_that_may_be_seen(world: World) -> None:
    """The book is one's own; the others are of all that one sees. What stands above an account is told by its name alone."""
    cells, wrong = 0, []
    for role in ROLES:
        world.as_role(role)
        opened = browser(world.person)  # a change of role ends where one is signed in
        for name in LISTS:
            text = opened.get(reverse(name)).content.decode()
            for account_id in STANDS:
                if name != "book":
                    # In capitals, so that a page which repeats the question does not pass for an answer.
                    answer = opened.get(reverse(name), {"q": f"Firm {account_id}".upper()})
                    # A search that finds one account leads to its page.
                    text = answer.content.decode() + answer.get("Location", "")
                named = re.search(rf"\b{account_id}\b", text) is not None
                cells += 1
                may = sees(role, account_id)
                # A book is somebody's own, and lists what is to be done: it may name fewer.
                if named != may and (named or name != "book"):
                    wrong.append((role, name, account_id, named))
        text = opened.get(reverse("account", args=["own-1"])).content.decode()
        assert sees(role, "beside-1") or "beside-1" not in text
    assert wrong == []
    assert cells == CELLS["pages that list accounts"]


@pytest.mark.both_databases
def test_the_people_page_does_what_it_says(world: World) -> None:
    world.as_role("admin")
    opened = browser(world.person)
    said = {
        "email": "new@harbour.example",
        "name": "New One",
        "role": "csm",
        "team": "",
        "owner": "",
    }
    answer = opened.post(reverse("invite_person"), said)
    assert answer["Cache-Control"] == "no-store"
    assert 'value="http://localhost/sign-in/' in answer.content.decode()
    again = opened.post(reverse("invite_person"), said)
    assert (again.status_code, "Somebody has the address" in again.content.decode()) == (422, True)
    assert "/sign-in/" not in opened.get(reverse("people")).content.decode()
    new = next(row for row in queries.users.everyone(VIEWER) if row.name == "New One")
    stranger = browser(new.user_id)
    opened.post(reverse("assign"), {"account": ["other-1", "nobody-1"], "user": new.user_id})
    assert stranger.get(reverse("account", args=["other-1"])).status_code == 200
    assert stranger.get(reverse("account", args=["lost-1"])).status_code == 404
    opened.post(
        reverse("change_person", args=[new.user_id]),
        {"role": "viewer", "name": "New One", "team": ""},
    )
    assert stranger.get(reverse("me")).status_code == 302, (
        "a change of role ends where one is signed in"
    )
    stranger = browser(new.user_id)
    assert stranger.get(reverse("account", args=["lost-1"])).status_code == 200
    opened.post(reverse("deactivate_person", args=[new.user_id]))
    assert stranger.get(reverse("me")).status_code == 302
    lines = opened.get(reverse("audit"), {"who": "Pia", "verb": "deactivate user"}).content.decode()
    assert "user new@harbour.example" in lines
    assert "127.0.0.1, Firefox" in lines
    assert (
        "Nobody did such a thing"
        in opened.get(reverse("audit"), {"since": "2030-01-01"}).content.decode()
    )
