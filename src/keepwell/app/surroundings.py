"""This file tells what the machine refuses, such as a full disk or a missing right, from faults of ours."""

from __future__ import annotations

import errno
import sys

from keepwell.errors import KeepwellError, Unavailable

ROOM = "Make room, then try again."
OWNER = "Check who owns it, and who may read and write it."
# What is wrong, and what whoever runs the machine can do about it.
OF_FILES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("cannot grow: the disk is full", ROOM),
    errno.EDQUOT: ("cannot grow: your quota is used up", ROOM),
    errno.EFBIG: ("cannot grow: a file of that size is not allowed here", ROOM),
    errno.EROFS: ("is on a read-only file system", "Mount it writable, or work on a copy."),
    errno.EACCES: ("may not be opened", OWNER),
    errno.EPERM: ("may not be changed", OWNER),
    errno.ENOTDIR: ("should be in a folder, and that is a file", "Move the file away."),
    errno.EISDIR: ("should be a file, and is a folder", "Move the folder away."),
    errno.EEXIST: ("should be a folder, and is a file or a broken link", "Move it away, or restore it."),
    errno.ELOOP: ("is a link that leads in circles", "Make it lead to a folder."),
    errno.EMFILE: ("cannot be opened: too many files are open", "Raise the limit (ulimit -n)."),
    errno.ENFILE: ("cannot be opened: the machine has too many files open", "Try again later."),
    errno.EIO: ("cannot be read: the disk reports an error", "Restore it from a backup."),
    errno.ENOMEM: ("cannot be opened: the machine is out of memory", "Free memory, then try again."),
    errno.ESTALE: ("is on a network folder that is gone", "Mount it again."),
}  # fmt: skip
# https://www.postgresql.org/docs/current/errcodes-appendix.html
OF_POSTGRESQL: dict[str, tuple[str, str]] = {
    "42501": ("does not give this user the rights that it needs", "Grant the user rights on all tables of Keepwell."),
    "25006": ("cannot be written to: the server is read-only", "Name the server that takes writes in KEEPWELL_DATABASE."),
    "53100": ("cannot grow: the server's disk is full", ROOM),
    "53200": ("is out of memory", "Try again later."),
    "53300": ("has too many connections", "Try again later, or raise max_connections."),
    "57P01": ("is shutting down", "Try again later."),
    "57P03": ("is starting or stopping", "Try again in a moment."),
}  # fmt: skip
# DuckDB says in words what the machine refused.
OF_DUCKDB = {
    "No space left on device": errno.ENOSPC,
    "Permission denied": errno.EACCES,
    "Read-only file system": errno.EROFS,
    "Too many open files": errno.EMFILE,
    "Input/output error": errno.EIO,
}


def refused(error: BaseException) -> KeepwellError | None:
    """Say what the machine refused, with the way out; none where the error is something else."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.errno in OF_FILES:
            what, way_out = OF_FILES[cause.errno]
            return _unavailable(what, way_out, str(cause.filename2 or cause.filename or ""))
        if (state := getattr(cause, "sqlstate", None)) in OF_POSTGRESQL:
            what, way_out = OF_POSTGRESQL[state]
            return _unavailable(f"the app database {what}", way_out, "")
        if found := _of_duckdb(cause):
            return found
    return None


def _of_duckdb(error: BaseException) -> KeepwellError | None:
    duckdb = sys.modules.get("duckdb")  # what has not been loaded has raised nothing
    if duckdb is None or not isinstance(error, duckdb.Error):
        return None
    text = str(error)
    if isinstance(error, duckdb.OutOfMemoryException):
        way_out = (
            "Free memory or room in the data folder, where large work is put aside, then try again."
        )
        return _unavailable("the work does not fit into memory", way_out, "")
    for words, number in OF_DUCKDB.items():
        if words in text:
            what, way_out = OF_FILES[number]
            return _unavailable(what, way_out, _quoted(text))
    return None


def _quoted(text: str) -> str:
    """The file that DuckDB names, between quotes."""
    parts = text.split('"')
    return parts[1] if len(parts) > 2 else "the data folder"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _unavailable(what: str, way_out: str, place: str) -> Unavailable:
    return Unavailable(f"{what}.", place=place, way_out=way_out, code="E109")
