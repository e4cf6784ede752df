"""This file tests `keepwell usage` and `keepwell features`: who has a seat and no use for it, and which features nobody finds."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Terminal
from tests.cli.test_json import documented


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_who_has_a_seat_and_does_not_use_it(starter: Terminal) -> None:
    found = starter.type("usage", "Northgate", "--unused", "--json").json
    assert list(found) == documented("usage")
    assert (found["newest_on"], found["known"], found["unused"], found["unmatched"]) == ("2026-10-31", 46, 13, 2)  # fmt: skip
    assert all(person["is_unused"] and person["days"] >= 28 for person in found["people"])
    said = starter.type("usage", "Northgate", "--unused").out
    assert said.startswith(
        "Northgate Logistics: 13 of 46 known people used nothing from 2026-10-04 to 2026-10-31"
    )
    assert [line.split() for line in said.splitlines()[1:3]] == [
        ["Person", "Role", "Last", "use", "Days", "ago", "Feature"],
        ["nor-123", "2026-07-31", "92", "reports"],
    ]
    assert "2 contacts left out" in said
    assert len(starter.type("usage", "Northgate", "--json").json["people"]) == 46


def test_key_features_over_all_accounts(starter: Terminal) -> None:
    found = starter.type("features", "--json").json
    assert list(found) == documented("features")
    assert (found["accounts"], found["left_out"]) == (28, 2)
    least = found["features"][0]
    assert (least["feature"], least["using"], least["could"], least["users"]) == ("forecast", 5, 28, 20)  # fmt: skip
    said = starter.type("features").out
    assert "forecast        weekly    5 of 28   18 %     20     22     0         1" in said
    assert all(len(line) <= 80 for line in said.splitlines()[1:])


def test_why_accounts_do_not_use_a_feature(starter: Terminal) -> None:
    whole = starter.type("features", "--json").json
    assert starter.type("features", "FORECAST", "--json").json == whole["features"][0]
    said = starter.type("features", "forecast").out
    assert "forecast: 5 of 28 accounts (18 %) used it within the 14 days up to 2026-10-31," in said
    rows = [" ".join(line.split()) for line in said.splitlines()]
    assert "Brightwater Clinics A-102 given up 2026-09-16 35" in rows
    assert said.splitlines()[-2:] == [
        "Never tried: do they know it is there?",
        "Given up: does it do what they need?",
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["usage", "nobody-like-this", "--unused"], "A101"),
        (["features", "forcast"], "U103"),
    ],
)
def test_what_there_is_not_is_said(starter: Terminal, words: list[str], code: str) -> None:
    answer = starter.type(*words, "--json")
    assert (answer.code, answer.json["code"]) == (1, code)


def test_before_any_usage_the_next_step_is_said(fresh: Terminal) -> None:
    answer = fresh.type("features", "--json")
    assert (answer.code, answer.json["code"]) == (1, "U101")
    assert "keepwell import" in answer.json["way_out"]
