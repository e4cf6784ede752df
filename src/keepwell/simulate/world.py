"""This file defines a simulation's size, seed and dates, and converts dates to day numbers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

WEEKS = 157  # three years
EPOCH = date(1970, 1, 1)
NEVER = 10_000_000  # later than any simulated day


@dataclass(frozen=True)
class World:
    """A number of accounts, a seed, and the day on which the simulation stops (not included).

    >>> World(30, 1, date(2026, 11, 2)).first_date
    datetime.date(2023, 10, 30)
    """

    account_count: int
    seed: int
    until: date

    @property
    def first_date(self) -> date:
        """The first simulated day."""
        return self.until - timedelta(weeks=WEEKS)

    @property
    def first_day(self) -> int:
        """The first simulated day, as a day number."""
        return day_number(self.first_date)

    @property
    def end_day(self) -> int:
        """The day after the last simulated one, as a day number."""
        return day_number(self.until)

    def rng(self, *names: str) -> np.random.Generator:
        """Return the random stream of a name; drawing from one stream never changes another."""
        return np.random.default_rng([self.seed, *(zlib.crc32(name.encode()) for name in names)])

    def week_of(self, day: int) -> int:
        """Return the week of a day: 0 is the first simulated one, earlier ones are negative."""
        return (day - self.first_day) // 7


def day_number(day: date) -> int:
    """Count the days from 1970-01-01 to a date.

    >>> day_number(date(1970, 1, 8))
    7
    """
    return (day - EPOCH).days


def to_date(day: int) -> date:
    """Turn a day number back into a date.

    >>> to_date(7)
    datetime.date(1970, 1, 8)
    """
    return EPOCH + timedelta(days=int(day))


def to_dates(days: npt.NDArray[np.int64]) -> pa.Array:
    """Turn day numbers into dates; NEVER becomes null.

    >>> to_dates(np.array([7, NEVER])).to_pylist()
    [datetime.date(1970, 1, 8), None]
    """
    is_never = days >= NEVER
    return pa.array(np.where(is_never, 0, days).astype("datetime64[D]"), mask=is_never)


def weekday(day: int) -> int:
    """Return the weekday of a day number, Monday being 0. Day 0 was a Thursday.

    >>> weekday(0), weekday(4)
    (3, 0)
    """
    return (day + 3) % 7


def next_weekday(day: int, wanted: int) -> int:
    """Return the first day with the wanted weekday, starting from `day` itself.

    >>> next_weekday(0, 3), next_weekday(0, 0)
    (0, 4)
    """
    return day + (wanted - weekday(day)) % 7
