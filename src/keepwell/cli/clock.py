"""This file reads the clock and the login name, which nothing below the interfaces may do."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from keepwell.app import viewers
from keepwell.app.viewers import Actor


def now() -> datetime:
    return datetime.now(UTC)


def tomorrow(zone: str) -> date:
    """The date of a score over all facts so far."""
    return datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)


def operator(by: str | None) -> Actor:
    """Name the operator: as given, else by the login name."""
    try:
        return viewers.operator(by or getpass.getuser())
    except (KeyError, OSError):  # a container's user may have no name
        return viewers.operator("unknown")
