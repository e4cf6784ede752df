"""This file holds attributes whose values have no history: what they are of today stands for the past, or nothing does."""

from __future__ import annotations

from dataclasses import dataclass

BACKDATED, IMPORTED = "backdated", "imported"


@dataclass(frozen=True)
class UndatedColumn:
    """A column of so many accounts that were judged in months before their first value was loaded.

    `backdated` values count from the account's start, as if they had always been so; `imported` ones from their import, and
    are missing before.
    """

    name: str  # with its table: accounts.plan
    how: str
    accounts: int


@dataclass(frozen=True)
class Undated:
    """What a card reads that has no history: the columns, and the paths of measures, names of segments and reasons of rules that read them."""

    columns: tuple[UndatedColumn, ...]
    measures: tuple[str, ...]
    segments: tuple[str, ...]
    rules: tuple[str, ...]
