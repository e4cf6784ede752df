"""This file gives the tests of the command line a terminal to type at, and the starter company, imported and scored."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli import clock
from tests import installations
from tests.house.rooms import ROOT
from tests.once import made_once
from tests.terminal import typed

STARTER = ROOT / "examples" / "starter"
AS_OF = "2026-11-01"


@dataclass(frozen=True)
class Answer:
    """What a command printed, what it complained of, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """A terminal standing in a workspace."""

    folder: Path

    def type(self, *words: str) -> Answer:
        done = typed(*words, *self._where(words))
        return Answer(done.exit_code, done.stdout, done.stderr)

    def _where(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return (
            ()
            if words[0] == "init" or "--workspace" in words
            else ("--workspace", str(self.folder))
        )


@pytest.fixture(scope="session", autouse=True)
def plain_terminal() -> Iterator[None]:
    """No workspace, database or width from whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KEEPWELL_WORKSPACE", "KEEPWELL_DATABASE", "COLUMNS"):
            patch.delenv(name, raising=False)
        patch.setenv("KEEPWELL_BY", "Ana")
        yield
    installations.leave()


@pytest.fixture(scope="session")
def imported(
    plain_terminal: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Terminal, Answer]:
    """The starter company in a folder of its own, imported and scored on two dates; and what the import said."""

    def make(folder: Path) -> dict[str, str]:
        shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("data"))
        terminal = Terminal(folder)
        said = terminal.type("import", str(folder / "exports"), "--json")
        assert said.code == 0, said.err
        terminal.type("publish", str(folder / "cards/health.yaml"), "--note", "Our first card")
        for day in ("2026-10-01", AS_OF):
            assert terminal.type("score", "--as-of", day).code == 0
        installations.leave()
        return {"out": said.out, "err": said.err}

    folder, said = made_once(tmp_path_factory, "larkfield", make)
    return Terminal(folder), Answer(0, **said)


@pytest.fixture
def starter(imported: tuple[Terminal, Answer]) -> Iterator[Terminal]:
    """The starter company, scored; for looking only: what a test wrote there, those after it would find."""
    before = _written(imported[0].folder)
    yield imported[0]
    assert _written(imported[0].folder) == before, "This test writes: take `own`."


def _written(folder: Path) -> tuple[int, ...]:
    with closing(sqlite3.connect(folder / "data" / "keepwell.db")) as database:
        row = database.execute(
            "SELECT (SELECT count(*) FROM keepwell_run), (SELECT count(*) FROM keepwell_auditentry)"
        )
        return tuple(row.fetchone())


@pytest.fixture
def own(imported: tuple[Terminal, Answer], tmp_path: Path) -> Terminal:
    """A copy of the starter company, to write in."""
    return Terminal(Path(shutil.copytree(imported[0].folder, tmp_path / "larkfield")))


@pytest.fixture
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day after the starter's last facts, for commands that read the clock: later its feeds have stopped."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 1, 12, tzinfo=UTC))
    monkeypatch.setattr(clock, "tomorrow", lambda zone: date(2026, 11, 2))


@pytest.fixture
def fresh(tmp_path: Path) -> Terminal:
    """A new workspace with the ready card and nothing in it."""
    terminal = Terminal(tmp_path / "harbour")
    assert terminal.type("init", str(terminal.folder), "--currency", "EUR").code == 0
    installations.give_tables(terminal.folder)
    return terminal
