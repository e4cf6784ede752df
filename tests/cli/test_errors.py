"""This file tests what goes wrong: one clear message, the right exit code, a code in JSON, and nothing changed."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import STARTER, Answer, Terminal
from tests.house.rooms import sources

MAPPING = """\
sources:
  - file: accounts.csv
    table: accounts
    format: {delimiter: ","}
    feed: {name: crm, covers: all}
    backdate: since_start
    fields: {account_id: id, name: name, started_on: since}
"""
GOOD = "id,name,since\nA-1,Harbour,2024-01-01\nA-2,Kiln,2024-02-01\n"
BAD_FILES = {
    "empty": b"",
    "header only": b"id,name,since\n",
    "a delimiter other than declared": GOOD.replace(",", ";").encode(),
    "UTF-16": GOOD.encode("utf-16"),
    "Latin-1": GOOD.replace("Harbour", "Hafen Köln").encode("latin-1"),
    "NUL bytes": GOOD.encode() + b"A-3,\x00\x00,2024-03-01\n",
    "a line of ten megabytes": GOOD.encode() + b"A-3," + b"x" * 10_000_000 + b",2024-03-01\n",
    "a header twice": b"id,name,id,since\nA-1,Harbour,A-1,2024-01-01\n",
    "a column that is not there": b"id,name,started\nA-1,Harbour,2024-01-01\n",
}
HOSTILE_MAPPINGS = {
    "a YAML bomb": "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{after}: &{after} [{', '.join(['*' + before] * 9)}]\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "an object of Python": "!!python/object/apply:os.system ['true']\n",
    "a way out of the folder": MAPPING.replace("accounts.csv", "../../etc/passwd"),
    "no YAML": "sources: [}\n",
}  # fmt: skip
HOSTILE_CARDS = {
    "a YAML bomb": HOSTILE_MAPPINGS["a YAML bomb"],
    "an object of Python": HOSTILE_MAPPINGS["an object of Python"],
    "a cycle": "keepwell: 1\nname: x\nhealth: &a\n  - group: g\n    weight: 1\n    of: *a\n",
    "a condition that reads a file": "where: read_csv('/etc/passwd') = 1",
}


@pytest.fixture
def ready(fresh: Terminal) -> Terminal:
    """A workspace with a mapping, and two accounts that were imported."""
    (fresh.folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (fresh.folder / "exports" / "accounts.csv").write_text(GOOD, encoding="utf-8")
    assert fresh.type("import", str(fresh.folder / "exports")).code == 0
    return fresh


def existing(terminal: Terminal) -> object:
    status = terminal.type("status", "--json").json
    return (
        status["load"],
        status["tables"],
        sorted(path.name for path in (terminal.folder / "data").rglob("*.parquet")),
    )


def is_one_message(answer: Answer) -> bool:
    return (
        bool(answer.err.strip())
        and "Traceback" not in answer.err
        and "Internal error" not in answer.err
        and not answer.out
    )


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_rejected_and_changes_nothing(ready: Terminal, kind: str) -> None:
    before = existing(ready)
    (ready.folder / "exports" / "accounts.csv").write_bytes(BAD_FILES[kind])
    answer = ready.type("import", str(ready.folder / "exports"))
    assert answer.code == 1, answer.out
    assert is_one_message(answer), answer.err
    assert "accounts.csv" in answer.err
    assert existing(ready) == before


@pytest.mark.parametrize("kind", HOSTILE_MAPPINGS)
def test_a_hostile_mapping_is_rejected_and_changes_nothing(ready: Terminal, kind: str) -> None:
    before = existing(ready)
    (ready.folder / "mapping.yaml").write_text(HOSTILE_MAPPINGS[kind], encoding="utf-8")
    answer = ready.type("import", str(ready.folder / "exports"))
    assert answer.code == 1
    assert is_one_message(answer), answer.err
    assert existing(ready) == before


@pytest.mark.parametrize("kind", HOSTILE_CARDS)
@pytest.mark.parametrize("command", ["check", "publish", "score"])
def test_a_hostile_card_is_rejected(ready: Terminal, kind: str, command: str) -> None:
    card, text = ready.folder / "cards" / "health.yaml", HOSTILE_CARDS[kind]
    if text.startswith("where:"):
        text = card.read_text(encoding="utf-8").replace("where: is_escalated", text)
    card.write_text(text, encoding="utf-8")
    words = {
        "check": [str(card)],
        "publish": [str(card), "--note", "x"],
        "score": ["--card", str(card)],
    }[command]
    answer = ready.type(command, *words)
    assert answer.code == 1
    assert "health.yaml" in answer.out + answer.err
    assert "Traceback" not in answer.err
    assert ready.type("status", "--json").json["scorecard"] is None
    assert ready.type("scores", "--draft", "--json").json == []


def test_an_unknown_account_is_a_rejected_row(ready: Terminal) -> None:
    text = (
        MAPPING
        + "  - {file: pulses.csv, table: pulses, fields: {id: id, account_id: id, at: at, pulse: pulse}}\n"
    )
    (ready.folder / "mapping.yaml").write_text(text, encoding="utf-8")
    (ready.folder / "exports" / "pulses.csv").write_text(
        "id,at,pulse\nA-1,2026-01-01,green\nA-9,2026-01-01,red\n", encoding="utf-8"
    )
    summary = ready.type("import", str(ready.folder / "exports"), "--json").json
    (pulses,) = [source for source in summary["sources"] if source["table"] == "pulses"]
    assert (pulses["accepted"], pulses["rejected_by_reason"]) == (1, {"unknown_account": 1})


def test_a_strict_import_with_a_rejected_row_changes_nothing_and_says_what_it_found(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "larkfield"
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("data"))
    terminal = Terminal(folder)
    answer = terminal.type("import", str(folder / "exports"), "--strict")
    assert answer.code == 1
    assert "--strict" in answer.err
    assert "not a date" in answer.err
    assert terminal.type("status", "--json").json["load"] is None
    again = terminal.type("import", str(folder / "exports"), "--strict", "--json").json
    assert (again["code"], again["batch"], again["rejected"] > 0) == ("L110", None, True)


@pytest.mark.parametrize(
    "words",
    [
        ["import", "nowhere"],
        ["import", "--mapping", "nowhere.yaml"],
        ["check", "nowhere.yaml"],
        ["publish", "nowhere.yaml", "--note", "x"],
        ["score", "--card", "nowhere.yaml"],
        ["score", "--as-of", "31.12.2026"],
        ["export", "scores", "--out", "scores.xlsx"],
        ["export", "facts", "--out", "facts.csv", "--table", "nowhere"],
        ["export", "scores", "--out", "scores.csv", "--table", "usage"],
        ["export", "everything", "--out", "all.csv"],
        ["export", "scores"],
        ["publish", "cards/health.yaml"],
        ["score", "--as-of", "0001-01-01"],
        ["score", "--as-of", "9999-12-31"],
        ["export", "scores", "--out", "no/such/folder/scores.csv"],
        ["explain"],
        ["frobnicate"],
    ],
)
def test_wrong_use_is_exit_code_2(
    fresh: Terminal, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(fresh.folder)
    answer = fresh.type(*words)
    assert answer.code == 2, answer.out + answer.err
    assert answer.err.strip()


def test_an_error_in_json_has_its_code_and_its_parts(fresh: Terminal) -> None:
    answer = fresh.type("export", "facts", "--out", "facts.csv", "--table", "usag", "--json")
    assert answer.code == 2
    assert answer.json["code"] == "E101"
    assert answer.json["way_out"] == "Did you mean `usage`?"
    assert answer.json["error"].endswith(answer.json["way_out"])
    assert answer.json["faults"] == []


def test_a_folder_that_is_no_workspace_is_wrong_use(tmp_path: Path) -> None:
    answer = Terminal(tmp_path).type("status")
    assert answer.code == 2
    assert "keepwell init" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_file_with_faults_is_rejected_with_all_of_them(fresh: Terminal) -> None:
    (fresh.folder / "keepwell.yaml").write_text(
        "name: x\nzone: Mars\ncurrency: euro\n", encoding="utf-8"
    )
    answer = fresh.type("status", "--json")
    assert answer.code == 1
    assert [(fault["line"], fault["path"]) for fault in answer.json["faults"]] == [
        (2, "zone"),
        (3, "currency"),
    ]


def test_a_workspace_is_not_created_twice_and_not_half(fresh: Terminal, tmp_path: Path) -> None:
    assert fresh.type("init", str(fresh.folder)).code == 1
    assert fresh.type("init", str(tmp_path / "mars"), "--zone", "Mars").code == 1
    assert not (tmp_path / "mars").exists()


def test_an_unknown_account_gets_the_nearest_name(starter: Terminal) -> None:
    answer = starter.type("explain", "Harbor Books")
    assert answer.code == 1
    assert "Did you mean `Harbour Books`?" in answer.err


def test_a_name_that_fits_several_accounts_lists_them(starter: Terminal) -> None:
    answer = starter.type("explain", "Pebble")
    assert answer.code == 1
    assert "A-106" in answer.err
    assert "A-107" in answer.err


# They are caught where they are raised, so no interface ever sees them.
CAUGHT = {"Ambiguous", "NoPlace", "Unclear", "WrittenMeanwhile", "_GivenUp"}


def test_every_error_hangs_in_the_tree() -> None:
    found = {
        node.name
        for path in sources()
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and {ast.unparse(base) for base in node.bases} & {"Exception", "ValueError", "RuntimeError"}
    }
    assert found == CAUGHT
