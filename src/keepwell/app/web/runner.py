"""This file does the work that people ask for on pages, one job after the other, in the process that a server begins for it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic

from keepwell.app import actions, databases, queries, representations, surroundings
from keepwell.app.installation import Installation
from keepwell.app.viewers import SYSTEM, Actor, operator
from keepwell.errors import KeepwellError

log = logging.getLogger(__name__)
KEEPWELL = operator(SYSTEM.name)  # as who a job is given up
LOOK_SECONDS = 1.0  # between two looks for work
TELL_SECONDS = 0.5  # between two notes of how far it is
BEAT_SECONDS = 10.0  # a runner that is silent for longer than a few of these is taken for dead
PATIENCE_SECONDS = 10.0  # a job may end when the server stops
TRIES = 3  # to take a job, or to write down how it ended, where the database is busy
STOPPED = "Keepwell was stopped meanwhile. Nothing was left half done: ask for it again."


class _GivenUp(Exception):
    """The server stops, and this job has been recorded as failed."""


class Runner:
    """One thread that takes the oldest job that waits and does it; `look` does that once, where one stands."""

    def __init__(
        self,
        here: Installation,
        *,
        name: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.here, self.now = here, now
        self.name = name or secrets.token_hex(8)
        self.has_failed = False
        self._job: int | None = None
        self._step = ("", 0.0)
        self._stopping, self._is_over = Event(), Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to do all work that waits."""
        self._thread = Thread(target=self._work_off, name="jobs", daemon=True)
        self._thread.start()

    def is_working(self, wait: float = 0.0) -> bool:
        """Tell whether work is still being done, after waiting so many seconds for its end."""
        if self._thread is not None:
            self._thread.join(wait)
        return self._thread is not None and self._thread.is_alive()

    def stop(self, patience: float = PATIENCE_SECONDS) -> None:
        """Take no more work, wait for what is done just now, and give it up where it takes too long."""
        self._stopping.set()
        if self._thread is None:
            return
        self._thread.join(patience)
        if self._thread.is_alive() and self._job is not None:
            self._is_over.set()
            try:
                actions.jobs.give_up(runner=self.name, because=STOPPED, by=KEEPWELL, at=self.now())
            finally:
                databases.disconnect()

    def look(self) -> bool:
        """Take a job and do it; tells whether there was one."""
        actions.jobs.give_up_dead(by=KEEPWELL, at=self.now())
        self._job = actions.jobs.take(runner=self.name, at=self.now())
        if self._job is None:
            return False
        try:
            with self._telling(self._job):
                is_done, said, by = self._outcome(self._job)
            self._end(self._job, is_done, said, by)
        except _GivenUp:
            log.info("job given up", extra={"job": self._job})
        finally:
            self._job = None
        return True

    def _work_off(self) -> None:
        failures = 0
        try:
            while not self._stopping.is_set() and failures < TRIES:
                try:
                    if not self.look():
                        return
                    failures = 0
                except Exception:  # a database that is away comes back
                    failures += 1
                    log.exception("looking for work failed")
                    databases.disconnect()
                    self._stopping.wait(LOOK_SECONDS)
            self.has_failed = failures > 0
        finally:
            databases.disconnect()

    def _outcome(self, job_id: int) -> tuple[bool, str, Actor]:
        """Do a job; gives whether it was done, what to say of it, and as whom it was done."""
        at, by = self.now(), KEEPWELL
        try:
            by = queries.jobs.asker(SYSTEM, job_id, self.here.day(at))
            said = actions.jobs.work(
                installation=self.here, job_id=job_id, by=by, at=at, progress=self._say
            )
        except _GivenUp:
            raise
        except KeepwellError as error:
            return False, _sentence(error), by
        except Exception as error:  # whoever asked reads a sentence, whatever it was
            if found := surroundings.refused(error):
                return False, _sentence(found), by
            reference = secrets.token_hex(4)
            log.exception("internal error", extra={"reference": reference})
            said = f"Something failed on our side. Its reference is {reference}; the log has the details."
            return False, said, by
        return True, said, by

    def _end(self, job_id: int, is_done: bool, said: str, by: Actor) -> None:
        for left in reversed(range(TRIES)):
            try:
                actions.jobs.end(
                    job_id=job_id, runner=self.name, is_done=is_done, result=said, by=by, at=self.now()
                )  # fmt: skip
                return
            except KeepwellError:
                if not left:
                    raise
                log.warning("how a job ended was not written down yet", exc_info=True)

    def _say(self, doing: str, done: float) -> None:
        """Remember how far the job is: the work may be inside of a transaction, so another thread writes it down."""
        if self._is_over.is_set():
            raise _GivenUp
        self._step = (doing, done)

    @contextmanager
    def _telling(self, job_id: int) -> Iterator[None]:
        """Write down how far a job is, and that it is being done, as long as this is open."""
        self._step, ended = ("", 0.0), Event()
        teller = Thread(target=self._tell, args=(job_id, ended), name="job progress", daemon=True)
        teller.start()
        try:
            yield
        finally:
            ended.set()
            teller.join()

    def _tell(self, job_id: int, ended: Event) -> None:
        told, heard = self._step, monotonic()
        try:
            while not ended.wait(TELL_SECONDS):
                step = self._step
                if step == told and monotonic() - heard < BEAT_SECONDS:
                    continue
                try:
                    actions.jobs.hear(
                        job_id=job_id, runner=self.name, doing=step[0], done=step[1], at=self.now()
                    )
                    told, heard = step, monotonic()
                except Exception:  # a busy database is told a moment later
                    log.warning("how far a job is was not written down", exc_info=True)
                    databases.disconnect()
        finally:
            databases.disconnect()


def _sentence(error: KeepwellError) -> str:
    """Say what went wrong; of a document with faults also the first one."""
    said = representations.errors.sentence(error)
    return said if error.what or not error.faults else f"{error.faults[0]} {said}"
