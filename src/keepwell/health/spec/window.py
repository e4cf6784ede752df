"""This file holds what a window is: the days of which a measure reads the rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_DAYS = 3660
_TEXT = re.compile(r"(\d{1,5})\s*(day|days|week|weeks)")


@dataclass(frozen=True)
class Window:
    """The last `days` days before a date, `[as_of - days, as_of)`; all days before it where `days` is none;
    or, with `is_now`, what holds on the day before it (states and terms)."""

    days: int | None = None
    is_now: bool = False

    def first(self, as_of: date) -> date | None:
        """The first day of the window, none where it has no beginning.

        >>> Window(28).first(date(2026, 3, 1))
        datetime.date(2026, 2, 1)
        """
        return as_of - timedelta(days=self.days) if self.days else None

    def __str__(self) -> str:
        if self.is_now:
            return "now"
        return f"{self.days} days" if self.days else "all"


def read(text: str) -> Window:
    """Read `28 days`, `4 weeks`, `all` or `now`. Raises ValueError with the way out.

    >>> read("4 weeks")
    Window(days=28, is_now=False)
    """
    if text in ("all", "now"):
        return Window(is_now=text == "now")
    found = _TEXT.fullmatch(text)
    days = int(found[1]) * (7 if found[2].startswith("week") else 1) if found else 0
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"Write `28 days`, `4 weeks`, `all` or `now`; at most {LONGEST_DAYS} days.")
    return Window(days)
