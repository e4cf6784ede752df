"""This file holds what whoever does work promises: once, heard of while it lasts, given up where it died, and stopped cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, current_thread
from time import monotonic, sleep
from typing import Any

import pytest

from keepwell.app import databases, queries
from keepwell.app.actions import jobs
from keepwell.app.installation import Installation
from keepwell.app.models.jobs import Job
from keepwell.app.web import lifespan
from keepwell.app.web import runner as runners
from keepwell.app.web.runner import Runner
from keepwell.app.web.worker import Worker
from keepwell.errors import Unavailable
from tests.app.working import PATIENCE, Clock, at_once, job, lines, replaced, until
from tests.cast import ANA, BEN, NOON, VIEWER


@pytest.mark.both_databases
def test_two_runners_over_one_database_do_work_once(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    replaced(monkeypatch, lambda *given: done.append(1) or "Done.")  # type: ignore[func-returns-value]
    two = [Runner(installation, now=Clock()) for _ in range(4)]
    for nth in range(12):
        jobs.ask(kind="score", by=ANA, at=NOON)
        assert sorted(at_once(4, lambda nth: two[nth].look())) == [False, False, False, True]
        assert len(done) == nth + 1


def test_what_another_took_meanwhile_is_not_taken(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other comes between looking and taking, which threads do seldom."""
    jobs.ask(kind="score", by=ANA, at=NOON)
    filtered, taken = Job.objects.filter, []

    def between(**which: Any) -> Any:
        if "pk" in which and not taken:
            taken.append("other")
            assert jobs.take(runner="other", at=NOON) is not None
        return filtered(**which)

    monkeypatch.setattr(Job.objects, "filter", between)
    assert jobs.take(runner="one", at=NOON) is None
    assert taken
    assert Job.objects.get().runner == "other"


@pytest.mark.both_databases
def test_work_whose_runner_died_has_failed_at_the_next_look(
    installation: Installation, runner: Runner, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = jobs.ask(kind="score", by=ANA, at=NOON)
    assert jobs.take(runner="gone", at=NOON) == number
    jobs.hear(job_id=number, runner="gone", doing="Reading", done=0.3, at=clock.later(50))
    heard, after = clock(), clock.later(60)
    assert job(number, after).state == "running"
    gone = job(number, clock.later(1))
    assert (gone.state, gone.result, gone.ended_at) == ("failed", queries.jobs.DIED, heard)
    assert Job.objects.get().state == "running", "whoever only looks writes nothing"
    replaced(monkeypatch, lambda *given: "Done.")
    second = jobs.ask(kind="score", by=BEN, at=clock())
    assert second != number
    assert Job.objects.get(pk=number).state == "failed"
    assert runner.look()
    assert job(second, clock()).state == "done"
    third = jobs.ask(kind="score", by=BEN, at=clock())
    jobs.take(runner="gone too", at=clock())
    clock.later(61)
    assert not runner.look()
    assert Job.objects.get(pk=third).state == "failed", "a runner sees it too"
    assert [line for line in lines() if line[2] == "failed"] == [
        ("end work job score", BEN.name, "failed"), ("end work job score", "Keepwell", "failed")
    ]  # fmt: skip


def test_what_its_own_runner_says_holds(installation: Installation) -> None:
    """A machine that slept is taken for dead, and ends its work all the same; a stranger ends nobody's."""
    number = jobs.ask(kind="score", by=ANA, at=NOON)
    jobs.take(runner="slow", at=NOON)
    jobs.give_up_dead(by=BEN, at=NOON + timedelta(seconds=61))
    jobs.hear(job_id=number, runner="slow", doing="Later", done=0.9, at=NOON + timedelta(hours=1))
    assert job(number).state == "failed"
    jobs.end(job_id=number, runner="other", is_done=True, result="No.", by=BEN, at=NOON)
    assert job(number).state == "failed"
    jobs.end(job_id=number, runner="slow", is_done=True, result="Yes.", by=ANA, at=NOON)
    jobs.give_up(runner="slow", because="too late", by=BEN, at=NOON)
    jobs.end(job_id=number, runner="slow", is_done=False, result="No.", by=BEN, at=NOON)
    assert (job(number).state, job(number).result) == ("done", "Yes.")


@pytest.mark.both_databases
def test_progress_is_told_at_most_twice_a_second(
    installation: Installation, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, float]] = []
    hear = jobs.hear
    number = jobs.ask(kind="score", by=ANA, at=NOON)

    def heard(**said: Any) -> None:
        hear(**said)
        told.append((said["doing"], job(number).done))

    def work(here: Any, what: Any, by: Any, at: Any, progress: jobs.Progress) -> str:
        began = monotonic()
        while (gone := monotonic() - began) < 1.7:
            progress("Working" * 100, gone)
            sleep(0.001)
        return "Done."

    monkeypatch.setattr(jobs, "hear", heard)
    replaced(monkeypatch, work)
    assert runner.look()
    assert 2 <= len(told) <= 3
    assert told[0][1] > 0.1
    assert all(share <= 1.0 for _, share in told)
    assert len(job(number).doing) == jobs.LONGEST


