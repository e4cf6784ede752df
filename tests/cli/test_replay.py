"""This file tests `keepwell replay`: a past run, named by its id or its date, is the same to the bit, or the differences are listed."""

from __future__ import annotations

import pytest

from tests.cli.conftest import AS_OF, Terminal
from tests.cli.test_json import documented


def test_a_run_is_named_by_its_id_by_its_beginning_or_by_its_date(starter: Terminal) -> None:
    run = starter.type("scores", "--as-of", AS_OF, "--json").json[0]["run_id"]
    for words in ([run], [run[:8]], ["--as-of", AS_OF]):
        answer = starter.type("replay", *words)
        assert (answer.code, "the same to the bit (28 scores" in answer.out) == (0, True), (
            answer.err
        )
        assert f"Run for {AS_OF} by version 1" in answer.out
    assert list(starter.type("replay", run, "--json").json) == documented("replay")


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["no-such-run"], 1, "S108"),
        (["--as-of", "2020-01-01"], 1, "E104"),
        (["abc", "--as-of", AS_OF], 2, "E101"),
    ],
)
def test_an_unknown_run_is_rejected(
    starter: Terminal, words: list[str], exit_code: int, code: str
) -> None:
    answer = starter.type("replay", *words, "--json")
    assert (answer.code, answer.json["code"]) == (exit_code, code), answer.out
