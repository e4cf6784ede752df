"""This file says where a drill keeps the app database of each workspace: in its folder, or on a PostgreSQL of the drill's own."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import at_server
from tests.drills import servers

BOTH = SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
# In the environment, so that processes which a drill starts find the databases too.
SERVER = "KEEPWELL_DRILL_SERVER"


@contextmanager
def on(kind: str) -> Iterator[bool]:
    """Keep app databases on a kind of database; false where PostgreSQL is not installed."""
    if kind == SQLITE:
        yield True
        return
    with servers.postgresql() as server:
        if server:
            os.environ[SERVER] = server.address
        try:
            yield server is not None
        finally:
            os.environ.pop(SERVER, None)


def is_postgresql() -> bool:
    return SERVER in os.environ


def address(folder: Path) -> str:
    """Give the address of a workspace's app database, made empty where there is none; nothing on SQLite."""
    if not is_postgresql():
        return ""
    name = _name(folder)
    found = _execute("SELECT FROM pg_database WHERE datname = %s", name)
    if not found:
        _execute(f"CREATE DATABASE {name}")
    return at_server(os.environ[SERVER], name)


def copied(template: Path, folder: Path) -> Path:
    """Copy a workspace with its app database, to which nobody may be connected."""
    shutil.copytree(template, folder)
    if is_postgresql():
        _execute(f"CREATE DATABASE {_name(folder)} TEMPLATE {_name(template)} STRATEGY FILE_COPY")
    return folder


def removed(folder: Path) -> None:
    """Remove a workspace and its app database."""
    shutil.rmtree(folder, ignore_errors=True)
    if is_postgresql():
        _execute(f"DROP DATABASE IF EXISTS {_name(folder)} WITH (FORCE)")


def _name(folder: Path) -> str:
    return "d" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:20]


def _execute(statement: str, *given: str) -> bool:
    """Run one statement on the server itself; true where it found a row."""
    import psycopg

    with psycopg.connect(os.environ[SERVER], autocommit=True) as connection:
        return connection.execute(statement, given or None).rowcount > 0  # type: ignore[arg-type]  # made above
