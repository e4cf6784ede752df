"""This file tests `keepwell override`: set, seen, listed and ended at a terminal, and what is rejected."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Terminal
from tests.cli.test_json import documented

pytestmark = pytest.mark.usefixtures("in_november")

FAR = "2099-12-31"


def test_an_override_is_set_shown_listed_and_ended(own: Terminal) -> None:
    because = "Their [red]sponsor[/red] leaves"
    done = own.type("override", "Northgate", "--score", "30", "--because", because, "--until", FAR)
    assert (done.code, "A-104 is overridden to 30.0" in done.out) == (0, True), done.err
    assert "Their [red]sponsor[/red] leaves" in own.type("override").out
    assert list(own.type("override", "Northgate", "--json").json[0]) == documented("override")
    assert own.type("score").code == 0
    row = next(row for row in own.type("scores", "--json").json if row["account_id"] == "A-104")
    assert (row["score"], row["band"], row["computed_score"] > 40) == (30.0, "Red", True)
    assert row["override"] == f"Their [red]sponsor[/red] leaves (Ana, until {FAR})"
    assert "30.0*" in own.type("scores").out
    explained = own.type("explain", "Northgate")
    assert "override: Their [red]sponsor[/red] leaves (Ana, until 2099-12-31)." in explained.out
    changed = own.type("changed", "Northgate").out
    assert ": Their [red]sponsor[/red] leaves" in changed
    assert own.type("replay").code == 0
    ended = own.type("override", "Northgate", "--end")
    assert (ended.code, "A-104" in ended.out) == (0, True)
    assert own.type("score").code == 0
    assert (
        next(row for row in own.type("scores", "--json").json if row["account_id"] == "A-104")[
            "override"
        ]
        is None
    )
    assert own.type("override", "--json").json == []


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["A-104", "--score", "101", "--because", "so", "--until", FAR], 1, "O101"),
        (["A-104", "--score", "nan", "--because", "so", "--until", FAR], 1, "O101"),
        (["A-104", "--score", "30", "--because", "so", "--until", "2001-01-01"], 1, "O101"),
        (["nobody-like-this", "--score", "30", "--because", "so", "--until", FAR], 1, "A101"),
        (["A-104", "--score", "30", "--until", FAR], 2, "E101"),
        (["A-104", "--score", "30", "--because", "so"], 2, "E101"),
        (["--score", "30", "--because", "so", "--until", FAR], 2, "E101"),
        (["A-104", "--end", "--score", "30"], 2, "E101"),
        (["A-104", "--end"], 1, "O102"),
    ],
)
def test_an_override_without_a_meaning_is_rejected(
    starter: Terminal, words: list[str], exit_code: int, code: str
) -> None:
    answer = starter.type("override", *words, "--json")
    assert (answer.code, answer.json["code"]) == (exit_code, code), answer.out
    assert starter.type("override", "--json").json == []
