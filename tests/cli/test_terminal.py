"""This file tests what people see at a terminal: words and shapes, at any width, and always the next step."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import AS_OF, Terminal
from tests.house.rooms import ROOT


def test_health_is_a_word_a_shape_and_a_number(starter: Terminal) -> None:
    shown = starter.type("scores", "--as-of", AS_OF).out
    assert re.search(r"Harbour Books +● Green +\d\d", shown)
    assert re.search(r"Northgate Logistics +▲ Amber +\d\d", shown)
    assert re.search(r"Brightwater Clinics +■ Red +\d\d", shown)
    assert re.search(r"Fennel Street Kitchens +○ Not enough data", shown)


def test_the_list_names_the_biggest_drag_on_each_account(starter: Terminal) -> None:
    shown = starter.type("scores", "--as-of", AS_OF).out
    assert re.search(r"Brightwater Clinics .* Seats in use, 0 %", shown)
    assert re.search(r"Northgate Logistics .* Meetings held as planned, 0 %", shown)


def test_those_who_need_attention_come_first(starter: Terminal) -> None:
    shown = starter.type("scores", "--as-of", AS_OF).out
    assert (
        shown.index("Brightwater")
        < shown.index("Northgate")
        < shown.index("Harbour Books")
        < shown.index("Fennel")
    )


def test_a_band_lists_its_own_accounts_and_their_biggest_drags(starter: Terminal) -> None:
    shown = starter.type("scores", "--as-of", AS_OF, "--band", "red").out
    assert re.search(r"Brightwater Clinics .* Seats in use, 0 %", shown)
    assert "Northgate" not in shown
    assert "Harbour Books" not in shown


def test_an_unknown_band_is_answered_with_those_of_the_card(
    starter: Terminal,
) -> None:
    answer = starter.type("scores", "--as-of", AS_OF, "--band", "Crimson")
    assert answer.code == 2
    assert "Green, Amber, Red" in answer.err


def test_an_account_whose_contract_lines_have_all_ended_is_marked(starter: Terminal) -> None:
    shown = starter.type("scores", "--as-of", AS_OF).out
    assert re.search(r"Silverbirch Care Homes \(ended\)", shown)
    assert re.search(r"Harbour Books +●", shown)
    assert re.search(r"^\(ended\): \d accounts", shown, re.MULTILINE)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize(
    "words", [["scores"], ["explain", "A-102"], ["status"]], ids=lambda words: words[0]
)
def test_a_narrow_terminal_loses_no_account_and_no_number(
    starter: Terminal, words: list[str], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    answer = starter.type(*words)
    assert answer.code == 0
    wide = [
        line
        for line in answer.out.splitlines()
        if len(line) > width and "  " in line.strip() and not line.startswith(("Late", "Bright"))
    ]
    assert wide == []
    assert "…" not in answer.out


def test_a_terminal_without_unicode_gets_plain_signs(starter: Terminal) -> None:
    done = keepwell(
        "scores", "--as-of", AS_OF, "--workspace", str(starter.folder), PYTHONIOENCODING="ascii"
    )
    assert done.returncode == 0, done.stderr
    assert "# Red" in done.stdout


def test_a_terminal_shows_the_sentences_that_json_carries(starter: Terminal) -> None:
    for words in (["explain", "A-102", "--as-of", AS_OF], ["changed", "A-102", "--to", AS_OF]):
        answer = starter.type(*words, "--json").json
        assert answer["sentence"] in starter.type(*words).out.splitlines(), words


def test_the_picture_shows_what_the_starter_gives(starter: Terminal) -> None:
    picture = (ROOT / "docs" / "explained.svg").read_text(encoding="utf-8")
    tree = starter.type("explain", "Northgate", "--as-of", AS_OF, "--json").json
    assert f"is {tree['band']} at {int(tree['score'] * 10) / 10}" in picture
    for area in tree["tree"]["children"]:
        row = picture.split(f">{area['title']}<")[1].split('<text class="ink name"')
        numbers = re.findall(r">([\d.]+)(?: %)?<", "".join(row[:2]))
        cut = f"{int(area['points'] * 10) / 10:g}"
        assert numbers[:3] == [f"{area['weight']:g}", cut, f"{area['contribution']:.1f}"]


def test_a_name_from_outside_can_neither_color_nor_clear_the_terminal(fresh: Terminal) -> None:
    hostile = "Har\x1b[2J[red]bour[/red]\x07\u202e"
    (fresh.folder / "exports" / "accounts.csv").write_text(
        f"account_id,name,started_on\nA-1,{hostile},2024-01-01\n", encoding="utf-8"
    )
    (fresh.folder / "mapping.yaml").write_text(
        "sources:\n  - {file: accounts.csv, table: accounts, feed: {name: crm}, backdate: since_start,\n"
        "     fields: {account_id: account_id, name: name, started_on: started_on}}\n", encoding="utf-8",
    )  # fmt: skip
    assert fresh.type("import").code == 0
    fresh.type("publish", str(fresh.folder / "cards/health.yaml"), "--note", "first")
    assert fresh.type("score").code == 0
    for words in (["scores"], ["explain", "A-1"]):
        shown = fresh.type(*words).out
        assert "Har\ufffd[2J[red]bour[/red]\ufffd\ufffd" in shown
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        (["scores"], "keepwell score"),
        (["status"], "keepwell import"),
        (["score"], "Publish"),
        (["explain", "X"], "No account"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_an_empty_workspace_says_the_next_step(
    fresh: Terminal, words: list[str], step: str
) -> None:
    answer = fresh.type(*words)
    assert step in answer.out + answer.err


def test_a_date_long_after_the_newest_facts_is_noticed(own: Terminal) -> None:
    assert "--as-of 2026-11-01" in own.type("score", "--json").json["hint"]
    assert own.type("score", "--as-of", AS_OF, "--json").json["hint"] is None


def test_late_feeds_are_named(starter: Terminal) -> None:
    feeds = {
        each["feed"]: each["is_late"]
        for each in starter.type("status", "--as-of", "2026-11-20", "--json").json["feeds"]
    }
    assert feeds["product"]
    assert not feeds["surveys"]


def keepwell(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a process of its own."""
    return subprocess.run(
        [Path(sys.executable).with_name("keepwell"), *words],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def test_help_comes_without_the_engine() -> None:
    listed = "import sys; from keepwell.cli.main import app; print(*sys.modules)"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", listed], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert "keepwell.cli.commands.score" in loaded
    assert not {"django", "duckdb", "ibis", "pandas", "pyarrow", "numpy", "ruamel.yaml"} & loaded


def test_help_is_quick() -> None:
    keepwell("--help")  # writes the byte code, where that is allowed
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert keepwell("--help").returncode == 0
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    assert took < 1, "seconds of a processor; on a quiet machine it is a third of that"
