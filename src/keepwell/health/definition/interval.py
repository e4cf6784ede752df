"""This file holds what an interval is: how far apart the dates of many runs are."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_DAYS = 366
_TEXT = re.compile(r"(\d{1,3})\s*(day|days|week|weeks)")


@dataclass(frozen=True)
class Interval:
    """Every so many days, or every month on the same day (the last one of a shorter month)."""

    days: int | None = None

    def dates(self, first: date, latest: date) -> Iterator[date]:
        """Yield the dates from the first one up to the latest that the interval hits.

        >>> [str(on) for on in Interval().dates(date(2026, 1, 31), date(2026, 3, 31))]
        ['2026-01-31', '2026-02-28', '2026-03-31']
        >>> [str(on) for on in Interval(7).dates(date(2026, 1, 5), date(2026, 1, 18))]
        ['2026-01-05', '2026-01-12']
        """
        nth, on = 0, first
        while on <= latest:
            yield on
            nth += 1
            on = first + timedelta(days=self.days * nth) if self.days else _months_later(first, nth)

    def __str__(self) -> str:
        return {None: "month", 1: "day", 7: "week"}.get(self.days, f"{self.days} days")


def read(text: str) -> Interval:
    """Read `day`, `week`, `month` or `14 days`. Raises ValueError with the way out.

    >>> read("week"), read("2 weeks"), read("month")
    (Interval(days=7), Interval(days=14), Interval(days=None))
    """
    named = {"day": Interval(1), "week": Interval(7), "month": Interval()}
    if text in named:
        return named[text]
    found = _TEXT.fullmatch(text)
    days = int(found[1]) * (7 if found[2].startswith("week") else 1) if found else 0
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(
            f"Use `day`, `week`, `month`, or a number of days such as `14 days`; at most {LONGEST_DAYS} days."
        )
    return Interval(days)


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
