"""This file tests what `keepwell check` prints: faults first, then advice by golden rule and mistake, then a summary."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import AS_OF, STARTER, Terminal


@pytest.fixture
def hasty(starter: Terminal, tmp_path: Path) -> Path:
    """The starter's card, grown lopsided: usage is nearly everything, a playbook is gone, and one measure reads nothing."""
    text = (
        (STARTER / "cards/health.yaml")
        .read_text(encoding="utf-8")
        .replace("weight: 35", "weight: 400")
    )
    lines = [line for line in text.splitlines() if "Ask the daily users" not in line]
    card = tmp_path / "hasty.yaml"
    card.write_text(
        "\n".join(lines).replace("where: kind = nps", "where: kind = ces") + "\n", encoding="utf-8"
    )
    return card


def test_the_ready_card_meets_every_golden_rule_on_the_data_of_the_starter(
    starter: Terminal,
) -> None:
    card = str(starter.folder / "cards/health.yaml")
    answer = starter.type("check", card, "--strict", "--json")
    assert answer.code == 0, answer.out
    assert (answer.json["faults"], set(answer.json["golden_rules"].values())) == ([], {True})
    assert (answer.json["as_of"], answer.json["accounts"]) == (AS_OF, 28)


def test_advice_is_listed_under_its_golden_rule_or_mistake(starter: Terminal, hasty: Path) -> None:
    answer = starter.type("check", str(hasty))
    assert answer.code == 0
    heads = [
        line
        for line in answer.out.splitlines()
        if line.startswith(("Golden rule", "Mistake", "Weights", "Data"))
    ]
    assert heads == [
        "Golden rule: actionable", "Mistake: easy, not meaningful", "Mistake: tuned all the time", "Weights", "Data",
    ]  # fmt: skip
    assert "3 of the 4 golden rules: inclusive, timely, contextual" in answer.out
    assert re.search(r"C801 .*sentiment\.recommendation: .* 28 accounts", answer.out)


def test_strict_fails_on_advice(starter: Terminal, hasty: Path) -> None:
    assert starter.type("check", str(hasty), "--strict").code == 1


def test_without_data_the_measures_are_not_tried(starter: Terminal, hasty: Path) -> None:
    answer = starter.type("check", str(hasty), "--no-data", "--json").json
    assert (answer["as_of"], answer["accounts"]) == (None, 0)
    assert "C801" not in {fault["code"] for fault in answer["faults"]}
    assert "C801" in starter.type("check", str(hasty)).out


def test_faults_come_before_everything(starter: Terminal, hasty: Path) -> None:
    hasty.write_text(
        hasty.read_text(encoding="utf-8").replace("take: active days", "take: often"),
        encoding="utf-8",
    )
    answer = starter.type("check", str(hasty))
    assert answer.code == 1
    assert answer.out.splitlines()[0].startswith("fault C206 ")
    assert "Golden rule" not in answer.out


def test_the_answer_in_json(starter: Terminal, hasty: Path) -> None:
    shown = starter.type("check", str(hasty), "--json").json
    assert shown["golden_rules"] == {
        "inclusive": True,
        "timely": True,
        "contextual": True,
        "actionable": False,
    }
    assert shown["mistakes"] == ["easy, not meaningful", "tuned all the time", "no playbooks"]
    assert (shown["as_of"], shown["accounts"], shown["page"], shown["is_ok"]) == (
        AS_OF,
        28,
        "docs/checks.md",
        True,
    )
    abouts = {fault["code"]: (fault["about"], fault["is_error"]) for fault in shown["faults"]}
    assert abouts["C642"] == ("Golden rule: actionable", False)


def test_watched_measures_are_listed(fresh: Terminal, tmp_path: Path) -> None:
    card = tmp_path / "watching.yaml"
    shutil.copy(STARTER / "cards/health.yaml", card)
    card.write_text(
        card.read_text(encoding="utf-8").replace("        weight: 60\n", "        weight: 0\n", 1),
        encoding="utf-8",
    )
    answer = fresh.type("check", str(card))
    assert "Watched without weight: usage.seats_in_use" in answer.out
    assert fresh.type("check", str(card), "--json").json["shadows"] == ["usage.seats_in_use"]


def test_a_file_that_is_no_card_has_one_fault(fresh: Terminal) -> None:
    answer = fresh.type("check", str(STARTER / "mapping.yaml"))
    assert answer.code == 1
    assert answer.out.splitlines()[0].startswith("fault C100 ")
    assert len(answer.out.splitlines()) == 2
