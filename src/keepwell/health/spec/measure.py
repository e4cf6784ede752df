"""This file holds what a measure is: one number for each account and date, and what makes it missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from keepwell.health.spec.condition import Condition
from keepwell.health.spec.scale import Scale
from keepwell.health.spec.window import Window

Take = Literal["count", "sum", "mean", "min", "max", "latest", "distinct", "active days", "days since", "share"]
Per = Literal["seat", "active user"]

# Whether the aggregate reads a column, and what an account that is covered gets when it has no rows.
NEEDS_COLUMN: frozenset[Take] = frozenset({"sum", "mean", "min", "max", "latest", "distinct"})
SILENCE_COUNTS: frozenset[Take] = frozenset({"count", "sum", "distinct", "active days", "days since", "share"})

# Every missing value carries one of these, in plain words.
REASONS: dict[str, str] = {
    "not_covered": "no feed covers it on these days",
    "too_young": "the account is too young for it",
    "no_rows": "nothing was recorded to read it from",
    "undefined": "there is nothing to divide by",
    "no_target": "the account has no target of its own",
    "no_match": "the value is not on the scale's list",
}


@dataclass(frozen=True)
class Measure:
    """One number for each account and date, and the points it earns.

    `where` keeps rows; `part` is the condition of a share's numerator. `least_tenure_days` is how long
    the account, and the feed's cover of it, must have lasted before the measure speaks.
    """

    name: str
    table: str
    take: Take
    scale: Scale
    window: Window
    column: str = ""
    where: Condition | None = None
    part: Condition | None = None
    per: Per | None = None
    least_tenure_days: int = 0
    title: str = ""
    unit: str = ""
    is_leading: bool | None = None
    is_manual: bool = False
    why: str = ""

    @property
    def label(self) -> str:
        return self.title or self.name.replace("_", " ")

    @property
    def silence_counts(self) -> bool:
        """Whether no rows, within cover, are a number and not a gap."""
        return self.take in SILENCE_COUNTS
