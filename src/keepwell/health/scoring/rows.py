"""This file holds the rows behind a number, and what they add up to, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Row:
    """One row behind a number. `id` is what its source calls it. `cells` are in the order of the columns; `number` is what is
    aggregated of it, where that is computed. `is_marked` is the row that the number is of."""

    on: date
    account_id: str
    id: str
    cells: tuple[Any, ...]
    number: float | None
    in_part: bool | None
    batch: int
    is_marked: bool


@dataclass(frozen=True)
class RejectedRows:
    """Rejected rows that are alike: their account (none: it could not be read), feed, days, reason and
    import."""

    account_id: str | None
    feed: str
    first_on: date | None
    last_on: date | None
    reason: str | None
    batch: int
    count: int


@dataclass(frozen=True)
class WindowRows:
    """The rows of one window, the newest first, and what they add up to.

    The window runs from `since` (none: it has no beginning) up to, but excluding, `until`. `count` is
    how many rows there are of which `hidden` are of accounts that may not be seen; `filled` of them
    have a value, `in_part` pass the condition of a share or a count. `number` and `label` are the
    aggregate before anything is divided, `sums` what a mean or a ratio divides; `divisor` is the
    denominator. `newest_on` is the day of the newest row, or of the marked one.
    """

    since: date | None
    until: date
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    count: int
    hidden: int
    filled: int
    in_part: int | None
    number: float | None
    label: str | None
    sums: tuple[float, float] | None
    divisor: float | None
    newest_on: date | None
    rejected: tuple[RejectedRows, ...] = ()
