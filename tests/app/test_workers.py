"""This file holds what the server promises of the process that does its work: begun when work waits, ended with the server, and missed when it dies."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import current_thread
from time import monotonic, sleep

import pytest

from keepwell.app import databases, queries
from keepwell.app.actions import jobs
from keepwell.app.installation import Installation
from keepwell.app.models.jobs import Job
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import runner as runners
from keepwell.app.web import worker as workers
from keepwell.app.web.worker import Worker
from tests.app.working import PATIENCE, Clock, job, until
from tests.cast import ANA, NOON

# Another process that takes the work, as ours does, and then does what a test wants.
TAKES = """
import os, sqlite3, sys, time
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
with sqlite3.connect(given["--workspace"] + "/data/keepwell.db", timeout=20) as con:
    con.execute("UPDATE keepwell_job SET state = 'running', runner = ?, heard_at = at WHERE state = 'asked'", [given["--runner"]])
con.close()
"""
DIES = TAKES + "os._exit(9)"
WAITS = TAKES + "os.read(0, 1); sys.exit(0)"
HANGS = TAKES + "os.read(0, 1); time.sleep(600)"
NEVER_TAKES = "raise SystemExit(3)"


def worker(installation: Installation, code: str) -> Worker:
    return Worker(installation, now=Clock(), command=(sys.executable, "-c", code))


@pytest.mark.both_databases
def test_work_is_done_by_a_process_of_its_own(installation: Installation) -> None:
    ours = Worker(installation)
    assert not ours.look()
    number = jobs.ask(kind="score", by=ANA, at=NOON)
    assert queries.jobs.is_waiting(SYSTEM)
    assert ours.look()
    assert not queries.jobs.is_waiting(SYSTEM)
    done = job(number)
    assert (done.state, done.result) == (
        "failed", "No scorecard is published yet. Publish one, or give one with the run."
    )  # fmt: skip


def test_it_ends_when_nobody_holds_its_input(installation: Installation) -> None:
    """As when the server is killed: whatever it was about to take is left for the next."""
    import subprocess

    number = jobs.ask(kind="score", by=ANA, at=NOON)
    command = [*workers.COMMAND, "--workspace", str(installation.folder), "--runner", "orphan"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False, timeout=PATIENCE)
    assert done.returncode == 0
    assert job(number).state in ("asked", "failed")


def test_work_whose_process_died_has_failed_at_once(installation: Installation) -> None:
    number = jobs.ask(kind="score", by=ANA, at=NOON)
    assert worker(installation, DIES).look()
    assert (job(number).state, job(number).result) == ("failed", queries.jobs.DIED)


def test_another_is_not_begun_at_once_after_one_that_could_not_work(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PAUSE_SECONDS", 0.5)
    jobs.ask(kind="score", by=ANA, at=NOON)
    began = monotonic()
    assert worker(installation, NEVER_TAKES).look()
    assert monotonic() - began > 0.5
    assert queries.jobs.is_waiting(SYSTEM)


@pytest.mark.parametrize("code", [WAITS, HANGS])
def test_a_server_that_stops_ends_it_and_says_so(
    installation: Installation, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(workers, "GRACE_SECONDS", 1.0)
    number = jobs.ask(kind="score", by=ANA, at=NOON)
    ours = worker(installation, code)
    ours.start()
    until(lambda: Job.objects.get().state == "running")
    began, process = monotonic(), ours._process
    assert process is not None
    ours.stop(0.2)
    assert monotonic() - began < 5
    assert process.poll() is not None
    assert ours._thread is not None
    assert not ours._thread.is_alive()
    assert (job(number).state, job(number).result) == ("failed", runners.STOPPED)


def test_what_can_end_in_time_may_end(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LOOK_SECONDS", 0.02)
    note = tmp_path / "note"
    slow = TAKES + f"os.read(0, 1); time.sleep(0.7); open({str(note)!r}, 'w').close()"
    jobs.ask(kind="score", by=ANA, at=NOON)
    ours = worker(installation, slow)
    ours.start()
    until(lambda: Job.objects.get().state == "running")
    with ThreadPoolExecutor(1) as other:
        other.submit(ours.stop, PATIENCE).result(PATIENCE)
    assert note.exists()


def test_a_worker_without_work_begins_nothing_and_closes_its_connection(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LOOK_SECONDS", 0.02)
    closed: list[str] = []
    disconnect = databases.disconnect
    monkeypatch.setattr(
        databases, "disconnect", lambda: (closed.append(current_thread().name), disconnect())
    )
    ours = worker(installation, NEVER_TAKES)
    ours.start()
    sleep(0.2)
    assert closed == []
    ours.stop(PATIENCE)
    assert closed == ["worker"]
