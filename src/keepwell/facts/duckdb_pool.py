"""This file holds the one DuckDB of a process: cursors for whoever asks, few at a time, all within one memory limit."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.facts import duckdb_session, sandbox
from keepwell.facts.scratch import Scratch

if TYPE_CHECKING:
    import duckdb

# Each running query wants memory of its own out of the one limit, so more at a time are not faster.
CURSORS_AT_ONCE = 4


class DuckDBPool:
    """Cursors on one DuckDB in memory, safe for threads; opened at the first use, so never before a fork.

    A cursor is a connection of its own: its temporary tables, views and registered Arrow tables are seen by nobody else.
    It can read files in `folder` and nowhere else, whatever a definition or a mapping says.
    """

    def __init__(
        self,
        folder: Path,
        *,
        scratch: Scratch | None = None,
        memory: str = duckdb_session.MEMORY,
        at_once: int = CURSORS_AT_ONCE,
    ) -> None:
        self.folder, self.memory = folder, memory
        self.scratch = scratch or Scratch(folder / "tmp")
        self._permits = threading.BoundedSemaphore(at_once)
        self._depth = threading.local()
        self._opening = threading.Lock()
        self._duckdb: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a cursor; waits while too many are in use. A thread that holds one gets a second without waiting."""
        with self._permit():
            cursor = self._opened().cursor()
            # Not all settings are the database's: a cursor begins with the defaults of a connection.
            cursor.execute("SET TimeZone = 'UTC'")
            try:
                yield cursor
            finally:
                cursor.close()

    @contextmanager
    def isolated(self, places: Iterable[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a DuckDB of its own that also reads `places`: what an import may open cannot be taken back afterwards."""
        with self._permit():
            con = duckdb_session.connect(self.scratch.folder, memory=self.memory)
            try:
                sandbox.restrict(con, [*places, self.folder, self.scratch.folder])
                yield con
            finally:
                con.close()

    def close(self) -> None:
        """Close the database; the next cursor opens a new one."""
        with self._opening:
            if self._duckdb is not None:
                self._duckdb.close()
                self._duckdb = None

    @contextmanager
    def _permit(self) -> Iterator[None]:
        """Hold one permit a thread: waiting for a second one while holding the first could wait for ever."""
        depth = getattr(self._depth, "held", 0)
        if not depth:
            self._permits.acquire()
        self._depth.held = depth + 1
        try:
            yield
        finally:
            self._depth.held = depth
            if not depth:
                self._permits.release()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        with self._opening:
            if self._duckdb is None:
                con = duckdb_session.connect(self.scratch.folder, memory=self.memory)
                sandbox.restrict(con, [self.folder, self.scratch.folder])
                self._duckdb = con
            return self._duckdb
