"""This file turns what SQLite says of a broken, busy or unwritable file, and nothing else, into errors that name the way out."""

from __future__ import annotations

import os
import sqlite3
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db.backends.sqlite3 import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property

from keepwell.errors import IntegrityError, Unavailable

# Extended codes carry the primary one in their lowest byte: https://www.sqlite.org/rescode.html
# Python's driver has no code for these. We write valid UTF-8 alone, so text that is none has been damaged since: in a
# value, or in the name of a column.
UNDECODABLE = ("Could not decode to UTF-8", "Error while building row_cast_map")
BROKEN = {sqlite3.SQLITE_CORRUPT: "I101", sqlite3.SQLITE_NOTADB: "I102"}
# Nothing is wrong with the file or with us: whoever runs the machine can help.
UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: (
        "is busy",
        "Another process has been writing for a long time. Try again.",
    ),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "Make room, then try again."),
    sqlite3.SQLITE_IOERR: (
        "cannot be used: the disk reports an error, as a full one does",
        "Make room if it is full, and check the disk if it is not.",
    ),
    sqlite3.SQLITE_READONLY: ("cannot be written to", "Check who owns it and its folder."),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Check who owns it and its folder."),
}


def place_of(name: str) -> str:
    """Give the path of a database that is opened by its path, or as one that nobody changes."""
    return unquote(urlsplit(name).path) if name.startswith("file:") else name


class _ErrorWrapper(DatabaseErrorWrapper):
    wrapper: DatabaseWrapper

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # The driver cannot even quote a broken name of a table: then it raises this instead of an error of its own.
        if isinstance(exc_value, sqlite3.Error | UnicodeDecodeError):
            primary = (getattr(exc_value, "sqlite_errorcode", None) or 0) & 0xFF
            code = BROKEN.get(primary)
            if isinstance(exc_value, UnicodeDecodeError) or str(exc_value).startswith(UNDECODABLE):
                code = "I104"
            file = place_of(str(self.wrapper.settings_dict["NAME"]))
            if primary in UNAVAILABLE:
                what, way_out = UNAVAILABLE[primary]
                raise Unavailable(
                    f"the app database {what}.", place=file, way_out=way_out, code="E110"
                ) from exc_value
            if code:
                raise IntegrityError(
                    f"the app database is damaged ({exc_value}).",
                    place=file,
                    way_out="Restore it from a backup; nothing was changed.",
                    code=code,
                ) from exc_value
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite connection, whose broken file is an `IntegrityError`.

    One that is kept is closed once another file has taken the place of its own, as when a backup is restored: what is written
    into a file that has no name any more is lost.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._opened: tuple[int, int] | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Connect, and note which file it is."""
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        self._opened = self._file()
        return connection

    def close_if_unusable_or_obsolete(self) -> None:
        """Close what is no longer to be used; Django asks before and after every request."""
        if self.connection is not None and self._opened != self._file():
            self.close()
        super().close_if_unusable_or_obsolete()

    def _file(self) -> tuple[int, int] | None:
        try:
            found = os.stat(place_of(str(self.settings_dict["NAME"])))
        except (OSError, ValueError):
            return None
        return found.st_dev, found.st_ino

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return _ErrorWrapper(self)
