"""This file holds the locks by which one process of an installation waits for another, also on another machine."""

from __future__ import annotations

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from keepwell.app.installation import Installation


@contextmanager
def hold(installation: Installation, name: str) -> Iterator[None]:
    """Wait for the lock of this name, and hold it; enter it outside of a transaction.

    Processes on one machine wait for a file in the data folder. Those that share a PostgreSQL server may be on several
    machines, where a shared folder need not pass locks on, so they wait for a lock of the database as well. It ends with
    the connection, however that ends.
    """
    with (installation.data / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with _of_the_database(name):
            yield


@contextmanager
def _of_the_database(name: str) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    # Locks of other programs in the same database have other numbers: the upper half is ours.
    key = (zlib.crc32(b"keepwell") << 31) + zlib.crc32(name.encode()) // 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
