"""This file holds that a process serves one company only, to many threads at once, and that a server refuses old tables."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from keepwell.app import actions, databases, queries, workspace
from keepwell.app import installation as installations_of
from keepwell.app.installation import AlreadyBuilt, Installation
from tests import installations
from tests.app import company
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, use
from tests.conftest import WORKER, at_server
from tests.house.rooms import ROOT

pytestmark = pytest.mark.both_databases

THREADS = 8
SOON = 60  # seconds; a thread that waits this long has failed
AS_OF = NOON.date()
BEGAN = date(2025, 1, 1)
NAMES = [f"A-{nth}" for nth in range(1, 9)]


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Do the work in eight threads that start at the same moment, each with a database connection of its own."""
    ready = threading.Barrier(THREADS)

    def start(nth: int) -> Any:
        ready.wait(SOON)
        try:
            return work(nth)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as executor:
        return list(executor.map(start, range(THREADS)))


@pytest.fixture
def existing(installation: Installation) -> Installation:
    """Eight accounts, each used one time more than the one before; a card is published."""
    brought = Import(since=BEGAN)
    brought.rows("accounts", *(account(name, started_on=BEGAN) for name in NAMES))
    brought.rows(
        "usage",
        *(use(f"{name}-{n}", name) for at, name in enumerate(NAMES) for n in range(at)),
    )
    actions.loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    actions.scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


def test_a_second_installation_is_refused_and_the_first_keeps_its_own_database(
    existing: Installation, tmp_path: Path
) -> None:
    workspace.create(tmp_path / "other", name="Another company")
    caught: list[BaseException] = []

    def build_another() -> None:
        try:
            installations_of.build(tmp_path / "other")
        except AlreadyBuilt as error:
            caught.append(error)

    other = threading.Thread(target=build_another)
    other.start()
    other.join(SOON)
    assert [error.code for error in caught if isinstance(error, AlreadyBuilt)] == ["W120"]
    assert [each.account_id for each in queries.accounts.everyone(VIEWER)] == NAMES
    assert not (tmp_path / "other" / "data").exists()
    assert at_once(lambda _: len(queries.accounts.everyone(VIEWER))) == [len(NAMES)] * THREADS


def test_the_same_folder_over_another_database_is_another_installation(
    existing: Installation,
) -> None:
    with pytest.raises(AlreadyBuilt):
        installations_of.build(existing.folder, database_url="postgresql://elsewhere/keepwell")


def test_eight_threads_that_open_read_and_score_at_once_see_the_same(
    existing: Installation,
) -> None:
    dates = [AS_OF - timedelta(days=7 * nth) for nth in range(THREADS)]
    earlier = actions.scores.run(
        installation=existing, as_of=AS_OF - timedelta(days=70), by=BEN, at=NOON
    )

    def work(nth: int) -> Any:
        built = installations_of.build(existing.folder, database_url=existing.database_url)
        databases.require_current()
        shared = actions.scores.run(installation=built, as_of=AS_OF, by=BEN, at=NOON)
        own = actions.scores.run(installation=built, as_of=dates[nth], by=BEN, at=NOON)
        rows = queries.scores.rows(VIEWER, shared.run_id)
        why = [
            queries.explanations.explanation(VIEWER, built, run, name)
            for run in (earlier, shared)
            for name in NAMES
        ]
        live = actions.live_scores.explained(
            installation=built, by=ANA, account_id=NAMES[3], as_of=AS_OF
        )
        return built, own.as_of, (shared, rows, why, live.explanation.root)

    seen = at_once(work)
    assert {id(built) for built, *_ in seen} == {id(existing)}
    assert [as_of for _, as_of, _ in seen] == dates
    assert all(same == seen[0][2] for *_, same in seen)
    _, rows, _, root = seen[0][2]
    assert [row.score for row in rows] == [0.0, 25.0, 50.0, 75.0, 100.0, 100.0, 100.0, 100.0]
    assert root.line.points == 75.0
    # Whoever came second was given the run of whoever was first: no date was scored twice.
    assert len(queries.runs.latest_by_date(VIEWER, "published", AS_OF)) == THREADS + 1
    for run in queries.runs.latest_by_date(VIEWER, "published", AS_OF):
        assert not actions.replays.replay(
            installation=existing, by=ANA, run_id=run.run_id
        ).different


