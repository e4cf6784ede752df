"""This file lets one test process serve many installations, one after the other, which the product never does."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.conf import settings as django_settings
from django.db import connections

from keepwell.app import databases, settings
from keepwell.app import installation as installations
from keepwell.app.installation import Installation
from keepwell.app.viewers import operator
from keepwell.facts.atomic_files import Disk

# Django wants to know a database before a test module can name a model.
_FIRST = Path(tempfile.gettempdir()) / f"keepwell-tests-{os.getpid()}"
(_FIRST / "data").mkdir(parents=True, exist_ok=True)
databases.configure("", _FIRST, serves_pages=True)

BY, AT = operator("tests"), datetime(2026, 1, 1, tzinfo=UTC)


def serve(folder: Path, *, database_url: str = "", disk: Disk | None = None) -> Installation:
    """Serve another folder and database, as a new process would, with all migrations applied."""
    leave()
    built = installations.build(folder, database_url=database_url, disk=disk)
    if not database_url:
        give_tables(folder)
    migrate(built)
    return built


def begin(folder: Path) -> Installation:
    """Build an installation as a process does that checks and migrates nothing."""
    leave()
    return installations.build(folder)


def give_tables(folder: Path) -> None:
    """Give a new workspace its SQLite file with all tables, copied: migrating takes ten times longer."""
    path = folder / "data" / "keepwell.db"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(_migrated(), path)


def leave() -> None:
    """End what the process serves: its connections, its DuckDB and the installation itself."""
    connections.close_all()
    _forget_connection()
    if installations._built is not None:
        installations._built.duckdb.close()
        installations._built.scratch.close()
        installations._built = None


def _forget_connection() -> None:
    if hasattr(connections._connections, "default"):
        connections["default"].close()
        del connections["default"]


def migrate(built: Installation) -> None:
    """Do what the command line does when it opens a workspace."""
    from keepwell.app.actions import migrations

    migrations.run(installation=built, by=BY, at=AT)


def _bind(database_url: str, folder: Path, *, serves_pages: bool = False) -> None:
    """Point Django at a database: in a process of the product that happens once, before Django is set up."""
    described = settings.database(database_url, folder.resolve())
    connections.settings["default"] = connections.configure_settings({"default": described})[
        "default"
    ]


databases.configure = _bind


@cache
def _migrated() -> Path:
    """Make one SQLite file with all tables; tests begin with a copy of it."""
    assert django_settings.configured
    path = Path(tempfile.mkdtemp(prefix="keepwell-migrated-")) / "data" / "keepwell.db"
    path.parent.mkdir()
    before = connections.settings["default"]
    _bind("", path.parent.parent)
    _forget_connection()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _forget_connection()
    connections.settings["default"] = before
    return path
