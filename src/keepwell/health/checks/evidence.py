"""This file holds the evidence that a card is checked against: values of its measures, feeds,
versions and runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from keepwell.health.definition.feed import Feed
from keepwell.health.definition.word import Word


@dataclass(frozen=True)
class Measured:
    """What one measure gives on a date: how many accounts have a value, and how many are at an end
    of its scale.

    `only_value` is the value of all of them, if it is the same; `reason` is the most common one for
    missing values.
    """

    accounts: int
    known: int
    at_worst: int
    at_best: int
    only_value: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a check knows besides the card; each part may be empty.

    `published_on` are the days of its versions in order, with the day of the check last if the card
    would be a new one; `scored_on` the dates of published runs in order; `measured` by path, on the
    date `as_of`. `unseen` are the words of filters that no row has by then, each with those that its
    column does have, the most frequent first, and how many rows have them.
    """

    published_on: tuple[date, ...] = ()
    scored_on: tuple[date, ...] = ()
    feeds: tuple[Feed, ...] = ()
    as_of: date | None = None
    accounts: int = 0
    without_score: int = 0
    measured: Mapping[str, Measured] = field(default_factory=dict)
    unseen: Mapping[Word, tuple[tuple[str, int], ...]] = field(default_factory=dict)
