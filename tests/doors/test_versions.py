"""This file tests what is asked of published cards: which there are, what one says, how two differ, and going back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.conftest import AS_OF, Terminal
from tests.doors.test_json import documented


@pytest.fixture
def card(fresh: Terminal) -> Path:
    return fresh.folder / "cards" / "health.yaml"


@pytest.fixture
def two(fresh: Terminal, card: Path) -> Terminal:
    """A workspace with two versions: in Ben's the whole area of usage weighs less."""
    fresh.type("publish", str(card), "--note", "first")
    card.write_text(card.read_text(encoding="utf-8").replace("weight: 35", "weight: 30"), encoding="utf-8")
    assert fresh.type("publish", str(card), "--note", "usage weighs less", "--by", "Ben").code == 0
    return fresh


def test_versions_are_listed_with_who_and_why(two: Terminal) -> None:
    shown = two.type("versions").out
    assert shown.index("usage weighs less") < shown.index("first")
    assert "keepwell diff 1 2" in shown
    listed = two.type("versions", "--json").json
    assert [(row["version"], row["parent"], row["by"], row["note"]) for row in listed] == [
        (2, 1, "Ben", "usage weighs less"),
        (1, None, "Ana", "first"),
    ]
    assert {row["accounts"] for row in listed} == {None}
    assert list(listed[0]) == documented("versions")


def test_versions_tell_what_was_scored_with_them(starter: Terminal) -> None:
    (only,) = starter.type("versions", "--json").json
    assert (only["dates"], only["latest_on"], only["accounts"]) == (2, AS_OF, 30)
    assert "30 accounts, latest on 2026-11-01" in starter.type("versions").out


def test_a_version_is_printed_as_a_working_copy(two: Terminal, card: Path) -> None:
    assert two.type("versions", "2").out == card.read_text(encoding="utf-8")
    first = two.type("versions", "1").out
    assert first.endswith("# published as version 1\n")
    card.write_text(first, encoding="utf-8")
    refused = two.type("publish", str(card), "--note", "again")
    assert refused.code == 1
    assert "published by Ben" in refused.err
    assert "weight: 35" in two.type("versions", "1", "--json").json["text"]


@pytest.mark.parametrize(("number", "code"), [("9", 1), ("9" * 30, 1), ("0", 2), ("-1", 2), ("two", 2)])
def test_a_version_that_there_is_not_is_said_to_be_none(two: Terminal, number: str, code: int) -> None:
    answer = two.type("versions", number)
    assert answer.code == code
    assert code == 2 or "The latest is 2" in answer.err


def test_before_the_first_version_the_next_step_is_said(fresh: Terminal) -> None:
    assert "keepwell publish" in fresh.type("versions").out
    assert fresh.type("versions", "--json").json == []
    assert "None is published yet" in fresh.type("versions", "1").err


def test_a_card_without_a_last_line_break_is_not_published_twice(fresh: Terminal, card: Path) -> None:
    card.write_text(card.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert fresh.type("publish", str(card), "--note", "first", "--json").json["is_new"]
    assert not fresh.type("publish", str(card), "--note", "again", "--json").json["is_new"]
