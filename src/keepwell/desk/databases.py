"""This file turns the desk to one database and brings its tables up to date."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import django
from django.apps import apps
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from keepwell.desk import settings


class Damaged(Exception):
    """Something that was kept can no longer be trusted; the message names it and the way out."""


def turn_to(url: str, folder: Path) -> None:
    """Make the described database the desk's one, with all migrations applied; raise `Damaged` where it cannot be read."""
    set_up()
    described = settings.database(url, folder)
    if (
        connections.settings["default"]["NAME"] != described["NAME"]
        or connections.settings["default"]["ENGINE"] != described["ENGINE"]
    ):
        connections.close_all()
        connections.settings["default"] = connections.configure_settings({"default": described})["default"]
        del connections["default"]
    try:
        _migrate()
    except DatabaseError as error:
        if isinstance(error.__cause__, sqlite3.DatabaseError) and not isinstance(
            error.__cause__, sqlite3.OperationalError
        ):
            raise Damaged(
                f"{described['NAME']}: the desk database is damaged ({error}). Restore it from a backup."
            ) from error
        raise


def set_up() -> None:
    """Load the records, once; nothing that names one can be imported before."""
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keepwell.desk.settings")
        django.setup()


def _migrate() -> None:
    executor = MigrationExecutor(connections["default"])
    targets = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(targets):
        executor.migrate(targets)
