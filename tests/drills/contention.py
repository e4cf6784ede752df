"""This file drills contention: people read and write pages on one SQLite file while scores are made, and nobody is told that it is locked."""

from __future__ import annotations

import statistics
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from tests.drills import sites
from tests.drills.drill import Drill, say
from tests.drills.mutants import Mutant

READERS, WRITERS = 3, 2
MUTANTS = (
    # Sessions, pulses and overrides are written beside the runs: without waiting for each other some would be lost.
    Mutant("nobody-waits", "keepwell.app.settings", "_sqlite", "dict(SQLITE)", "dict(SQLITE, timeout=0, init_command='PRAGMA journal_mode=DELETE;')"),
)  # fmt: skip


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Let people read and write for so many seconds while a worker scores one date after the other."""
    with sites.served(sites.starter(folder / "starter")) as site:
        people = []
        first = sites.Reader(site)
        first.enter()
        for _ in range(READERS + WRITERS):
            person = sites.Reader(site)
            person.opener = first.opener
            people.append(person)
        until = time.monotonic() + cases
        took: list[float] = []
        wrong: list[str] = []
        work = [
            threading.Thread(target=_read, args=(each, until, took, wrong))
            for each in people[:READERS]
        ]
        work += [
            threading.Thread(target=_write, args=(each, until, wrong)) for each in people[READERS:]
        ]
        work.append(threading.Thread(target=_score, args=(site.folder, until, wrong)))
        for each in work:
            each.start()
        for each in work:
            each.join()
    if len(took) > 1:
        say(
            f"contention: {len(took)} pages read, p99 {1000 * statistics.quantiles(took, n=100)[-1]:.0f} ms"
        )
    yield wrong


def _read(reader: sites.Reader, until: float, took: list[float], wrong: list[str]) -> None:
    while time.monotonic() < until:
        began = time.monotonic()
        status, page = reader.read("/portfolio")
        took.append(time.monotonic() - began)
        if status != 200:
            wrong.append(f"a page was answered {status}: {page[-300:]}")
        time.sleep(0.05)


def _write(reader: sites.Reader, until: float, wrong: list[str]) -> None:
    _, form = reader.read("/accounts/A-101")
    while time.monotonic() < until:
        status, page = reader.send(
            "/override/A-101", form, score="40", because=f"drill {uuid.uuid4()}", until="2099-01-01"
        )
        # Of two overrides of one account at the same moment one is told so.
        if status not in (200, 422):
            wrong.append(f"an override was answered {status}: {page[-300:]}")


def _score(folder: Path, until: float, wrong: list[str]) -> None:
    day = 0
    while time.monotonic() < until:
        day += 1
        command = [sites.KEEPWELL, "score", "--as-of", f"2026-09-{1 + day % 28:02d}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            wrong.append(f"scoring ended {done.returncode}: {done.stderr[-300:]}")


DRILL = Drill("contention", tried, MUTANTS, cases=20, quick_cases=5)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
