"""This file tests `keepwell changed`: a sentence and a table that adds up, between two dates or two versions."""

from __future__ import annotations

import json
import math

import pytest

from tests.cli.conftest import AS_OF, Terminal
from tests.cli.test_json import documented
from tests.house.rooms import ROOT


def test_a_fall_has_a_sentence_and_a_table_that_adds_up(starter: Terminal) -> None:
    shown = starter.type("changed", "Brightwater", "--to", AS_OF).out
    answer = starter.type(
        "changed", "Brightwater", "--from", "2026-10-01", "--to", AS_OF, "--json"
    ).json
    assert list(answer) == documented("changed")
    assert (answer["account_id"], answer["before"]["as_of"], answer["after"]["as_of"]) == (
        "A-102",
        "2026-10-01",
        AS_OF,
    )
    largest = min(answer["steps"], key=lambda step: step["points"])
    assert (largest["title"], largest["cause"]) == ("Seats in use", "data")
    moved = answer["after"]["score"] - answer["before"]["score"]
    assert math.isclose(answer["points"], moved, abs_tol=1e-9)
    assert math.isclose(sum(step["points"] for step in answer["steps"]), moved, abs_tol=1e-9)
    assert math.isclose(sum(answer["causes"].values()), moved, abs_tol=1e-9)
    assert f"{moved:+.1f}" in shown


def test_every_account_of_the_starter_adds_up(starter: Terminal) -> None:
    earlier, later = (
        {
            row["account_id"]: row["score"]
            for row in starter.type("scores", "--as-of", day, "--json").json
        }
        for day in ("2026-10-01", AS_OF)
    )
    both = [
        name for name, score in earlier.items() if score is not None and later[name] is not None
    ]
    assert len(both) > 20
    for name in both[::3]:
        found = starter.type("changed", name, "--from", "2026-10-01", "--to", AS_OF, "--json").json
        total = sum(step["points"] for step in found["steps"])
        assert math.isclose(total, later[name] - earlier[name], abs_tol=1e-9), name


def test_two_versions_are_compared_on_one_date(own: Terminal) -> None:
    card = own.folder / "cards" / "health.yaml"
    card.write_text(
        card.read_text(encoding="utf-8").replace("weight: 60", "weight: 5"), encoding="utf-8"
    )
    assert own.type("publish", str(card), "--note", "seats weigh less").code == 0
    shown = own.type("changed", "Brightwater", "--versions", "1", "2", "--to", AS_OF)
    assert shown.code == 0, shown.err
    assert f"version 1 to version 2, both on {AS_OF}" in shown.out
    assert "version 2 instead of version 1" in shown.out


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (["nobody-like-this"], 1, "A101"),
        (["A-102", "--from", "2026-10-02"], 1, "E104"),  # no scores of that date
        (["A-102", "--to", "2026-10-01"], 1, "E104"),  # the first date with scores
        (["A-102", "--from", AS_OF, "--to", "2026-10-01"], 2, "E101"),
        (["A-102", "--versions", "1", "9"], 1, "S106"),
        (["A-102", "--versions", "1", "1", "--from", "2026-10-01"], 2, "E101"),
    ],
)
def test_what_cannot_be_compared_is_rejected(
    starter: Terminal, words: list[str], exit_code: int, code: str
) -> None:
    answer = starter.type("changed", *words, "--json")
    assert (answer.code, answer.json["code"]) == (exit_code, code), answer.out


BOTH = ("changed", "A-102", "--from", "2026-10-01", "--to", AS_OF)


def test_the_rows_behind_a_step_say_whether_they_counted_on_both_dates(starter: Terminal) -> None:
    asked = (*BOTH, "--facts", "meetings_held", "--json")
    answer = starter.type(*asked).json
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.split("\n## keepwell changed\n")[1].split("\n## ")[0]
    promised = json.loads(section.split("```json\n")[2].split("```")[0])
    assert list(answer) == list(promised)
    assert list(answer["before"]) == list(promised["before"])
    assert answer["rows"][0] == promised["rows"][0]
    # Those that counted are as many as the value of either date is made of.
    for side in ("before", "after"):
        counted = [row for row in answer["rows"] if row[side].startswith("counted")]
        assert len(counted) == answer[side]["rows_total"], side
    changed = {row["id"] for row in answer["rows"] if row["is_changed"]}
    assert changed == {
        row["id"]
        for row in answer["rows"]
        if row["before"].startswith("counted") != row["after"].startswith("counted")
    }
    shown = starter.type(*asked[:-1]).out
    assert f"{AS_OF}: 1 of 3 rows where status = 'held': 33 %." in shown
    assert "Counted 2026-10-01" in shown
    assert f"{len(changed)} row" in shown


def test_rows_on_two_dates_are_asked_for_as_they_can_be(starter: Terminal) -> None:
    few = starter.type(*BOTH, "--facts", "Seats in use", "--limit", "1").out
    assert "more rows: --limit" in few
    unknown = starter.type(*BOTH, "--facts", "meetings_hold", "--json")
    assert (unknown.code, unknown.json["code"]) == (1, "S112")
    assert "--facts" in starter.type(*BOTH, "--limit", "3").err
    assert "same rows" in starter.type("changed", "A-102", "--versions", "1", "1", "--facts", "x").err  # fmt: skip


def test_a_measure_that_the_earlier_card_did_not_have_is_said(own: Terminal) -> None:
    card = own.folder / "cards" / "health.yaml"
    text = card.read_text(encoding="utf-8").replace("measure: meetings_held", "measure: meetings_kept")  # fmt: skip
    card.write_text(text, encoding="utf-8")
    assert own.type("publish", str(card), "--note", "renamed").code == 0
    assert own.type("score", "--as-of", AS_OF).code == 0
    said = own.type(*BOTH, "--facts", "meetings_kept").err
    assert "The card of 2026-10-01 did not have `meetings_kept` yet" in said
    assert "keepwell explain A-102 --facts meetings_kept" in said
