"""This file lets tests ask for work and do it: a clock that they move, a runner, and work that they put in place of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import pytest

from keepwell.app import databases, queries
from keepwell.app.actions import jobs
from keepwell.app.installation import Installation
from keepwell.app.queries.jobs import JobRow
from keepwell.app.web.runner import Runner
from tests.cast import NOON, VIEWER

PATIENCE = 30.0


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def later(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runner(installation: Installation, clock: Clock) -> Iterator[Runner]:
    made = Runner(installation, now=clock)
    yield made
    made.stop(PATIENCE)


def replaced(
    monkeypatch: pytest.MonkeyPatch, work: Callable[..., str], kind: str = "score"
) -> None:
    monkeypatch.setitem(jobs.WORK, kind, work)  # type: ignore[arg-type]


def job(job_id: int, at: datetime = NOON) -> JobRow:
    found = queries.jobs.by_id(VIEWER, job_id, at)
    assert found is not None
    return found


def lines() -> list[tuple[str, str, str]]:
    """The audit's lines about jobs, the oldest first: what, by whom, and how it ended."""
    rows = [row for row in queries.audit.entries(VIEWER).rows if row.object.startswith("job ")]
    return [(f"{row.verb} {row.object}", row.by, row.detail.get("state", "")) for row in rows[::-1]]


def until(so: Callable[[], bool]) -> None:
    began = monotonic()
    while not so():
        assert monotonic() - began < PATIENCE, "it took too long"
        sleep(0.02)


def at_once(many: int, do: Callable[[int], Any]) -> list[Any]:
    """Do something in many threads at the same moment, each with a connection of its own."""
    together = Barrier(many)

    def one(nth: int) -> Any:
        try:
            together.wait(PATIENCE)
            return do(nth)
        finally:
            databases.disconnect()

    with ThreadPoolExecutor(many) as threads:
        return list(threads.map(one, range(many)))
