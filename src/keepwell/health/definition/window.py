"""This file holds what a window is: the days whose rows a measure reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

LONGEST_DAYS = 3660
NO_TENURE = "none"
# How long a use of a feature counts, by its rhythm: two whole periods at their longest, so that
# using it once in each is always enough; for daily use a week, which has a weekend and a holiday.
RHYTHM_DAYS = {"daily": 7, "weekly": 14, "monthly": 62, "quarterly": 184, "yearly": 730}
RHYTHM = "feature.rhythm"
_RHYTHM = re.compile(r"rhythm\s+or\s+(.+)")
_TEXT = re.compile(r"(\d{1,5})\s*(day|days|week|weeks)")


@dataclass(frozen=True)
class Window:
    """The last `days` days before a date, `[as_of - days, as_of)`; all days before it if `days` is
    none; or, with `is_now`, what is valid on the day before it (states and terms).

    With `by_rhythm` a row counts for as long as the rhythm of its feature says, and `days` if that
    is not known.
    """

    days: int | None = None
    is_now: bool = False
    by_rhythm: bool = False

    @property
    def longest_days(self) -> int | None:
        """The most days that a row can be old."""
        return max(self.days or 0, *RHYTHM_DAYS.values()) if self.by_rhythm else self.days

    def first(self, as_of: date) -> date | None:
        """The first day of the window, none if it has no start.

        >>> Window(28).first(date(2026, 3, 1))
        datetime.date(2026, 2, 1)
        """
        return as_of - timedelta(days=self.days) if self.days else None

    def __str__(self) -> str:
        if self.is_now:
            return "now"
        if self.by_rhythm:
            return f"rhythm or {self.days} days"
        return f"{self.days} days" if self.days else "all"


def read(text: str) -> Window:
    """Read `28 days`, `4 weeks`, `all` or `now`. Raises ValueError with the way out.

    >>> read("4 weeks")
    Window(days=28, is_now=False, by_rhythm=False)
    """
    if text in ("all", "now"):
        return Window(is_now=text == "now")
    days = _days(text)
    if not days:
        raise ValueError(
            f"Use a number of days or weeks, such as `28 days`, or `all` or `now`; at most {LONGEST_DAYS} days."
        )
    return Window(days)


def read_days(text: str, also: str = "") -> int:
    """Read `30 days` or `4 weeks` as a number of days; `also` is what else the field accepts.

    Raises ValueError with the way out.

    >>> read_days("4 weeks")
    28
    """
    days = _days(text)
    if not days:
        raise ValueError(
            f"Use a number of days or weeks, such as `28 days`{also}; at most {LONGEST_DAYS} days."
        )
    return days


def read_tenure(text: str) -> int:
    """Read a tenure as a number of days, 0 for `none`. Raises ValueError with the way out.

    >>> read_tenure("none"), read_tenure("90 days")
    (0, 90)
    """
    # `all` and `now` are how earlier cards wrote none.
    return 0 if text in (NO_TENURE, "all", "now") else read_days(text, f", or `{NO_TENURE}`")


def read_days_if_any(text: str) -> int:
    """Read a number of days, 0 for a window without one, which the caller reports as a fault of its
    own."""
    return 0 if text in ("all", "now") else read_days(text)


def _days(text: str) -> int:
    """The number of days; 0 where there is none, or too many."""
    found = _TEXT.fullmatch(text)
    days = int(found[1]) * (7 if found[2].startswith("week") else 1) if found else 0
    return days if days <= LONGEST_DAYS else 0


def read_with_rhythm(text: str) -> Window:
    """Read what `read` reads, or `rhythm or 28 days`. Raises ValueError with the way out.

    >>> read_with_rhythm("rhythm or 4 weeks").by_rhythm
    True
    """
    found = _RHYTHM.fullmatch(text)
    usual = read(found[1] if found else text)
    if found and not usual.days:
        raise ValueError(
            "Use `rhythm or 28 days`, for example; the days are for features without a rhythm."
        )
    return replace(usual, by_rhythm=bool(found))
