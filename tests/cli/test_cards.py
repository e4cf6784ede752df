"""This file tests what is done with cards: checked, published, tried without publishing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from keepwell.cli import card_files
from keepwell.health import cards
from tests.cli.conftest import AS_OF, STARTER, Terminal


@pytest.fixture
def card(fresh: Terminal) -> Path:
    return fresh.folder / "cards" / "health.yaml"


def test_the_ready_card_is_valid(fresh: Terminal, card: Path) -> None:
    answer = fresh.type("check", str(card))
    assert answer.code == 0
    assert "8 measures in 6 areas" in answer.out


@pytest.mark.parametrize("name", cards.NAMES)
def test_a_workspace_starts_with_the_ready_card_that_was_asked_for(
    tmp_path: Path, name: str
) -> None:
    terminal = Terminal(tmp_path / "ours")
    made = terminal.type("init", str(terminal.folder), "--card", name, "--json").json
    place = terminal.folder / "cards/health.yaml"
    assert (made["ready"], Path(made["card"])) == (name, place)
    assert place.read_text(encoding="utf-8") == cards.ready(name)
    assert terminal.type("check", str(place)).code == 0


def test_an_unknown_ready_card_creates_nothing(tmp_path: Path) -> None:
    rejected = Terminal(tmp_path).type("init", str(tmp_path / "ours"), "--card", "gut-feeling")
    assert (rejected.code, "early-startup" in rejected.err) == (2, True)
    assert not (tmp_path / "ours").exists()


@pytest.mark.parametrize("name", cards.NAMES)
def test_every_ready_card_scores_most_of_the_starter_and_guesses_for_nobody(
    own: Terminal, tmp_path: Path, name: str
) -> None:
    card = tmp_path / f"{name}.yaml"
    card.write_text(cards.ready(name), encoding="utf-8")
    run = own.type("score", "--as-of", AS_OF, "--card", str(card), "--json").json
    rows = own.type("scores", "--as-of", AS_OF, "--draft", "--json").json
    # Four months of data cannot say that nobody met an executive within nine: for that card, that is too little.
    assert run["without_score"] <= {"enterprise": 20}.get(name, 10)
    assert all((row["score"] is None) == (row["status"] == "not enough data") for row in rows)
    least = {"early-startup": 0.4}.get(name, 0.5)
    assert all(row["coverage"] >= least for row in rows if row["score"] is not None)


def test_the_starter_has_the_ready_card() -> None:
    assert (STARTER / "cards/health.yaml").read_text(encoding="utf-8") == cards.ready("b2b-saas")


def test_a_check_names_all_faults_with_their_lines(fresh: Terminal, card: Path) -> None:
    text = (
        card.read_text(encoding="utf-8")
        .replace("take: active days", "take: active hours")
        .replace("means: watch", "means: wach")
    )
    card.write_text(text, encoding="utf-8")
    answer = fresh.type("check", str(card), "--json")
    assert answer.code == 1
    lines = text.splitlines()
    found = {fault["line"]: fault["got"] for fault in answer.json["faults"]}
    assert {got: lines[line - 1].strip()[:10] for line, got in found.items()} == {
        "wach": "- {name: A", "active hours": "take: acti",
    }  # fmt: skip


def test_a_card_is_checked_outside_a_workspace_too(tmp_path: Path) -> None:
    shutil.copy(STARTER / "cards/health.yaml", tmp_path)
    assert Terminal(tmp_path).type("check", str(tmp_path / "health.yaml")).code == 0


def test_publishing_gives_the_next_version_and_the_file_notes_it(
    fresh: Terminal, card: Path
) -> None:
    before = card.read_text(encoding="utf-8")
    assert fresh.type("publish", str(card), "--note", "first", "--json").json["version"] == 1
    assert card.read_text(encoding="utf-8") == before + "# published as version 1\n"
    card.write_text(
        card.read_text(encoding="utf-8").replace("weight: 35", "weight: 30"), encoding="utf-8"
    )
    second = fresh.type("publish", str(card), "--note", "usage weighs less", "--json").json
    assert (second["version"], second["parent"], second["is_new"]) == (2, 1, True)


def test_publishing_the_same_again_is_no_new_version(fresh: Terminal, card: Path) -> None:
    fresh.type("publish", str(card), "--note", "first")
    again = fresh.type("publish", str(card), "--note", "again", "--json").json
    assert (again["version"], again["is_new"], again["note"]) == (1, False, "first")


def test_a_copy_of_an_older_version_does_not_undo_a_newer_one(fresh: Terminal, card: Path) -> None:
    fresh.type("publish", str(card), "--note", "first")
    theirs = card.read_text(encoding="utf-8")
    card.write_text(theirs.replace("weight: 35", "weight: 30"), encoding="utf-8")
    fresh.type("publish", str(card), "--note", "second", "--by", "Ben")
    card.write_text(theirs.replace("weight: 35", "weight: 40"), encoding="utf-8")
    rejected = fresh.type("publish", str(card), "--note", "third")
    assert rejected.code == 1
    assert "published by Ben" in rejected.err
    assert fresh.type("status", "--json").json["scorecard"]["version"] == 2
    assert fresh.type("publish", str(card), "--note", "third", "--parent", "2").code == 0


def test_a_card_from_elsewhere_can_be_the_first_one(fresh: Terminal, card: Path) -> None:
    card_files.note_version(card, 7)
    assert fresh.type("publish", str(card), "--note", "first").code == 0


def test_a_draft_is_scored_and_explained_without_being_published(
    own: Terminal, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    text = (STARTER / "cards/health.yaml").read_text(encoding="utf-8")
    draft.write_text(text.replace("weight: 35", "weight: 0"), encoding="utf-8")
    before = own.type("status", "--json").json["scorecard"]
    run = own.type("score", "--as-of", AS_OF, "--card", str(draft), "--json").json
    assert (run["kind"], run["version"]) == ("draft", None)
    scored = {
        row["account_id"]: row["score"] for row in own.type("scores", "--draft", "--json").json
    }
    explained = own.type("explain", "A-109", "--as-of", AS_OF, "--card", str(draft), "--json").json
    assert explained["score"] == scored["A-109"]
    assert (
        explained["score"] != own.type("explain", "A-109", "--as-of", AS_OF, "--json").json["score"]
    )
    assert own.type("status", "--json").json["scorecard"] == before
    assert {row["kind"] for row in own.type("scores", "--json").json} == {"published"}


def test_scoring_the_same_again_is_the_same_run(own: Terminal) -> None:
    first, second = (own.type("score", "--as-of", AS_OF, "--json").json for _ in range(2))
    assert first == second