def test_imports_of_eight_threads_are_eight_loads_or_told_to_come_again(
    existing: Installation,
) -> None:
    def work(nth: int) -> bool:
        more = Import(since=BEGAN).rows("usage", use(f"more-{nth}", NAMES[nth], day=1))
        try:
            actions.loads.load(more.stage, con=more.con, installation=existing, by=ANA, at=NOON)
        except actions.loads.LoadedMeanwhile:
            return False
        return True

    done = at_once(work)
    assert any(done)
    assert [load.batch for load in queries.loads.history(VIEWER)] == [*range(1 + sum(done), 0, -1)]
    run = actions.scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    points = [row.score for row in queries.scores.rows(VIEWER, run.run_id)]
    assert points == [min(100.0, 25.0 * (nth + done[nth])) for nth in range(THREADS)]


def test_two_companies_in_two_processes_share_a_server_and_nothing_else(
    server: str, tmp_path: Path
) -> None:
    sizes = {"NORTH": 6, "SOUTH": 9}
    processes = {}
    for name, accounts in sizes.items():
        company.create(tmp_path / name, name, accounts)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name.lower()}")
        words = [str(tmp_path / name), at_server(server, name.lower())]
        processes[name] = subprocess.Popen(
            [sys.executable, "-m", "tests.app.company", *words],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    for process in processes.values():
        assert process.stdout
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in processes.values():
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for name, accounts in sizes.items():
        out, complaints = processes[name].communicate(timeout=10 * SOON)
        assert (processes[name].returncode, complaints) == (0, "")
        seen = company.Seen(**json.loads(out))
        names = [f"{name}-{nth}" for nth in range(1, accounts + 1)]
        assert seen.accounts == names
        assert seen.loads == company.ROUNDS
        assert seen.points[AS_OF.isoformat()] == {
            each: min(100.0, 25.0 * nth * company.ROUNDS) for nth, each in enumerate(names)
        }
        assert len(seen.sentences) == 2 * accounts
        assert all(sentence.startswith(f"{name}-") for sentence in seen.sentences)


def test_a_server_refuses_to_start_on_tables_that_are_not_migrated(tmp_path: Path) -> None:
    """In a process of its own, as a server starts: built, and before it answers anybody, asked whether it may."""
    workspace.create(tmp_path / "harbour", name="Harbour")
    start = (
        "import sys, pathlib; from keepwell.app import databases, installation;"
        "installation.build(pathlib.Path(sys.argv[1]));"
        "databases.require_current()"
    )
    words = [sys.executable, "-c", start, str(tmp_path / "harbour")]
    refused = subprocess.run(words, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "NotMigrated: " in refused.stderr
    assert "Run `keepwell migrate` in the workspace" in refused.stderr
    assert not (tmp_path / "harbour" / "data" / "backups").exists()
    installations.serve(tmp_path / "harbour")
    installations.leave()
    started = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (started.returncode, started.stderr) == (0, "")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_new_database_whose_first_migration_died_is_still_a_new_one(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """Any command may take it up again: there is nothing in it to be careful with."""
    from django.db.migrations.executor import MigrationExecutor

    url = ""
    if kind == "postgresql":
        server = request.getfixturevalue("server")
        url = at_server(server, f"half_{WORKER}")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE half_{WORKER}")
    workspace.create(tmp_path / "w", name="Half")
    installations.leave()
    here = installations_of.build(tmp_path / "w", database_url=url)
    MigrationExecutor(connections["default"]).migrate([("keepwell", "0003_words_of_the_field")])
    assert (databases.state().kind, actions.migrations.is_safe()) == ("empty", True)
    installations.migrate(here)
    assert databases.state().kind == "current"
    installations.leave()
