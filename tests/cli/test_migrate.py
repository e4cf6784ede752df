"""This file tests that a workspace of an earlier version is brought up to date, by command or by itself, with a copy kept."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.house.rooms import ROOT

EARLIER = ROOT / "tests" / "app" / "earlier_workspace"


@pytest.fixture
def earlier(tmp_path: Path) -> Terminal:
    """A workspace as Keepwell 0.1.0 left it."""
    folder = tmp_path / "harbour"
    shutil.copytree(EARLIER, folder, ignore=shutil.ignore_patterns("keepwell.sql", "scores.csv"))
    (folder / "data").mkdir()
    (folder / "segments").rename(folder / "data" / "segments")
    with sqlite3.connect(folder / "data" / "keepwell.db") as database:
        database.executescript((EARLIER / "keepwell.sql").read_text(encoding="utf-8"))
    database.close()
    return Terminal(folder)


def test_migrate_says_what_it_did_and_where_the_copy_is(earlier: Terminal) -> None:
    done = earlier.type("migrate", "--json")
    assert done.code == 0, done.err
    assert min(done.json["applied"]) > "0003", "0001 and 0002 were applied by the earlier version"
    assert done.err == ""
    with sqlite3.connect(done.json["backup"]) as copy:
        assert copy.execute("SELECT count(*) FROM records_landing").fetchone() == (2,)
    again = earlier.type("migrate", "--json").json
    assert (again["applied"], again["backup"]) == ([], None)


def test_any_command_migrates_by_itself_and_says_so_beside_its_answer(earlier: Terminal) -> None:
    first = earlier.type("scores", "--json")
    assert first.code == 0, first.err
    assert len(first.json) == 24
    assert first.err.count("\n") == 1
    (copy,) = (earlier.folder / "data" / "backups").iterdir()
    assert copy.name in first.err
    assert earlier.type("scores").err == ""


def test_a_new_workspace_has_nothing_to_migrate(fresh: Terminal) -> None:
    assert fresh.type("status").err == ""
    assert fresh.type("migrate", "--json").json["applied"] == []
