"""This file tests `keepwell score --from`: many dates by one command, each once, and what is rejected."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import Terminal
from tests.house.rooms import ROOT

WEEKS = ("score", "--from", "2026-10-05", "--to", "2026-11-01", "--every", "week")


def documented(nth: int) -> list[str]:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.split("\n## keepwell score\n")[1].split("\n## ")[0]
    return list(json.loads(re.findall(r"```json\n(.*?)```", section, re.S)[nth]))


def test_many_dates_are_scored_by_one_command(own: Terminal) -> None:
    first = own.type(*WEEKS, "--json").json
    assert list(first) == documented(1)
    assert [run["as_of"] for run in first["runs"]] == [
        "2026-10-05",
        "2026-10-12",
        "2026-10-19",
        "2026-10-26",
    ]
    assert (first["dates"], first["new"], first["accounts"], first["as_of"]) == (
        4,
        4,
        28,
        "2026-10-26",
    )
    again = own.type(*WEEKS, "--json").json
    assert (again["dates"], again["new"]) == (4, 0)
    assert "28 accounts on 2026-10-26 by version 1" in own.type(*WEEKS).out
    for day in ("2026-10-12", "2026-10-26"):
        assert own.type("explain", "Brightwater", "--as-of", day).code == 0
    out = own.folder / "measures.csv"
    assert own.type("export", "measures", "--as-of", "2026-10-12", "--out", str(out)).code == 0
    assert {line.split(",")[1] for line in out.read_text(encoding="utf-8").splitlines()[1:]} == {
        "2026-10-12"
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--as-of", "2026-10-01", "--from", "2026-09-01"], "--as-of"),
        (["--to", "2026-09-01"], "--from"),
        (["--every", "week"], "--from"),
        (["--from", "2026-09-02", "--to", "2026-09-01"], "--from 2026-09-02 is after --to 2026-09-01."),
        (["--from", "2026-09-01", "--every", "fortnight"], "`fortnight`"),
        (["--from", "2026-09-01", "--every", "0 days"], "`0 days`"),
        (["--from", "1990-01-01", "--to", "2100-01-01", "--every", "day"], "4,000 dates"),
    ],
)  # fmt: skip
def test_dates_that_have_no_meaning_are_wrong_use(
    starter: Terminal, words: list[str], said: str
) -> None:
    answer = starter.type("score", *words)
    assert (answer.code, said in answer.err) == (2, True), answer.err
