"""This file holds what is promised of people: roles, invitations, who is let go, and that somebody can always manage them."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections

from keepwell.app import actions, queries, rights
from keepwell.app.actions import users
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import NotAllowed, NotFound
from tests import pages
from tests.app.people import DAY, acting, add
from tests.cast import ANA, NOON, VIEWER

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("installation")]
LINK = Actor("user", "link")


def change(installation: Installation, user: int, by: Actor = ANA, **said: str) -> None:
    users.change(installation=installation, user_id=user, by=by, at=NOON, **said)  # type: ignore[arg-type]


def test_an_invitation_is_a_link_for_a_week() -> None:
    made = users.invite(
        email=" Eve@Harbour.Example ", name="Eve  Ash", role="csm", team="north", by=ANA, at=NOON
    )
    row = queries.users.user(VIEWER, made.user_id)
    assert (row.email, row.name, row.role, row.team, row.is_active) == (
        "eve@harbour.example",
        "Eve Ash",
        "csm",
        "north",
        True,
    )
    week = timedelta(days=7)
    with pytest.raises(users.UsedUp):
        users.use_link(token=made.token, by=LINK, at=NOON + week)
    assert (
        users.use_link(token=made.token, by=LINK, at=NOON + week - timedelta(seconds=1))
        == made.user_id
    )
    with pytest.raises(users.UsedUp):
        users.use_link(token=made.token, by=LINK, at=NOON)
    assert not AuditEntry.objects.filter(detail__icontains=made.token).exists()
    found = queries.users.of_link(SYSTEM, hashlib.sha256(made.token.encode()).hexdigest())
    assert found == row


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "eve"},
        {"email": "x" * 250 + "@a.example"},
        {"email": "e\0ve@harbour.example"},
        {"name": "  "},
        {"name": "x" * 201},
        {"name": "a\0b"},
        {"role": "king"},
        {"role": ""},
        {"team": "x" * 101},
        {"owner": "a\0b"},
    ],
)
def test_what_cannot_be_is_not_accepted(wrong: dict[str, str]) -> None:
    said = {"email": "eve@harbour.example", "name": "Eve", "role": "csm", "team": ""} | wrong
    with pytest.raises(users.NotAccepted):
        users.invite(**said, by=ANA, at=NOON)
    assert queries.users.everyone(VIEWER) == ()


def test_an_address_and_an_owner_are_one_persons() -> None:
    add("Eve", "csm", owner="Eve Ash")
    for said in (
        {"email": "EVE@harbour.example"},
        {"email": "fay@harbour.example", "owner": "eve  ASH"},
    ):
        with pytest.raises(users.Known):
            users.invite(name="Fay", role="csm", by=ANA, at=NOON, **said)
    assert len(queries.users.everyone(VIEWER)) == 1


def test_a_change_says_what_was_before(installation: Installation) -> None:
    eve = add("Eve", "csm", "north")
    change(installation, eve, role="leader", team="north", name="Eve Ash")
    entry = AuditEntry.objects.get(verb="change user")
    assert entry.before == {"role": "csm", "name": "Eve"}
    assert entry.after == {"role": "leader", "name": "Eve Ash"}
    change(installation, eve, role="leader")
    assert AuditEntry.objects.filter(verb="change user").count() == 1, "nothing was changed"
    assert acting(eve).viewer.sees_all
    with pytest.raises(users.NotAccepted):
        change(installation, eve, role="king")
    with pytest.raises(users.NoSuchUser):
        change(installation, 10_000, role="csm")


def test_a_role_holds_from_the_next_request_on(installation: Installation) -> None:
    ada, eve = add("Ada", "admin"), add("Eve", "admin")
    assert acting(eve).viewer.may("people")
    change(installation, eve, by=acting(ada), role="csm")
    assert not acting(eve).viewer.may("people")
    assert not acting(eve).viewer.sees_all
    with pytest.raises(NotAllowed, match=r"The role csm may not do this \(people\)"):
        change(installation, ada, by=acting(eve), role="csm")


def test_whoever_is_made_inactive_is_out_at_once(installation: Installation) -> None:
    from django.contrib.sessions.models import Session as OpenSession

    eve = add("Eve", "leader")
    opened = pages.by_link(pages.Somebody(eve, "eve"))
    assert opened.get("/me").status_code == 200
    assert OpenSession.objects.count() == 1
    link = users.link(user_id=eve, by=ANA, at=NOON)
    users.deactivate(user_id=eve, by=ANA, at=NOON)
    assert opened.get("/me")["Location"].startswith("/me/login/")
    assert OpenSession.objects.count() == 0
    with pytest.raises(NotFound):
        acting(eve)
    with pytest.raises(users.UsedUp):
        users.use_link(token=link, by=LINK, at=NOON)
    with pytest.raises(users.NotAccepted):
        users.new_link(user_id=eve, by=ANA, at=NOON)
    users.reactivate(user_id=eve, by=ANA, at=NOON)
    assert acting(eve).viewer.sees_all
    assert opened.get("/me")["Location"].startswith("/me/login/"), (
        "nobody is signed in again by that"
    )
    with pytest.raises(users.UsedUp):
        users.use_link(token=link, by=LINK, at=NOON)
    another = users.new_link(user_id=eve, by=ANA, at=NOON).token
    newest = users.new_link(user_id=eve, by=ANA, at=NOON).token
    with pytest.raises(users.UsedUp):
        users.use_link(token=another, by=LINK, at=NOON)
    assert users.use_link(token=newest, by=LINK, at=NOON) == eve
    assert [entry.verb for entry in AuditEntry.objects.filter(object="user eve@harbour.example", verb__contains="activate").order_by("pk")] == [
        "deactivate user", "reactivate user",
    ]  # fmt: skip


def test_the_last_administrator_stays(installation: Installation) -> None:
    ada, eve = add("Ada", "admin"), add("Eve", "admin")
    change(installation, eve, role="csm")
    for deactivated in (
        lambda: change(installation, ada, role="leader"),
        lambda: users.deactivate(user_id=ada, by=ANA, at=NOON),
    ):
        with pytest.raises(users.LastAdministrator):
            deactivated()
    change(installation, ada, name="Ada Lin")
    change(installation, eve, role="admin")
    users.deactivate(user_id=eve, by=ANA, at=NOON)
    with pytest.raises(users.LastAdministrator):
        users.deactivate(user_id=ada, by=ANA, at=NOON)
    assert acting(ada).viewer.may("people")


def test_of_two_administrators_who_let_each_other_go_one_stays(installation: Installation) -> None:
    people = add("Ada", "admin"), add("Eve", "admin")

    def deactivated(user: int) -> str:
        try:
            users.deactivate(user_id=user, by=ANA, at=NOON)
        except users.LastAdministrator:
            return "stays"
        finally:
            connections.close_all()
        return "goes"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(deactivated, people)) == ["goes", "stays"]


def test_the_first_administrator_is_made_once() -> None:
    for _ in range(2):
        users.first_administrator_link(name="Ada", by=ANA, at=NOON)
    (row,) = queries.users.everyone(VIEWER)
    assert (row.email, row.role) == (users.FIRST, "admin")


def test_a_request_asks_twice_who_looks() -> None:
    eve = add("Eve", "csm", "north")
    for nth in range(5):
        add(f"Mate {nth}", "csm", "north")
    asked: list[str] = []

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        found = queries.users.actor(SYSTEM, eve, DAY, "here")
    assert len(asked) == 2
    assert (found.place, len(found.viewer.seen), found.viewer.own) == ("here", 5, {eve})


def test_people_are_listed_for_those_who_may_know() -> None:
    eve, lea, ada = add("Eve", "csm", "north"), add("Lea", "leader"), add("Ada", "admin")
    seen = {who: acting(who).viewer for who in (eve, lea, ada)}
    assert [len(queries.users.everyone(viewer)) for viewer in seen.values()] == [0, 0, 3]
    assert [len(queries.users.choices(viewer)) for viewer in seen.values()] == [0, 3, 3]
    assert [len(queries.users.teams(viewer)) for viewer in seen.values()] == [0, 1, 1]
    assert queries.users.teams(VIEWER) == (queries.users.TeamRow("north", 1, sees_each_other=True),)
    assert queries.users.user(seen[eve], eve).name == "Eve"
    with pytest.raises(NotFound):
        queries.users.user(seen[eve], ada)


def test_a_role_that_is_not_known_may_nothing(installation: Installation) -> None:
    eve = add("Eve", "csm")
    get_user_model()._default_manager.filter(pk=eve).update(role="king")
    viewer = acting(eve).viewer
    assert not viewer.sees_all
    assert not any(viewer.may(right) for right in rights.RIGHTS)
    with pytest.raises(NotAllowed, match="Whoever has no role"):
        actions.users.invite(email="x@y.example", name="X", role="admin", by=acting(eve), at=NOON)
