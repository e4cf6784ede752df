"""This file reads the clock and the login name, which nothing below the interfaces may do."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from keepwell.app import viewers
from keepwell.app.viewers import Actor
from keepwell.cli import options


def now() -> datetime:
    return datetime.now(UTC)


def tomorrow(zone: str) -> date:
    """The date of a score over all facts so far."""
    return now().astimezone(ZoneInfo(zone)).date() + timedelta(days=1)


def operator(by: str | None) -> Actor:
    """Name the operator: as given, else by the login name."""
    if by:
        return viewers.operator(by)
    try:
        login = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        login = ""
    # Nobody has typed it, and anything can stand in LOGNAME: what cannot be stored is left out.
    name = login.encode("utf-8", "ignore").decode().replace("\0", "")[: options.LONGEST_NAME]
    return viewers.operator(name or "unknown")
