"""This file has the work that people ask for done by a process beside the server, which is begun when work waits and ends with it."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread

from keepwell.app import actions, databases, postgresql, queries
from keepwell.app.installation import Installation
from keepwell.app.queries.jobs import DIED
from keepwell.app.viewers import SYSTEM
from keepwell.app.web.runner import KEEPWELL, PATIENCE_SECONDS, STOPPED

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-c", "from keepwell.cli.main import app; app()", "work")
LOOK_SECONDS = 1.0  # until work that was asked for is begun
GRACE_SECONDS = 5.0  # to write down that a job is given up, before the process is ended
PAUSE_SECONDS = 30.0  # before another process is begun after one that could not work


class Worker:
    """One thread that begins a process when work waits, and hears how it ends.

    In a thread of the server the same work would make every page wait: imports and scores keep Python busy, and a
    process has one Python. The other process has the usual priority: with a lower one pages were slower on a busy
    machine, probably as they wait for what it has locked.
    """

    def __init__(
        self,
        here: Installation,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self.here, self.now, self.command = here, now, command
        self._stopping = Event()
        self._thread: Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to look for work."""
        self._thread = Thread(target=self._keep_looking, name="worker", daemon=True)
        self._thread.start()

    def stop(self, patience: float = PATIENCE_SECONDS) -> None:
        """Begin no more work, let the process end what it does or give it up, and end it where it does neither."""
        self._stopping.set()
        if self._thread is None:
            return
        if (process := self._process) is not None:
            _tell_to_stop(process)
        self._thread.join(patience + GRACE_SECONDS)
        if self._thread.is_alive() and (process := self._process) is not None:
            process.kill()
            self._thread.join(GRACE_SECONDS)

    def look(self) -> bool:
        """Have a process do what waits, and wait for it; tells whether anything did."""
        actions.jobs.give_up_dead(by=KEEPWELL, at=self.now())
        if not queries.jobs.is_waiting(SYSTEM):
            return False
        databases.disconnect()  # it may take long
        name = f"{socket.gethostname()[:60]} {os.getpid()} {secrets.token_hex(4)}"
        environment = os.environ | {postgresql.VARIABLE: self.here.database_url}
        # A process group of its own: Ctrl+C is for the server, which then stops it in good order.
        with subprocess.Popen(
            [*self.command, "--workspace", str(self.here.folder), "--runner", name],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
        ) as process:  # fmt: skip
            self._process = process
            if self._stopping.is_set():  # it was begun just when the server stopped
                _tell_to_stop(process)
            status = process.wait()
            self._process = None
        # What it did is over with it, however it ended.
        because = STOPPED if self._stopping.is_set() else DIED
        actions.jobs.give_up(runner=name, because=because, by=KEEPWELL, at=self.now())
        if status:
            log.error("the process that does work failed", extra={"status": status})
            self._stopping.wait(PAUSE_SECONDS if queries.jobs.is_waiting(SYSTEM) else 0)
        return True

    def _keep_looking(self) -> None:
        try:
            while not self._stopping.wait(LOOK_SECONDS):
                try:
                    if self.look():
                        databases.disconnect()
                except Exception:  # a database that is away comes back
                    log.exception("looking for work failed")
                    databases.disconnect()
        finally:
            databases.disconnect()


def _tell_to_stop(process: subprocess.Popen[bytes]) -> None:
    """Tell the process to stop: it reads what nobody writes, until that ends, as it also does where the server dies."""
    if process.stdin is not None:
        process.stdin.close()
