"""This file tests accounts below accounts at a terminal: a group counts what is below it, and is explained child by child."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import AS_OF, STARTER, Terminal

GROUP = "A-190,Larkfield Retail Group,enterprise,retail,IE,900,2024-01-15,Ana Ruiz,,,growing,no\n"


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
