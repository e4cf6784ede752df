"""This file holds Django's settings: which database, which tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from keepwell.app import postgresql
from keepwell.errors import Unavailable

SQLITE = {
    # A reader that turns writer half-way cannot be told to wait; starting as a writer can.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: with NORMAL a power cut takes back transactions that were already confirmed.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


def database(url: str, folder: Path) -> dict[str, Any]:
    """Describe the app database: a PostgreSQL server where `url` names one, else SQLite in the workspace's data folder.

    Raises what `postgresql.described` does, and `Unavailable` for a SQLite file in a read-only folder that was not closed:
    its newest changes lie beside it.

    >>> database("postgresql://ana:s3cret@db.example:5433/keepwell", Path("."))["HOST"]
    'db.example'
    """
    if not url:
        return _sqlite(folder / "data" / "keepwell.db")
    return postgresql.described(url)


def _sqlite(path: Path) -> dict[str, Any]:
    if path.exists() and not os.access(path.parent, os.W_OK):
        if path.with_name(path.name + "-shm").exists():
            # Somebody elsewhere is writing: what they share says which of their changes are whole.
            name = f"file:{quote(str(path))}?mode=ro"
            return {"ENGINE": "keepwell.app.sqlite", "NAME": name, "OPTIONS": {}}
        changes = path.with_name(path.name + "-wal")
        if changes.exists() and changes.stat().st_size:
            raise Unavailable(
                "has changes that cannot be read from a read-only folder.",
                place=str(changes),
                way_out="Run any command where the folder is writable, then copy or mount it again.",
                code="E110",
            )
        # Even a reader of a WAL database writes beside it, unless it is told that nobody can.
        name = f"file:{quote(str(path))}?mode=ro&immutable=1"
        return {"ENGINE": "keepwell.app.sqlite", "NAME": name, "OPTIONS": {}}
    return {"ENGINE": "keepwell.app.sqlite", "NAME": str(path), "OPTIONS": dict(SQLITE)}


WORKSPACE = os.environ.get("KEEPWELL_WORKSPACE", ".")
DATABASE_URL = os.environ.get("KEEPWELL_DATABASE", "")
DATABASES = {"default": database(DATABASE_URL, Path(WORKSPACE).resolve())}
INSTALLED_APPS = ["keepwell.app"]
AUTH_USER_MODEL = "keepwell.User"
SECRET_KEY = os.environ.get("KEEPWELL_SECRET_KEY", "")  # else one is made where pages are served
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LOGGING_CONFIG = None
