"""This file reads the clock and the login name, which nothing below the doors may do."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def tomorrow(zone: str) -> date:
    """The date of a score over all facts so far."""
    return datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)


def who(by: str | None) -> str:
    """Name who does it: as given, else the login name."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unknown"
