"""This file brings the tables of the app database up to date: backed up first, and checked before anything is rewritten."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from keepwell.app import databases
from keepwell.app.actions import audit
from keepwell.app.databases import EARLIER_LABEL
from keepwell.app.installation import Installation
from keepwell.app.migrations import _checksums_0002 as earlier_checksums
from keepwell.app.viewers import Actor


@dataclass(frozen=True)
class Migrated:
    """What was done: the migrations applied, and the copy of the database from before, where there was anything to copy."""

    applied: tuple[str, ...]
    backup: Path | None


def is_safe() -> bool:
    """Tell whether a command may migrate by itself: a new database, or a SQLite file, of which a copy is kept."""
    return databases.state().kind == "empty" or connection.vendor == "sqlite"


def run(*, installation: Installation, by: Actor, at: datetime) -> Migrated:
    """Apply what is pending; nothing where nothing is.

    A SQLite file is copied to `data/backups` first. What the older tables hold is checked against its checksums before it
    is rewritten: raises `IntegrityError` where something is not what was written, and changes nothing then. Each
    migration is one transaction, so a run that dies is taken up again by the next.
    """
    state = databases.state()
    if state.kind == "current":
        return Migrated((), None)
    backup = None
    if state.kind == "behind" and connection.vendor == "sqlite":
        backup = _back_up(installation, at)
    if state.has_earlier_label:
        _check_earlier()
        _relabel()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    if state.kind == "behind":
        audit.write(
            verb="migrate", object="app database", by=by, at=at, applied=list(state.pending)
        )
    return Migrated(state.pending, backup)


def _back_up(installation: Installation, at: datetime) -> Path:
    """Copy a SQLite file while others may read it, whole or not at all."""
    folder = installation.data / "backups"
    installation.disk.make_folder(folder)
    target = folder / f"keepwell-{at.astimezone(UTC):%Y%m%dT%H%M%S}-before-migration.db"
    partial = target.with_suffix(".part")
    partial.unlink(missing_ok=True)
    source = sqlite3.connect(connection.settings_dict["NAME"])
    copy = sqlite3.connect(partial)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    installation.disk.sync(partial)
    installation.disk.rename(partial, target)
    installation.disk.sync_folder(folder)
    return target


def _check_earlier() -> None:
    """Read the older tables by the models of their time, and check every checksum in them."""
    with transaction.atomic():
        # Under the new label the old state does not find the old tables, so they are renamed, looked at and renamed back.
        _rename_tables(EARLIER_LABEL, "keepwell")
        executor = MigrationExecutor(connection)
        earlier = executor.loader.project_state(("keepwell", "0002_dates_and_overrides")).apps
        earlier_checksums.check(earlier)
        _rename_tables("keepwell", EARLIER_LABEL)


def _relabel() -> None:
    """Give tables and applied migrations the Django app's present label, in one transaction."""
    with transaction.atomic():
        _rename_tables(EARLIER_LABEL, "keepwell")
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE django_migrations SET app = 'keepwell' WHERE app = %s", [EARLIER_LABEL]
            )


def _rename_tables(before: str, after: str) -> None:
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if name.startswith(f"{before}_"):
                renamed = f"{after}_{name.removeprefix(f'{before}_')}"
                cursor.execute(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(renamed)}")
