"""This file tests accounts below accounts at a terminal: a group counts what is below it, and is explained child by child."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import AS_OF, STARTER, Terminal

GROUP = "A-190,Larkfield Retail Group,enterprise,retail,IE,900,2024-01-15,Ana Ruiz,,,growing,no\n"
OWN_LINE = (
    "L-3900;A-190;Larkfield Core;recurring;2026-10-10;2027-10-10;40;seat;1000,00;EUR;yes;60\n"
)


@pytest.fixture(scope="module")
def grouped(plain_terminal: None, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """The starter company, where three accounts belong to a group that has its health from them."""
    terminal = Terminal(tmp_path_factory.mktemp("grouped") / "larkfield")
    shutil.copytree(STARTER, terminal.folder, ignore=shutil.ignore_patterns("data"))
    exported = terminal.folder / "exports" / "crm_accounts.csv"
    lines = exported.read_text(encoding="utf-8").splitlines(keepends=True)
    below = [
        _below(line) if line.startswith(("A-101,", "A-102,", "A-103,")) else line for line in lines
    ]
    exported.write_text("".join(below) + GROUP, encoding="utf-8")
    assert terminal.type("import", str(terminal.folder / "exports")).code == 0
    publish(terminal, "by revenue", "A group is what its shops are")
    for day in ("2026-10-01", AS_OF):
        assert terminal.type("score", "--as-of", day).code == 0
    return terminal


def _below(line: str) -> str:
    cells = line.split(",")
    cells[8] = "A-190"
    return ",".join(cells)


def publish(terminal: Terminal, how: str, note: str) -> None:
    card = Path(terminal.folder / "cards" / "health.yaml")
    text = "".join(
        line
        for line in card.read_text(encoding="utf-8").splitlines(True)
        if not line.startswith("parents:")
    )
    card.write_text(text.replace("health:\n", f"parents: {how}\nhealth:\n", 1), encoding="utf-8")
    done = terminal.type("publish", str(card), "--note", note)
    assert done.code == 0, done.err


def scores(terminal: Terminal, day: str = AS_OF) -> dict[str, float | None]:
    return {
        row["account_id"]: row["score"]
        for row in terminal.type("scores", "--as-of", day, "--json").json
    }


def test_a_parent_is_explained_by_its_children(grouped: Terminal) -> None:
    found = grouped.type("explain", "A-190", "--as-of", AS_OF, "--json").json
    own = scores(grouped)
    entries = found["tree"]["children"]
    children = [child for child in entries if child["kind"] == "child"]
    assert [child["name"] for child in children] == ["A-101", "A-102", "A-103"]
    assert children[0]["title"] == "Harbour Books"
    assert [child["points"] for child in children] == [own[child["name"]] for child in children]
    contributions = sum(child["contribution"] for child in entries)
    assert math.isclose(contributions, found["score"], abs_tol=1e-9)
    assert math.isclose(sum(child["effective_weight"] for child in children), 1.0, abs_tol=1e-9)


def test_the_biggest_drag_on_a_parent_is_a_child_that_is_explained_too(grouped: Terminal) -> None:
    words = ("explain", "Larkfield Retail Group", "--as-of", AS_OF)
    (drag, *_) = grouped.type(*words, "--json").json["parts"]
    assert (drag["kind"], drag["title"]) == ("biggest_drag", "Brightwater Clinics")
    assert drag["reading"]["label"] == "Red"


def test_what_moved_a_parent_adds_up_child_by_child(grouped: Terminal) -> None:
    found = grouped.type("changed", "A-190", "--from", "2026-10-01", "--to", AS_OF, "--json").json
    moved = scores(grouped)["A-190"] - scores(grouped, "2026-10-01")["A-190"]  # type: ignore[operator]  # both are scored
    assert math.isclose(sum(step["points"] for step in found["steps"]), moved, abs_tol=1e-9)
    assert {step["cause"] for step in found["steps"]} == {"children"}
    fell = {step["title"]: step["points"] for step in found["steps"]}
    assert min(fell, key=lambda title: fell[title]) == "Brightwater Clinics"


def test_another_way_to_make_parents_is_a_change_of_the_card(
    grouped: Terminal, tmp_path: Path
) -> None:
    own = Terminal(Path(shutil.copytree(grouped.folder, tmp_path / "larkfield")))
    publish(own, "worst 1", "A chain is as strong as its weakest part")
    found = own.type("changed", "A-190", "--versions", "1", "2", "--to", AS_OF, "--json").json
    assert [step["cause"] for step in found["steps"]] == ["definition"]
    assert math.isclose(found["after"]["score"], 26.9, abs_tol=0.05)
    said = own.type("diff", "1", "2").out
    assert "parents is now worst 1, was by revenue" in said


def test_a_run_with_parents_is_replayed_to_the_bit(grouped: Terminal) -> None:
    done = grouped.type(
        "replay", grouped.type("scores", "--as-of", AS_OF, "--json").json[0]["run_id"]
    )
    assert done.code == 0, done.out


def test_an_unknown_way_to_combine_children_is_rejected(grouped: Terminal, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    text = (grouped.folder / "cards" / "health.yaml").read_text(encoding="utf-8")
    card.write_text(text.replace("parents: by revenue", "parents: by size"), encoding="utf-8")
    done = grouped.type("check", str(card))
    assert done.code == 1
    assert "`by revenue`, `by count`" in done.out


@pytest.fixture(scope="module")
def paying(grouped: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """The same company, where the group has signed a contract of its own since the first date."""
    terminal = Terminal(
        Path(shutil.copytree(grouped.folder, tmp_path_factory.mktemp("paying") / "larkfield"))
    )
    exported = terminal.folder / "exports" / "billing_lines.csv"
    exported.write_text(exported.read_text(encoding="utf-8") + OWN_LINE, encoding="utf-8")
    assert terminal.type("import", str(exported.parent)).code == 0
    for day in ("2026-10-01", AS_OF):
        assert terminal.type("score", "--as-of", day).code == 0
    return terminal


def test_a_parent_that_pays_for_itself_is_one_of_its_children(paying: Terminal) -> None:
    found = paying.type("explain", "A-190", "--as-of", AS_OF, "--json").json
    entries = found["tree"]["children"]
    itself = entries[0]
    assert (itself["kind"], itself["path"], itself["name"]) == ("own", "own:", "A-190")
    assert (itself["title"], itself["weight"]) == ("The account itself", 12000.0)
    assert 0 < itself["effective_weight"] < 1
    shown = [entry for entry in entries if entry["kind"] in ("own", "child")]
    assert len(shown) == 4
    whole = sum(entry["contribution"] for entry in entries)
    assert math.isclose(whole, found["score"], abs_tol=1e-9)
    assert math.isclose(
        sum(entry["contribution"] for entry in itself["children"]),
        itself["contribution"],
        abs_tol=1e-9,
    )
    assert all(entry["path"].startswith("own:") for entry in itself["children"])
    seats = {entry["path"]: entry for entry in measures(entries)}
    assert seats["own:usage.seats_in_use"]["value"] == 0  # nobody has used the group's own seats
    assert seats["usage.seats_in_use"]["value"] > 0  # in its shops somebody has used theirs


def measures(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        each for entry in entries for each in (entry, *measures(entry["children"])) if each["path"]
    ]


def test_the_account_itself_is_explained_where_it_is_the_biggest_drag(paying: Terminal) -> None:
    words = ("explain", "A-190", "--as-of", AS_OF)
    found = paying.type(*words, "--json").json
    (drag, *_) = [part for part in found["parts"] if part["kind"] == "biggest_drag"]
    assert (drag["path"], drag["title"]) == ("own:", "The account itself")
    said = paying.type(*words).out
    assert "12,000 a year" in said
    # Its own measures cost it what they cost of its own score, and not of the group's.
    itself = found["tree"]["children"][0]
    heaviest = max(
        (100 - entry["points"]) * entry["effective_weight"] / itself["effective_weight"]
        for entry in measures(itself["children"])
        if entry["kind"] == "measure" and entry["points"] is not None
    )
    assert (
        f"(-{heaviest:.1f}".rstrip("0").rstrip(".") in found["sentence"].rpartition("itself is")[2]
    )


def test_an_own_contract_that_began_is_told_with_the_children(paying: Terminal) -> None:
    found = paying.type("changed", "A-190", "--from", "2026-10-01", "--to", AS_OF, "--json").json
    moved = scores(paying)["A-190"] - scores(paying, "2026-10-01")["A-190"]  # type: ignore[operator]  # both are scored
    assert math.isclose(sum(step["points"] for step in found["steps"]), moved, abs_tol=1e-9)
    assert {step["cause"] for step in found["steps"]} == {"children"}
    (itself,) = [step for step in found["steps"] if step["path"] == "own:"]
    assert (itself["title"], itself["before"]) == ("The account itself", None)
    assert itself["after"]


def test_an_own_part_is_replayed_exported_and_scored_live(
    paying: Terminal, tmp_path: Path, in_november: None
) -> None:
    rows = paying.type("scores", "--as-of", AS_OF, "--json").json
    assert paying.type("replay", rows[0]["run_id"]).code == 0
    target = tmp_path / "measures.csv"
    done = paying.type("export", "measures", "--as-of", AS_OF, "--out", str(target))
    assert done.code == 0, done.err
    assert "own:usage.seats_in_use" in target.read_text(encoding="utf-8")
    live = paying.type("explain", "A-190", "--live", "--json").json
    assert live["tree"]["children"][0]["kind"] == "own"
    assert paying.type("score", "--as-of", live["as_of"]).code == 0
    stored = paying.type("explain", "A-190", "--as-of", live["as_of"], "--json").json
    assert live["score"] == stored["score"]


def test_a_card_is_checked_without_its_own_parts(paying: Terminal) -> None:
    done = paying.type("check", str(paying.folder / "cards" / "health.yaml"))
    assert done.code == 0, done.out
    assert "own:" not in done.out
