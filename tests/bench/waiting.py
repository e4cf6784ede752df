"""This file is another process that writes to the same SQLite file, and notes how long it has to wait."""

from __future__ import annotations

import sqlite3
import time
from multiprocessing.synchronize import Event
from typing import Any


def write_again_and_again(database: str, ready: Event, done: Event, waits: Any) -> None:
    """Begin to write every few milliseconds until it is done, and hand back the three longest waits in seconds."""
    con = sqlite3.connect(database, isolation_level=None, timeout=60)
    con.execute("PRAGMA synchronous=FULL")
    ready.set()
    longest = [0.0] * 3
    while not done.is_set():
        began = time.perf_counter()
        con.execute("BEGIN IMMEDIATE")
        longest = sorted([*longest, time.perf_counter() - began])[1:]
        con.execute("ROLLBACK")
        time.sleep(0.002)
    waits.put(longest)
