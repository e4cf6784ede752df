"""This file holds a mapping as read: which files fill which tables, field by field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from keepwell.facts.readers.format import Format
from keepwell.health.definition.table import Column, Table

Otherwise = Literal["keep", "reject", "missing", "value"]


@dataclass(frozen=True)
class Lookup:
    """A file in which a value is looked up: the row whose `match` equals it gives its `take`.

    Where several rows match, `pick` chooses one, in text order; without it they must agree.
    """

    file: str
    match: str
    take: str
    pick: Literal["", "lowest", "highest"] = ""


@dataclass(frozen=True)
class Money:
    """The currency of an amount: one code for every row, or the source column that has it."""

    code: str = ""
    column: str = ""


@dataclass(frozen=True)
class Cleaning:
    """What is done to the text of a value, in this order.

    `strip` are characters that are taken off both ends; `take` is a pattern, of which its group or all that it matches is kept; `cut` keeps
    so many characters at most; `pad` puts zeros in front up to so many characters; `lower` writes it in lower case.
    """

    strip: str = ""
    take: str = ""
    cut: int | None = None
    pad: int | None = None
    lower: bool = False

    @property
    def has_group(self) -> bool:
        return re.compile(self.take).groups == 1


@dataclass(frozen=True)
class Rule:
    """How one field is filled: from a column, the first of several that is filled, several joined, a constant or several columns
    made into an id; then the operations on it.

    They are applied in this order: cleaning, lookup, values, date or number, plus, times, money.
    """

    field: Column
    path: str
    line: int
    column: str = ""
    first: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    between: str = " "
    constant: str | None = None
    make: tuple[str, ...] = ()
    is_numbered: bool = False
    dates: tuple[str, ...] = ()
    zone: str = ""
    values: tuple[tuple[str, str | None], ...] = ()
    otherwise: Otherwise = "keep"
    otherwise_value: str = ""
    lookup: Lookup | None = None
    money: Money | None = None
    times: Decimal | None = None
    cleaning: Cleaning = Cleaning()
    plus_days: int = 0

    @property
    def reads(self) -> tuple[str, ...]:
        """The source columns that the rule needs."""
        named = (
            self.column,
            *self.first,
            *self.join,
            *self.make,
            self.money.column if self.money else "",
        )
        return tuple(name for name in named if name)


@dataclass(frozen=True)
class Unpivot:
    """Columns that become rows, one for each filled cell, with a name and a value."""

    columns: tuple[str, ...]
    name: str
    value: str
    line: int


@dataclass(frozen=True)
class Feed:
    """What a mapping says about a feed. `through_load`: each delivery is complete up to the day before its import.

    `stale_for_days` is how long the latest values of a late feed count; none for the default, which depends on the interval.
    """

    name: str
    covers: Literal["all", "named"] = "all"
    since: date | None = None
    expected_every_days: int = 7
    stale_for_days: int | None = None
    lag_days: int | None = None
    through: date | None = None
    through_load: bool = False


@dataclass(frozen=True)
class Source:
    """One file, or all files of one pattern, and the table that they fill.

    `people` is the name space of the ids of people in it. With `backdate`, states without `valid_from` are valid from
    the account's start.
    """

    file: str
    path: str
    line: int
    table: Table
    format: Format
    feed: Feed
    people: str
    backdate: bool
    rules: tuple[Rule, ...]
    unpivot: Unpivot | None = None

    def rule(self, field: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.field.name == field), None)

    @property
    def is_dated(self) -> bool:
        """Whether the rows of a state say from when they are valid."""
        return self.table.time != "state" or self.rule(self.table.dated_by[0]) is not None


@dataclass(frozen=True)
class Mapping:
    """A whole mapping. `zone` is the time zone of moments without one; empty for the workspace's."""

    file: str
    zone: str
    sources: tuple[Source, ...]

    @property
    def extras(self) -> dict[str, tuple[Column, ...]]:
        """The columns beyond the standard ones, by table."""
        found: dict[str, dict[str, Column]] = {}
        for source in self.sources:
            for rule in source.rules:
                if source.table.column(rule.field.name) is None:
                    found.setdefault(source.table.name, {}).setdefault(rule.field.name, rule.field)
        return {table: tuple(columns.values()) for table, columns in found.items()}

    @property
    def feeds(self) -> dict[str, Feed]:
        """The feeds by name, each as the source that describes it does: the others only name it."""
        # A feed that is only named has all defaults.
        found: dict[str, Feed] = {}
        for source in self.sources:
            if found.get(source.feed.name, Feed(source.feed.name)) == Feed(source.feed.name):
                found[source.feed.name] = source.feed
        return found

    def table(self, name: str) -> Table:
        """A table with the extra columns that the mapping adds to it."""
        source = next(source for source in self.sources if source.table.name == name)
        return source.table.extended(self.extras.get(name, ()))

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.table.name for source in self.sources))
