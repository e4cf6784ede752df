"""This file holds what programs are answered under /api/v1: by scope, by whose account it is, and without a token."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from keepwell.app import actions, queries, rights
from keepwell.app.api import middleware, routes
from keepwell.app.installation import Installation
from keepwell.app.models.tokens import ApiToken
from tests.app.people import acting, add
from tests.app.permission_cells import CELLS, SHOWN
from tests.app.permissions import ROLES, STANDS, World, changes, sees
from tests.app.programs import BODIES, NEEDS, PULSE, V1, Program, program, url
from tests.app.programs import world as world
from tests.app.test_page_permissions import AtNoon
from tests.browsers import browser
from tests.cast import ANA, NOON


def test_the_table_of_routes_needs_what_it_should() -> None:
    assert {(route.method, route.path): set(route.scopes) for route in routes.ROUTES} == NEEDS


@pytest.mark.both_databases
def test_every_route_is_for_its_scopes_alone(world: World) -> None:
    cells, wrong = 0, []
    some = [*([each] for each in rights.SCOPES), ["read accounts", "read scores"], list(rights.SCOPES)]  # fmt: skip
    for scopes in some:
        asking = program(world, *scopes)
        for (method, path), needed in NEEDS.items():
            cells += 1
            said = BODIES[path] | {"id": f"m-{cells}"} if method == "POST" else None
            status, answer = asking.ask(url(path), said)
            may = 200 if method == "GET" else 201
            expected = may if needed <= set(scopes) else 403
            if status != expected or (expected == 403 and answer["code"] != "X123"):
                wrong.append((scopes, path, status, answer))
    assert wrong == []
    assert cells == CELLS["routes by scope"]


@pytest.mark.both_databases
def test_every_route_is_for_those_who_see_or_may_change_the_account(world: World) -> None:
    cells, wrong = 0, []
    for role in ROLES:
        asking = program(world, role=role)
        for (method, path), _ in NEEDS.items():
            if "{id}" not in path:
                continue
            for account_id in SHOWN:
                cells += 1
                said = BODIES[path] | {"id": f"m-{cells}"} if method == "POST" else None  # fmt: skip
                status, answer = asking.ask(url(path, account_id), said)
                if method == "GET":
                    expected = 200 if sees(role, account_id) else 404
                elif role == "viewer":
                    expected = 403  # whose tokens never have the scope
                else:
                    expected = 201 if changes(role, account_id) else 403 if sees(role, account_id) else 404  # fmt: skip
                if status != expected:
                    wrong.append((role, path, account_id, status, answer))
    assert wrong == []
    assert cells == CELLS["routes of one account"]


def test_who_may_not_see_an_account_is_answered_as_if_there_were_none(world: World) -> None:
    asking = program(world)
    for (method, path), _ in NEEDS.items():
        if "{id}" in path:
            said = BODIES.get(path) if method == "POST" else None
            hidden = asking.ask(url(path, "other-1"), said)
            missing = asking.ask(url(path, "X-000-1"), said)
            assert json.dumps(hidden).replace("other-1", "X-000-1") == json.dumps(missing), path


def test_lists_name_no_account_that_may_not_be_seen(world: World) -> None:
    asking = program(world)
    for path in ("/accounts", "/accounts?size=200&sort=move", "/accounts?q=Firm", "/today?limit=200", "/accounts/own-1"):  # fmt: skip
        status, answer = asking.ask(V1 + path)
        assert status == 200
        text = json.dumps(answer)
        for account_id in ("other-1", "lost-1", "beside-1", "later-1", "was-covered"):
            assert f'"{account_id}"' not in text, (path, account_id)
    found = asking.ask(f"{V1}/accounts?size=200")[1]
    assert {row["account_id"] for row in found["accounts"]} == set(queries.accounts.ids(acting(world.person).viewer))  # fmt: skip
    assert found["total"] == len(found["accounts"])


def test_a_list_names_the_accounts_that_may_be_seen(world: World) -> None:
    cells, wrong = 0, []
    for role in ROLES:
        found = program(world, role=role).ask(f"{V1}/accounts?size=200")[1]
        ids = {row["account_id"] for row in found["accounts"]}
        for account_id in STANDS:
            cells += 1
            if (account_id in ids) != sees(role, account_id):
                wrong.append((role, account_id))
    assert wrong == []
    assert cells == CELLS["routes that list accounts"]


def test_scores_are_for_tokens_that_read_them(world: World) -> None:
    asking = program(world, "read accounts")
    for path in ("/accounts", "/accounts/own-1"):
        answer = asking.ask(V1 + path)[1]
        rows = answer.get("accounts", [answer])
        assert rows
        assert all(row["score"] is None for row in rows)
        assert "coverage" not in json.dumps(answer)
    for tells in ("band=Red", "sort=score", "sort=move", "band=-"):
        assert asking.ask(f"{V1}/accounts?{tells}")[0] == 403, tells
    names = [row["account_name"] for row in asking.ask(f"{V1}/accounts")[1]["accounts"]]
    assert names == sorted(names), "the usual order tells nothing of scores"
    sees_all = program(world, "read accounts", "read scores")
    assert sees_all.ask(f"{V1}/accounts/own-1")[1]["score"]["score"] == 3.0


def test_pages_filters_and_orders_are_those_of_the_list(world: World) -> None:
    asking = program(world, role="admin")
    every = asking.ask(f"{V1}/accounts?size=200&sort=name")[1]
    names = [row["account_name"] for row in every["accounts"]]
    assert names == sorted(names)
    down = asking.ask(f"{V1}/accounts?size=200&sort=name&direction=down")[1]
    assert [row["account_name"] for row in down["accounts"]] == names[::-1]
    paged = [
        row["account_name"]
        for page in (1, 2, 3)
        for row in asking.ask(f"{V1}/accounts?size=10&sort=name&page={page}")[1]["accounts"]
    ]
    assert paged == names
    assert (every["total"], every["pages"], every["currency"]) == (len(names), 1, "EUR")
    assert asking.ask(f"{V1}/accounts?owner=Pia%20Lang")[1]["total"] == 1
    assert 0 < asking.ask(f"{V1}/accounts?owner=-&band=Red")[1]["total"] < len(names)
    assert asking.ask(f"{V1}/accounts?decides=30&untouched=9")[1]["total"] == 0
    assert asking.ask(f"{V1}/accounts?revenue=101&q=own")[1]["total"] == 1


BAD = [
    "/accounts?colour=red",
    "/accounts?page=x",
    "/accounts?page=-1",
    "/accounts?page=9999999999",
    "/accounts?page=%D9%A3",
    "/accounts?size=201",
    "/accounts?page=1&page=2",
    "/accounts?sort=height",
    "/accounts?q=%00",
    "/accounts?q=" + "x" * 201,
    "/accounts?revenue=NaN",
    "/accounts/own-1/changed?from=yesterday",
    "/accounts/own-1/changed?from=2026-W01-1",
    "/accounts/own-1/changed?from=20260101",
    "/accounts/own-1/changed?from=2026-03-02&to=2026-03-01",
    "/accounts/own-1/changed?from=2026-03-02",
    "/today?limit=1.5",
]


def test_a_parameter_that_has_no_meaning_is_refused(world: World) -> None:
    asking = program(world)
    for path in BAD:
        status, answer = asking.ask(V1 + path)
        assert (status, answer["code"]) == (422, "X113"), path
        assert answer["error"].endswith((".", "?")), answer


def test_an_explanation_and_a_change_have_the_shapes_of_the_command_line(world: World) -> None:
    asking = program(world)
    score = asking.ask(f"{V1}/accounts/own-1/score")[1]
    assert (score["account_id"], score["score"], score["account"]["owner"]) == ("own-1", 3.0, "Pia Lang")  # fmt: skip
    assert score["tree"]["children"]
    found = asking.ask(f"{V1}/accounts/own-1/changed")[1]
    assert (found["before"]["as_of"], found["after"]["as_of"]) == (
        world.before.as_of.isoformat(),
        world.run.as_of.isoformat(),
    )
    until = f"?from={world.before.as_of}&to={world.run.as_of}"
    assert asking.ask(f"{V1}/accounts/own-1/changed{until}")[0] == 200
    early = asking.ask(f"{V1}/accounts/own-1/changed?to={world.before.as_of}")
    assert (early[0], early[1]["code"]) == (409, "E104")
    assert asking.ask(f"{V1}/accounts/own-1/changed?from=1999-01-01")[0] == 409
    feeds = asking.ask(f"{V1}/feeds")[1]
    assert [feed["feed"] for feed in feeds["feeds"]] == ["app", "crm"]
    assert {"calls", "left_out", "late_feeds"} <= set(asking.ask(f"{V1}/today")[1])


def test_before_anything_is_scored_that_is_said(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "datetime", AtNoon)
    by = acting(add("Ada", "admin"))
    scopes = ["read accounts", "read scores"]
    asking = Program(actions.tokens.make(name="sync", scopes=scopes, by=by, at=NOON).token)
    for path in ("/accounts", "/today"):
        assert asking.ask(V1 + path)[0] == 409
    assert asking.ask(f"{V1}/feeds")[0] == 200


STRANGE = [
    {}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}, {"Authorization": "Bearer kw_x"},
    {"Authorization": "Basic kw_x"}, {"Authorization": "kw_x"}, {"Cookie": "sessionid=x"}, {"X-Api-Key": "kw_x"},
]  # fmt: skip


@pytest.mark.both_databases
def test_whoever_shows_no_token_that_works_is_told_to(world: World) -> None:
    asking = program(world)
    token = asking.token
    strange = [*STRANGE, *({"Authorization": f"{scheme}{token}"} for scheme in ("", "Basic ", "Token ", "Bearer x", "Bearer x,Bearer "))]  # fmt: skip
    cookies = browser()
    for headers in strange:
        for path in ("/accounts", "/accounts/own-1", "/nowhere", f"/accounts?token={token}"):
            answer = cookies.get(V1 + path, headers=headers)
            assert answer.status_code in (401, 429), (headers, path)
            assert json.loads(answer.content)["code"] in ("X103", "X122")
            if answer.status_code == 401:
                assert answer["WWW-Authenticate"].startswith("Bearer")
            assert "Set-Cookie" not in answer.headers
        cache.clear()
    assert asking.ask(f"{V1}/accounts")[0] == 200
    assert Program().answer(f"{V1}/accounts", headers={"Authorization": f"bearer {token}"}).status_code == 200  # fmt: skip


@pytest.mark.both_databases
def test_a_token_that_ended_is_answered_so_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = program(world)
    where = f"{V1}/accounts"
    assert asking.ask(where)[0] == 200

    class Later(AtNoon):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return NOON + timedelta(days=90)

    monkeypatch.setattr(middleware, "datetime", Later)
    assert asking.ask(where)[0] == 401
    monkeypatch.setattr(middleware, "datetime", AtNoon)
    row = ApiToken.objects.get(user_id=world.person)
    actions.tokens.revoke(token_id=row.pk, by=acting(world.person), at=NOON)
    assert asking.ask(where)[0] == 401
    ApiToken.objects.update(revoked_at=None)
    assert asking.ask(where)[0] == 200
    actions.users.deactivate(user_id=world.person, by=ANA, at=NOON)
    assert asking.ask(where)[0] == 401


def test_a_cookie_lets_nobody_in(world: World) -> None:
    world.as_role("admin")
    opened = browser(world.person)
    assert opened.get("/me").status_code == 200
    for path in ("/accounts", "/accounts/own-1"):
        assert opened.get(V1 + path).status_code == 401
    sent = opened.post(url("/accounts/{id}/pulses"), json.dumps(PULSE), content_type="application/json")  # fmt: skip
    assert sent.status_code == 401


def test_no_form_of_another_site_and_no_page_is_behind_a_token(world: World) -> None:
    asking = program(world, role="admin")
    strict = Program(asking.token, Client(enforce_csrf_checks=True, SERVER_NAME="localhost"))
    answer = strict.answer(url("/accounts/{id}/pulses"), PULSE)
    assert answer.status_code == 201
    assert not {"Set-Cookie", "Access-Control-Allow-Origin"} & set(answer.headers)
    for page in ("/me", "/people", "/accounts/own-1", "/portfolio", "/tokens"):
        assert asking.answer(page).status_code == 302, page


def test_wrong_tokens_from_one_place_are_slowed_down(world: World) -> None:
    asking, wrong = program(world), Program("kw_wrong")
    where = f"{V1}/accounts"
    statuses = [wrong.ask(where)[0] for _ in range(25)]
    assert statuses == [401] * 20 + [429] * 5
    assert wrong.answer(where)["Retry-After"] == "60"
    assert wrong.ask(where, REMOTE_ADDR="10.9.9.9")[0] == 401
    assert asking.ask(where)[0] == 200, "nobody's broken script locks out who has a right one"


def test_what_is_not_there_is_json_too(world: World) -> None:
    asking = program(world)
    for path in ("/api/", "/api/v1", "/api/v2/accounts", "/api/v1/accounts/", "/api/v1/accounts/a/b", "/api/v1/accounts/own-1/"):  # fmt: skip
        status, answer = asking.ask(path)
        assert (status, answer["code"]) == (404, "X120"), path
    for method in ("DELETE", "PUT", "PATCH", "OPTIONS"):
        answer = asking.answer(f"{V1}/accounts", {}, method=method)
        assert (answer.status_code, answer["Allow"]) == (405, "GET"), method
    assert asking.answer(f"{V1}/accounts/own-1/pulses")["Allow"] == "POST"
    assert asking.answer(f"{V1}/accounts", {}, method="HEAD").status_code == 200
    other = asking.answer(f"{V1}/accounts", headers={"Host": "evil.example"})
    assert (other.status_code, json.loads(other.content)["code"]) == (400, "E100")


def test_an_id_is_one_step_of_an_address_when_it_is_quoted_twice() -> None:
    for quoted, account_id in (
        ("own-1", "own-1"),
        ("A%2FB%252", "A/B%2"),
        ("%2E%2E", ".."),
        ("caf%C3%A9", "café"),
    ):
        found = routes.found(f"{V1}/accounts/{quoted}/score")
        assert [(route.path, id) for route, id in found] == [("/accounts/{id}/score", account_id)]


def test_a_fault_of_ours_has_a_reference(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = program(world)

    def fail(*args: object, **more: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(queries.listings, "listing", fail)
    status, answer = asking.ask(f"{V1}/accounts")
    assert (status, answer["code"]) == (500, "E900")
    assert answer["reference"]
    assert "secret" not in json.dumps(answer)
