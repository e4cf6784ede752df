"""This file holds what is known around a card when it is checked: what its measures gave, its feeds, its versions, its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from keepwell.health.definition.feed import Feed


@dataclass(frozen=True)
class Measured:
    """What one measure gave on a date: how many accounts have a value, and what it earned them.

    `only_value` is the value that all of them have, where it is the same; `reason` is the most common one for a gap.
    """

    accounts: int
    known: int
    at_worst: int
    at_best: int
    only_value: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a check knows beside the card; each part may be empty.

    `published_on` are the days of its versions, rising, with the day of the check last where the card would be a new
    one; `scored_on` the dates of published runs, rising; `measured` by path, on the date `as_of`.
    """

    published_on: tuple[date, ...] = ()
    scored_on: tuple[date, ...] = ()
    feeds: tuple[Feed, ...] = ()
    as_of: date | None = None
    accounts: int = 0
    without_score: int = 0
    measured: Mapping[str, Measured] = field(default_factory=dict)
