"""This file tests `keepwell pulse`: given, seen in the next score and listed at a terminal, and what is rejected."""

from __future__ import annotations

import pytest

from keepwell.app.actions import intake
from tests.cli.conftest import Terminal
from tests.cli.test_json import documented

RED = ["pulse", "Northgate", "red", "--note", "Their [red]sponsor[/red] leaves"]


def reading_pulses(own: Terminal) -> None:
    """Publish a card that reads pulses."""
    card = own.folder / "cards/health.yaml"
    assert own.type("catalogue", "--add", "pulse", str(card), "--group", "sentiment").code == 0
    assert own.type("publish", str(card), "--note", "with pulses").code == 0


def test_a_pulse_is_given_counted_at_once_and_listed(own: Terminal, in_november: None) -> None:
    reading_pulses(own)
    done = own.type(*RED, "--reason", "sponsor-left", "--json")
    assert (done.code, list(done.json)) == (0, documented("pulse")), done.err
    assert (done.json["pulse"], done.json["by"], done.json["load"]) == ("red", "Ana", 2)
    live = own.type("explain", "Northgate", "--live", "--json").json
    assert done.json["live"]["score"] == live["score"]
    assert (
        '"value": "red"'
        in own.type("explain", "Northgate", "--live", "--json").out.replace("\n", "")
        or "red" in own.type("explain", "Northgate", "--live").out
    )
    assert own.type("score").code == 0
    row = next(row for row in own.type("scores", "--json").json if row["account_id"] == "A-104")
    assert row["score"] == live["score"]
    said = own.type("pulse", "Northgate", "green", "--note", "All is well again").out
    assert said.startswith("Recorded green for A-104. Its live score is now ")
    rows = own.type("pulse", "--json").json
    assert [row["pulse"] for row in rows] == ["green", "red"]
    assert list(rows[0]) == documented("pulse")[:-1]
    listed = own.type("pulse", "Northgate").out
    assert "Their [red]sponsor[/red] leaves" in " ".join(listed.split())
    status = own.type("status").out
    assert "no rhythm" in next(line for line in status.splitlines() if line.startswith("app "))
    assert own.type("verify").code == 0
    assert own.type("replay").code == 0


def test_a_card_that_reads_no_pulse_is_told_of(own: Terminal) -> None:
    assert own.type(*RED).out == (
        "Recorded red for A-104. The published card reads no pulse, so the score stays. See: keepwell catalogue pulse\n"
    )


def test_a_pulse_is_kept_where_what_follows_fails(
    own: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**more: object) -> None:
        raise intake.datafiles.RowsDiffer("a disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(intake, "move", fail)
        failed = own.type(*RED)
        assert (failed.code, "is recorded, so do not type it again" in failed.err) == (1, True)
    assert "1 pulse not counted yet. Next: keepwell score" in own.type("pulse").out
    assert "1 fact typed here not loaded yet. Next: keepwell score" in own.type("status").out
    assert own.type("explain", "Northgate", "--live").code == 0
    assert [row["load"] for row in own.type("pulse", "--json").json] == [2]


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["A-104", "4", "--note", "so"], 1, "P101"),
        (["nobody-like-this", "red", "--note", "so"], 1, "A101"),
        (["A-104", "red"], 2, "E101"),
        (["A-104", "red", "--note", " "], 2, "E101"),
        (["A-104", "--note", "so"], 2, "E101"),
        (["--note", "so"], 2, "E101"),
    ],
)
def test_a_pulse_without_a_meaning_is_rejected(
    starter: Terminal, words: list[str], exit_code: int, code: str
) -> None:
    answer = starter.type("pulse", *words, "--json")
    assert (answer.code, answer.json["code"]) == (exit_code, code), answer.out
    assert starter.type("pulse", "--json").json == []
