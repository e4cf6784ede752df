"""This file holds what programs may send to /api/v1, that it is kept once, and that the description says so."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.api import openapi, routes
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.intake import Intake
from tests.app.permissions import World
from tests.app.programs import BODIES, NEEDS, PULSE, TOUCH, V1, Program, program, url
from tests.app.programs import world as world
from tests.cast import ANA, NOON, VIEWER
from tests.house.rooms import ROOT


@pytest.mark.both_databases
def test_a_message_that_comes_twice_is_one_fact(world: World) -> None:
    asking = program(world)
    for path, said in BODIES.items():
        before = Intake.objects.count()
        lines = AuditEntry.objects.count()
        first = asking.ask(url(path), said)
        again = asking.ask(url(path), said)
        assert (first[0], again[0]) == (201, 200)
        assert first[1] == again[1]
        other = asking.ask(url(path), said | {"note": "otherwise"})
        assert (other[0], other[1]["code"]) == (409, "N101")
        assert Intake.objects.count() == before + 1
        assert AuditEntry.objects.count() == lines + 1
    line = AuditEntry.objects.filter(verb="pulse").last()
    assert line is not None
    assert (line.by, line.object, line.place) == ("Pia", "account own-1", "token sync, 127.0.0.1")
    actions.intake.move(installation=world.installation, by=ANA, at=NOON)
    kept = queries.pulses.by_id(VIEWER, "m-1")
    assert kept is not None
    assert kept.load is not None, "what was sent can be loaded"


def test_a_touch_says_all_that_the_page_says(world: World) -> None:
    asking = program(world)
    said = {
        "id": "t-9", "kind": "meeting", "status": "held", "at": "2026-03-01T09:30:00+01:00", "executive_present": True,
        "people": [], "note": "Said that they stay.", "next_step": "Send the offer",
    }  # fmt: skip
    status, answer = asking.ask(url("/accounts/{id}/touches"), said)
    assert status == 201
    assert (answer["at"], answer["next_step"], answer["by"]) == ("2026-03-01T08:30:00+00:00", "Send the offer", "Pia")  # fmt: skip


DEEP = b'{"id": "x", "pulse": "red", "note": ' + b"[" * 50_000 + b"]" * 50_000
HOSTILE: list[tuple[bytes, int]] = [
    (b"", 415),
    (b" ", 400),
    (b"{", 400),
    (b"null", 400),
    (b"[]", 400),
    (b'"text"', 400),
    (b'{"id": NaN, "pulse": "red", "note": "so"}', 400),
    (b'{"id": "x", "pulse": "red", "note": Infinity}', 400),
    (b'{"id": "x", "pulse": "red", "note": "\\ud800"}', 400),
    (b'{"id": "x", "pulse": "red", "note": "a\\u0000b"}', 400),
    (b'{"id": "x", "pulse": "red", "note": "a", "\\udc80": "b"}', 400),
    (b'{"id": "x", "pulse": "red", "note": "\xff"}', 400),
    (b'\xef\xbb\xbf{"id": "x", "pulse": "red", "note": "so"}', 400),
    ('{"id": "x", "pulse": "red", "note": "so"}'.encode("utf-16"), 400),
    (b'{"id": "x", "pulse": "red", "note": "so", "note": "no"}', 400),
    (DEEP[:100_000], 400),
    (b"[" * 99_999, 400),
    (b'{"a": ' * 10_000 + b"1" + b"}" * 10_000, 400),
    (b'{"id": "x", "pulse": "red", "note": {"a": {"a": {"a": {"a": {"a": {}}}}}}}', 400),
    (b'{"id": "x", "pulse": "red", "note": ' + b"9" * 5_000 + b"}", 400),
    (b'{"id": "x", "pulse": "red", "note": "' + b"x" * 100_000 + b'"}', 413),
    (b" " * 100_001, 413),
    (b'{"id": "x", "pulse": "red", "note": "so"}' + b" " * 100_000, 413),
    (b'{"id": "x", "pulse": "red", "note": 1e999}', 422),
    (b'{"id": "x", "pulse": "red", "note": true}', 422),
    (b'{"id": "x", "pulse": "red", "note": ["so"]}', 422),
    (b'{"id": "x", "pulse": "red", "note": null}', 422),
    (b'{"id": "x", "pulse": "red"}', 422),
    (b'{"id": "x", "pulse": "red", "note": "so", "at": "2026-01-01"}', 422),
    (b'{"id": "x", "pulse": "red", "note": "so", "given_by": "Eve"}', 422),
    (b'{"id": "x", "pulse": "blue", "note": "so"}', 422),
    (b'{"id": "x", "pulse": "red", "note": "   "}', 422),
    (b'{"id": "", "pulse": "red", "note": "so"}', 422),
    (b'{"id": " x", "pulse": "red", "note": "so"}', 422),
    (b'{"id": "x\\n", "pulse": "red", "note": "so"}', 422),
    (b'{"id": "\\u00e4", "pulse": "red", "note": "so"}', 422),
    (b'{"id": "' + b"x" * 201 + b'", "pulse": "red", "note": "so"}', 422),
    (b'{"id": 7, "pulse": "red", "note": "so"}', 422),
    (b'{"id": "x", "pulse": "red", "note": "' + b"x" * 30_000 + b'"}', 422),
    (b'{"id": "p-own-1", "pulse": "red", "note": "so"}', 409),
    (b'{"id": "t-own-1", "pulse": "red", "note": "so"}', 409),
]  # fmt: skip
HOSTILE_TOUCHES: list[dict[str, Any]] = [
    {"kind": "dance"}, {"status": "maybe"}, {"at": "2026-03-01T09:30:00"}, {"at": "0001-01-01T00:00:00+14:00"},
    {"at": "9999-12-31T23:59:59-14:00"}, {"at": "2030-01-01T00:00:00Z"}, {"at": "soon"}, {"at": 7}, {"people": "mia"},
    {"people": [7]}, {"people": ["x"] * 101}, {"people": ["nobody"]}, {"people": ["x"] * 60}, {"executive_present": "yes"},
    {"executive_present": 1}, {"kind": "note", "note": ""},
]  # fmt: skip


def test_a_hostile_body_is_refused_in_a_sentence(world: World) -> None:
    asking = program(world)
    before = Intake.objects.count()
    for body, expected in HOSTILE:
        status, answer = asking.ask(url("/accounts/{id}/pulses"), body)
        assert status == expected, (body[:80], status, answer)
        assert answer["error"].endswith((".", "?")), answer
        assert len(answer["error"]) < 500
    for said in HOSTILE_TOUCHES:
        status, answer = asking.ask(url("/accounts/{id}/touches"), TOUCH | said)
        assert (status, answer["error"][-1] in ".?") == (422, True), (said, answer)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):  # fmt: skip
        status, answer = asking.ask(url("/accounts/{id}/pulses"), PULSE, kind=kind)
        assert (status, answer["code"]) == (415, "X112"), kind
    assert asking.ask(url("/accounts/{id}/pulses?note=x"), PULSE)[0] == 422
    assert Intake.objects.count() == before


def test_the_description_has_every_route(world: World) -> None:
    answer = Program().answer(openapi.PATH)
    assert answer.status_code == 200
    said = json.loads(answer.content)
    described = {(method.upper(), path) for path, of in said["paths"].items() for method in of}
    assert described == {(method, V1 + path) for method, path in NEEDS}
    operations = [each for of in said["paths"].values() for each in of.values()]
    assert len({each["operationId"] for each in operations}) == len(NEEDS)
    for (method, path), needed in NEEDS.items():
        operation = said["paths"][V1 + path][method.lower()]
        assert all(scope in operation["description"] for scope in needed)
        assert ("requestBody" in operation) == (method == "POST")
        names = [each["name"] for each in operation["parameters"]]
        assert ("id" in names) == ("{id}" in path)
    schema = said["paths"][f"{V1}/accounts/{{id}}/pulses"]["post"]["requestBody"]["content"]["application/json"]["schema"]  # fmt: skip
    assert schema["required"] == ["id", "pulse", "note"]


def test_the_examples_of_the_page_do_what_they_say(world: World) -> None:
    asking = program(world, role="admin")
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    examples = re.findall(r"^curl .*?(?=\n(?:curl|```))", page, re.S | re.M)
    assert len(examples) >= len(NEEDS)
    asked = set()
    for example in examples:
        words = example.replace("\\\n", " ")
        path = re.findall(r'"\$KEEPWELL(/\S*)"', words)[0].replace("C-1042", "own-1")
        sent = re.findall(r"-d '(.*?)'", words, re.S)
        assert '-H "Authorization: Bearer $TOKEN"' in words or path == openapi.PATH
        status, answer = asking.ask(path, sent[0].encode() if sent else None)
        assert status == (201 if sent else 200), (example, answer)
        asked |= {route.path for route, _ in routes.found(path.split("?")[0])}
    assert asked == {path for _, path in NEEDS}
