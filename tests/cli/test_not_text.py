"""This file tests that bytes which are no text are a mistake in a sentence, wherever they come from, and never damage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

BAD = os.fsdecode(b"caf\xe9")
MAPPING = """\
sources:
  - file: "*.csv"
    table: readings
    fields: {id: id, account_id: account, at: at, name: name, value: value}
"""


@pytest.mark.parametrize(
    "words",
    [
        ["explain", BAD],
        ["scores", "--band", BAD],
        ["import", BAD],
        ["import", "--mapping", BAD],
        ["check", BAD],
        ["publish", "cards/health.yaml", "--note", BAD],
        ["override", BAD, "--score", "5", "--because", "x", "--until", "2027-01-01"],
        ["override", "A-101", "--score", "5", "--because", BAD, "--until", "2027-01-01"],
        ["export", "scores", "--out", BAD],
        ["export", "facts", "--table", BAD, "--out", "x.csv"],
        ["score", "--card", BAD],
        ["catalogue", BAD],
        ["versions", BAD],
        [BAD],
        ["init", BAD],
        ["status", "--by", BAD],
    ],
    ids=" ".join,
)
def test_an_argument_that_is_no_text_is_named_by_its_place(
    starter: Terminal, words: list[str]
) -> None:
    answer = starter.type(*words)
    place = words.index(BAD) + 1
    assert answer.code == 2
    said = " ".join(answer.err.replace("│", " ").split())
    assert f"argument {place} (`caf\\udce9`) is not UTF-8 text" in said
    assert "damage" not in said


@pytest.mark.parametrize("name", ["KEEPWELL_BY", "KEEPWELL_LOG", "KEEPWELL_DATABASE", "KEEPWELL_WORKSPACE"])  # fmt: skip
def test_a_setting_that_is_no_text_is_named(
    starter: Terminal, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, BAD)
    answer = starter.type("scores")
    assert answer.code == 2
    said = " ".join(answer.err.replace("│", " ").split())
    assert f"the environment variable {name} is not UTF-8 text" in said


def test_a_login_name_that_is_no_text_loses_what_cannot_be_stored(own: Terminal) -> None:
    answer = _typed(own.folder, "override", "A-101", "--score", "5", "--because", "x", "--until", "2030-01-01", LOGNAME=BAD)  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "caf" in answer.stdout + _typed(own.folder, "override").stdout


def test_a_workspace_in_a_folder_whose_name_is_no_text_is_refused(
    own: Terminal, tmp_path: Path
) -> None:
    moved = own.folder.rename(tmp_path / BAD)
    answer = _typed(moved.parent, "scores", cwd=moved)
    assert answer.returncode == 2
    assert "The path of the workspace is not UTF-8 text" in answer.stderr


def test_a_file_whose_name_is_no_text_is_named_and_nothing_is_imported(own: Terminal) -> None:
    (own.folder / "exports" / f"{BAD}.csv").write_text(
        "id,account,at,name,value\n1,A-101,2026-01-01,n,3\n", encoding="utf-8"
    )
    (own.folder / "other.yaml").write_text(MAPPING, encoding="utf-8")
    answer = own.type("import", "--mapping", str(own.folder / "other.yaml"))
    assert answer.code == 1
    assert "caf\\udce9.csv: its name is not UTF-8 text. Rename it." in answer.err
    # A mapping that does not name it has nothing to do with it.
    assert own.type("import", str(own.folder / "exports")).code == 0
    suggested = own.folder / "suggested.yaml"
    answer = own.type("import", "--suggest", "--mapping", str(suggested))
    assert answer.code == 0, answer.err
    assert "# caf\\udce9.csv: its name is not UTF-8 text" in suggested.read_text(encoding="utf-8")


def _typed(
    folder: Path, *words: str, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    where = [] if cwd else ["--workspace", str(folder)]
    inherited = {name: value for name, value in os.environ.items() if name != "KEEPWELL_BY"}
    return subprocess.run(
        [sys.executable, "-c", "from keepwell.cli.main import app; app()", *words, *where],
        capture_output=True, text=True, check=False, cwd=cwd, env=inherited | env, errors="backslashreplace",
    )  # fmt: skip