def test_a_runner_that_has_nothing_to_tell_is_heard_all_the_same(
    installation: Installation, runner: Runner, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(runners, "TELL_SECONDS", 0.02)
    seen = []

    def work(*given: Any) -> str:
        clock.later(55)
        until(lambda: Job.objects.get().heard_at == clock())
        clock.later(55)
        until(lambda: Job.objects.get().heard_at == clock())
        seen.append(queries.jobs.latest(VIEWER, clock())[0].state)
        return "Done."

    replaced(monkeypatch, work)
    jobs.ask(kind="score", by=ANA, at=NOON)
    assert runner.look()
    assert seen == ["running"]


class Held:
    """Work that goes on until it is let go, and asks again and again whether it still should."""

    def __init__(self) -> None:
        self.began, self.may_end, self.ended = Event(), Event(), Event()

    def __call__(self, here: Any, what: Any, by: Any, at: Any, progress: jobs.Progress) -> str:
        self.began.set()
        try:
            while not self.may_end.wait(0.02):
                progress("Holding", 0.5)
            return "Done."
        finally:
            self.ended.set()


@pytest.mark.both_databases
def test_a_clean_stop_waits_and_then_gives_up(
    installation: Installation, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "LOOK_SECONDS", 0.05)
    closed = set()
    disconnect = databases.disconnect
    monkeypatch.setattr(
        databases, "disconnect", lambda: (closed.add(current_thread().name), disconnect())
    )
    for patience, state, said in ((0.2, "failed", runners.STOPPED), (PATIENCE, "done", "Done.")):
        held, runner = Held(), Runner(installation, now=clock)
        replaced(monkeypatch, held)
        number = jobs.ask(kind="score", by=ANA, at=NOON)
        runner.start()
        assert held.began.wait(PATIENCE)
        if state == "done":
            with ThreadPoolExecutor(1) as other:
                stopping = other.submit(runner.stop, patience)
                sleep(0.3)
                assert not stopping.done(), "it waits"
                held.may_end.set()
                stopping.result(PATIENCE)
        else:
            runner.stop(patience)
            assert held.ended.wait(PATIENCE), "work that is given up does not go on"
        assert runner._thread is not None
        runner._thread.join(PATIENCE)
        assert (job(number).state, job(number).result) == (state, said)
    assert {"jobs", "job progress"} <= closed
    assert [line[2] for line in lines() if line[2]] == ["failed", "done"]


def test_a_database_that_is_away_for_a_moment_comes_back(
    installation: Installation, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "LOOK_SECONDS", 0.02)
    failing = {"take": 2, "end": 2}
    for name in failing:
        real = getattr(jobs, name)

        def busy(name: str = name, real: Callable[..., Any] = real, **said: Any) -> Any:
            failing[name] -= 1
            if failing[name] >= 0:
                raise Unavailable("the app database is busy.")
            return real(**said)

        monkeypatch.setattr(jobs, name, busy)
    replaced(monkeypatch, lambda *given: "Done.")
    number = jobs.ask(kind="score", by=ANA, at=NOON)
    runner = Runner(installation, now=clock)
    runner.start()
    until(lambda: job(number).state == "done")
    runner.stop(PATIENCE)


def test_a_server_starts_and_stops_its_worker_with_itself(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[str] = []
    worker = Worker(installation)
    monkeypatch.setattr(worker, "start", lambda: did.append("start"))
    monkeypatch.setattr(worker, "stop", lambda: did.append("stop"))

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        did.append(scope["type"])

    said = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, str]:
        return {"type": next(said)}

    async def send(message: Any) -> None:
        did.append(message["type"])

    application = lifespan.with_worker(pages, worker)
    asyncio.run(application({"type": "http"}, receive, send))
    asyncio.run(application({"type": "lifespan"}, receive, send))
    assert did == [
        "http", "start", "lifespan.startup.complete", "stop", "lifespan.shutdown.complete"
    ]  # fmt: skip


def test_a_runner_ends_when_nothing_waits(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    disconnect = databases.disconnect
    monkeypatch.setattr(
        databases, "disconnect", lambda: (closed.append(current_thread().name), disconnect())
    )
    done: list[int] = []
    replaced(monkeypatch, lambda *given: done.append(1) or "Done.")  # type: ignore[func-returns-value]
    jobs.ask(kind="score", by=ANA, at=NOON)
    runner = Runner(installation, now=Clock())
    assert not runner.is_working()
    runner.start()
    until(lambda: not runner.is_working(0.1))
    assert (done, runner.has_failed) == ([1], False)
    assert "jobs" in closed


def test_a_runner_whose_database_stays_away_ends(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "LOOK_SECONDS", 0.02)
    tries: list[int] = []

    def away(**said: Any) -> None:
        tries.append(1)
        raise Unavailable("the app database is busy.")

    monkeypatch.setattr(jobs, "take", away)
    runner = Runner(installation, now=Clock())
    runner.start()
    until(lambda: not runner.is_working(0.1))
    assert (len(tries), runner.has_failed) == (runners.TRIES, True)
