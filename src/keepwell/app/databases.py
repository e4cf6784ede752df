"""This file turns the desk to one database and brings its tables up to date."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db import DatabaseError, OperationalError, connections
from django.db import IntegrityError as ConstraintBroken
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

from keepwell.app import settings
from keepwell.errors import IntegrityError, Unavailable

DECISIVE = {
    f"keepwell_{name}"
    for name in ("load", "datafile", "declaration", "scorecard", "extracolumn", "run", "projection")
}
_PASSING = re.compile("locked|busy|full|readonly|unable to open|disk I/O")
_READING = (
    "django/db/backends/sqlite3/",
    "django/db/models/fields/",
)  # where kept text becomes dates, numbers and lists


class Damaged(IntegrityError):
    """Something that was kept can no longer be trusted; the message names it and the way out."""

    code = "I100"


class Unreachable(Unavailable):
    """The database server does not answer, or does not let us in."""

    code = "E106"


def connect(url: str, folder: Path) -> None:
    """Make the described database the desk's one, with all migrations applied; raise `Damaged` or `Unreachable`."""
    set_up()
    described = settings.database(url, folder)
    now = connections.settings["default"]
    if any(now.get(name, "") != value for name, value in described.items()):
        disconnect()
        connections.settings["default"] = connections.configure_settings({"default": described})[
            "default"
        ]
    try:
        with naming_damage():
            _check_structure()
            _migrate()
    except OperationalError as error:
        if connections["default"].vendor == "sqlite":
            raise
        raise Unreachable(f"The desk database cannot be reached: {str(error).strip()}") from error


def disconnect() -> None:
    """Close the connection and forget it, as a process does that ends; the next question opens a new one."""
    connections["default"].close()
    del connections["default"]


@contextmanager
def naming_damage() -> Iterator[None]:
    """Turn what a broken SQLite file makes Django raise into `Damaged`, which names the file."""
    try:
        yield
    except (DatabaseError, ValueError, TypeError, ArithmeticError) as error:
        if _is_damage(error):
            name = connections["default"].settings_dict["NAME"]
            sentence = f"{name}: the desk database is damaged ({error}). Restore it from a backup; nothing was changed."
            raise Damaged(sentence) from error
        raise


def _is_damage(error: Exception) -> bool:
    """Tell a broken file from a busy, full or read-only one, and from our own mistakes with a whole one."""
    if connections["default"].vendor != "sqlite":
        return False
    if isinstance(error, DatabaseError):
        return not isinstance(error, ConstraintBroken) and not _PASSING.search(str(error))
    frames = traceback.extract_tb(error.__traceback__)
    return isinstance(error, UnicodeDecodeError) or any(
        place in frame.filename for frame in frames for place in _READING
    )


def _check_structure() -> None:
    """Look at the tables by which all else is found; they are small, whatever the size of the whole file."""
    connection = connections["default"]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        there = {
            name for (name,) in _rows(cursor, "SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        for table in sorted(there & DECISIVE):
            found = _rows(cursor, f"PRAGMA quick_check({table})")
            if found != [("ok",)]:
                raise DatabaseError(str(found[0][0]))


def _rows(cursor: CursorWrapper, sql: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql)  # what this returns is the bare cursor, whose errors are not Django's
    return list(cursor.fetchall())


def set_up() -> None:
    """Load the records, once; nothing that names one can be imported before."""
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keepwell.app.settings")
        django.setup()


def _migrate() -> None:
    executor = MigrationExecutor(connections["default"])
    targets = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(targets):
        executor.migrate(targets)
