"""This file reports the progress of a long statement while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

EVERY = 0.2  # seconds


@contextmanager
def reporting(
    con: duckdb.DuckDBPyConnection,
    progress: Callable[[str, float], None] | None,
    name: str,
    done: float,
    share: float,
) -> Iterator[None]:
    """Call `progress` with the file and the share of the import that is done, until the block ends."""
    if progress is None:
        yield
        return
    ended = threading.Event()

    # DuckDB runs one statement for the whole file and can only be asked from another thread.
    def watch() -> None:
        while not ended.wait(EVERY):
            # It says -1 while it cannot tell.
            percent = max(con.query_progress(), 0.0)
            progress(name, done + share * min(percent, 100.0) / 100)

    progress(name, done)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
