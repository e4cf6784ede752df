"""This file removes the lists of rejected rows whose time has come, which every import does at its end."""

from __future__ import annotations

from datetime import datetime

from keepwell.app import identity
from keepwell.app.actions import audit, datafiles
from keepwell.app.installation import Installation
from keepwell.app.queries import rejects
from keepwell.app.queries.rejects import RejectList
from keepwell.app.viewers import SYSTEM, Actor


def remove_expired(
    *, installation: Installation, by: Actor, at: datetime
) -> tuple[RejectList, ...]:
    """Remove the lists of imports 90 days before `at` or earlier, and say which they were; no other file.

    Raises `IntegrityError` where the database may not be the one that belongs to the folder.
    """
    if not rejects.expired(SYSTEM, installation, at):
        return ()
    with datafiles.exclusive_lock(installation):
        identity.check(installation)
        gone = rejects.expired(SYSTEM, installation, at)
        for each in gone:
            installation.disk.remove(each.path)
    if gone:
        size = sum(each.bytes for each in gone)
        audit.write(verb="remove", object="rejects", by=by, at=at, files=len(gone), bytes=size)
    return gone
