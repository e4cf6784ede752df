"""This file tests `keepwell today`: its shape, and that every line fits a terminal of 80 characters."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from keepwell.cli import clock
from tests.cli.conftest import Terminal
from tests.cli.test_json import documented
from tests.terminal import typed

pytestmark = pytest.mark.usefixtures("in_november")


def test_it_answers_in_the_documented_shape(starter: Terminal) -> None:
    answer = starter.type("today", "--limit", "2", "--json").json
    assert list(answer) == documented("today")
    assert [call["reason"] for call in answer["calls"]] == ["decided_soon"] * 2
    assert answer["calls"][0]["decision"]["on"] <= answer["calls"][1]["decision"]["on"]
    assert {call["meaning"] for call in answer["calls"]} <= {"watch", "at risk", None}
    assert answer["waiting"] > 0


def test_it_is_read_at_80_characters(starter: Terminal) -> None:
    shown = typed("today", "--workspace", str(starter.folder), columns="80").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "■ Red" in shown


@pytest.mark.parametrize(("day", "is_old"), [(8, False), (9, True)])
def test_scores_older_than_a_week_are_not_taken_for_today(
    starter: Terminal, monkeypatch: pytest.MonkeyPatch, day: int, is_old: bool
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, day, 12, tzinfo=UTC))
    told = [starter.type(*words).out for words in (["today"], ["explain", "A-102"])]
    assert ["8 days old" in out for out in told] == [is_old, is_old]
    assert ["Next: keepwell import, then keepwell score" in out for out in told] == [is_old] * 2
    assert "days old" not in starter.type("explain", "A-102", "--as-of", "2026-11-01").out


def test_an_owner_whom_nobody_knows_is_not_one_without_worries(starter: Terminal) -> None:
    owner = starter.type("today", "--json").json["calls"][0]["owner"]
    for command in ("today", "scores"):
        said = " ".join(starter.type(command, "--owner", owner[:-1]).out.split())
        assert f"Nobody called `{owner[:-1]}` owns an account. Did you mean `{owner}`?" in said
        assert "Nobody" not in starter.type(command, "--owner", owner).out


def test_before_the_first_score_it_says_the_next_step(fresh: Terminal) -> None:
    answer = fresh.type("today")
    assert (answer.code, "keepwell score" in answer.err) == (1, True)
