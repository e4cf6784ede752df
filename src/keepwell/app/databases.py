"""This file binds a process to its database, once, and tells whether the tables in it are those that the code expects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import django
from django.apps import apps
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

from keepwell.app import postgresql, settings
from keepwell.errors import IntegrityError, NotReady, Unavailable

# The tables by which all else is found; they are small, whatever the size of the whole file.
DECISIVE = {
    f"keepwell_{name}"
    for name in (
        "load", "datafile", "manifest", "declaration", "scorecard", "extracolumn", "run", "projection",
    )
}  # fmt: skip
READ_MODEL = 6  # raised whenever what pages read is made otherwise: `migrate` then builds it anew
EARLIER_LABEL = "records"  # of the Django app, up to its migration 0002


class NotMigrated(NotReady):
    """The database's tables are of an older version of Keepwell; nothing was read or changed."""

    code = "E107"


class Newer(NotReady):
    """The database's tables are of a newer version of Keepwell than this one."""

    code = "E108"


@dataclass(frozen=True)
class State:
    """How the database's tables stand to the code: `pending` names the migrations that it lacks.

    `has_manifest` is false where there are loads whose data files have not been described yet, `has_read_model` where
    what pages read was never built, or for an older version. `is_of_ours` is false where nothing but the tables by which
    people sign in are to be made.
    """

    kind: Literal["empty", "current", "behind"]
    pending: tuple[str, ...] = ()
    has_earlier_label: bool = False
    has_manifest: bool = True
    has_read_model: bool = True
    is_of_ours: bool = True


def configure(url: str, folder: Path, *, serves_pages: bool = False) -> None:
    """Give Django its settings and load the models; once per process, before anything names a model.

    Only a process that serves pages loads what they stand on, and sees its tables. Raises what `settings.database` does.
    """
    if not django_settings.configured:
        names = [name for name in vars(settings) if name.isupper() and name != "SQLITE"]
        values = {name: getattr(settings, name) for name in names}
        if serves_pages:
            from keepwell.app import (
                page_settings,
            )  # a fifth of a second that no other command has to wait

            values |= page_settings.values(url, folder)
        else:
            values |= {"DATABASES": {"default": settings.database(url, folder)}}
        django_settings.configure(**values)
    if not apps.ready:
        django.setup()


def state() -> State:
    """Compare the database's tables with the code's migrations.

    Raises `Unavailable` where the server does not answer, `IntegrityError` for a broken SQLite file, and `Newer`.
    """
    if connection.vendor != "sqlite":
        _connect()
    _check_structure()
    tables = set(connection.introspection.table_names())
    has_earlier_label = f"{EARLIER_LABEL}_landing" in tables
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations or ())
    # What was applied under the earlier label has the same names under today's.
    unknown = {
        ("keepwell", name)
        for label, name in executor.loader.applied_migrations
        if label in ("keepwell", EARLIER_LABEL)
    } - known
    if unknown:
        theirs, newest = _migrated_by(tables), max(name for _, name in unknown)
        by = (
            f"Keepwell {theirs}"
            if theirs not in ("", version())
            else f"a newer Keepwell ({newest})"
        )
        raise Newer(
            f"The app database was migrated by {by}, and this is Keepwell {version()}, which is older.",
            way_out="Install that version, or restore the backup made before the migration. Nothing was changed.",
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan and not has_earlier_label:
        has_manifest, has_read_model = _has_manifest(), _has_read_model()
        kind: Literal["current", "behind"] = (
            "current" if has_manifest and has_read_model else "behind"
        )
        return State(kind, has_manifest=has_manifest, has_read_model=has_read_model)
    is_used = has_earlier_label or _has_loads(tables)
    pending = tuple(migration.name for migration, _ in plan)
    is_of_ours = has_earlier_label or any(each.app_label == "keepwell" for each, _ in plan)
    return State(
        "behind" if is_used else "empty", pending, has_earlier_label, is_of_ours=is_of_ours
    )


def require_current() -> None:
    """Raise `NotMigrated` unless the tables are the code's; what a server calls before it answers anybody."""
    found = state()
    if found.kind != "current":
        steps = ", ".join(found.pending) or "what pages read is made anew"
        copy = "a copy is kept first" if connection.vendor == "sqlite" else "make a backup first"
        raise NotMigrated(
            f"The app database has not been migrated to this version of Keepwell ({version()}). To do: {steps}.",
            way_out=f"Run `keepwell migrate` in the workspace ({copy}), then start again.",
        )


def version() -> str:
    """The version of this Keepwell."""
    from importlib.metadata import (
        version,  # slow to load, and needed only where something is migrated
    )

    return version("keepwell")


def disconnect() -> None:
    """Close this thread's connection, as a process does that ends; the next question opens a new one."""
    connections["default"].close()


def _migrated_by(tables: set[str]) -> str:
    """Read which version migrated the database last; empty where it is older than that note."""
    if "keepwell_identity" not in tables:
        return ""
    with connection.cursor() as cursor:
        return next(
            (str(row[0]) for row in _rows(cursor, "SELECT version FROM keepwell_identity")), ""
        )


def _has_loads(tables: set[str]) -> bool:
    """Tell whether anything was ever loaded: the first migration of a new database may have died half-way."""
    with connection.cursor() as cursor:
        return any(
            _rows(cursor, f"SELECT 1 FROM {name} LIMIT 1")
            for name in ("keepwell_load", "keepwell_landing")
            if name in tables
        )


def _has_manifest() -> bool:
    """Tell whether the data files are described, if there are any: that is done after the tables are migrated."""
    with connection.cursor() as cursor:
        described, loaded = (
            bool(_rows(cursor, f"SELECT 1 FROM keepwell_{name} LIMIT 1"))
            for name in ("manifest", "load")
        )
    return described or not loaded


def _connect() -> None:
    """Connect to the server; raises `Unavailable` with what it, or the driver, says, but never with the password."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        said = postgresql.without_secret(
            str(error).strip(), str(connection.settings_dict["PASSWORD"])
        )
        # From none: what the driver raises carries the whole address in its traceback.
        raise Unavailable(
            f"The app database cannot be reached: {said}",
            way_out="Check that the server is running and that KEEPWELL_DATABASE names it.",
        ) from None


def _check_structure() -> None:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        existing = {
            name for (name,) in _rows(cursor, "SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        for table in sorted(existing & DECISIVE):
            found = _rows(cursor, f"PRAGMA quick_check({table})")
            if found != [("ok",)]:
                raise IntegrityError(
                    f"the app database is damaged ({found[0][0]}).",
                    place=str(connection.settings_dict["NAME"]),
                    way_out="Restore it from a backup; nothing was changed.",
                    code="I101",
                )


def _has_read_model() -> bool:
    """Tell whether what pages read was built for this version; a workspace without accounts has nothing to build."""
    with connection.cursor() as cursor:
        return not _rows(
            cursor, f"SELECT 1 FROM keepwell_projection WHERE version < {READ_MODEL:d}"
        )


def _rows(cursor: CursorWrapper, sql: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql)  # what this returns is the bare cursor, whose errors are not Django's
    return list(cursor.fetchall())
