"""This file removes the data files that loads have set aside; only a person can ask for it."""

from __future__ import annotations

from datetime import datetime

from keepwell.app import identity
from keepwell.app.actions import audit, datafiles
from keepwell.app.installation import Installation
from keepwell.app.queries import orphans
from keepwell.app.queries.orphans import Orphan
from keepwell.app.viewers import Actor


def remove(*, installation: Installation, by: Actor, at: datetime) -> tuple[Orphan, ...]:
    """Remove all files that were set aside, and say which they were.

    Raises `IntegrityError` where the database may not be the one that listed them.
    """
    by.require("import")
    with datafiles.exclusive_lock(installation):
        identity.check(installation)
        found = orphans.everything(by.viewer, installation)
        for each in found:
            installation.disk.remove(installation.orphans / each.path)
    if found:
        size = sum(each.bytes for each in found)
        audit.write(verb="remove", object="orphans", by=by, at=at, files=len(found), bytes=size)
    return found
