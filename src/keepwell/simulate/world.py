"""This file holds the frame of a simulated world: how many accounts, from when until when, and whose dice."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

WEEKS = 157  # three years
EPOCH = date(1970, 1, 1)
NEVER = 10_000_000  # a day that nobody lives to see


@dataclass(frozen=True)
class World:
    """So many accounts, lived up to and without the day `until`, by the dice of a seed.

    >>> World(30, 1, date(2026, 11, 2)).first
    datetime.date(2023, 10, 30)
    """

    accounts: int
    seed: int
    until: date

    @property
    def first(self) -> date:
        """The first day that is lived."""
        return self.until - timedelta(weeks=WEEKS)

    @property
    def first_day(self) -> int:
        """That day as a number."""
        return number(self.first)

    @property
    def end_day(self) -> int:
        """The first day that is not lived, as a number."""
        return number(self.until)

    def dice(self, *names: str) -> np.random.Generator:
        """Dice of their own for whoever is named: what one throws moves nobody else."""
        return np.random.default_rng([self.seed, *(zlib.crc32(name.encode()) for name in names)])

    def week(self, day: int) -> int:
        """The week of a day: 0 is the first, before it negative."""
        return (day - self.first_day) // 7


def number(day: date) -> int:
    """A day as the number of days since 1970.

    >>> number(date(1970, 1, 8))
    7
    """
    return (day - EPOCH).days


def day(number: int) -> date:
    """The day of a number.

    >>> day(7)
    datetime.date(1970, 1, 8)
    """
    return EPOCH + timedelta(days=int(number))


def weekday(number: int) -> int:
    """The weekday of a day; 0 is Monday. Day 0 of 1970 was a Thursday.

    >>> weekday(0), weekday(4)
    (3, 0)
    """
    return (number + 3) % 7


def on_weekday(number: int, wanted: int) -> int:
    """The first day that is a wanted weekday, from a day on.

    >>> on_weekday(0, 3), on_weekday(0, 0)
    (0, 4)
    """
    return number + (wanted - weekday(number)) % 7


def days(numbers: npt.NDArray[np.int64]) -> pa.Array:
    """The days of many numbers; missing where it is never.

    >>> days(np.array([7, NEVER])).to_pylist()
    [datetime.date(1970, 1, 8), None]
    """
    return pa.array(
        np.where(numbers >= NEVER, 0, numbers).astype("datetime64[D]"), mask=numbers >= NEVER
    )
