"""This file holds what a mapping says once it is read: which files fill which tables, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from keepwell.facts.readers.format import Format
from keepwell.health.definition.table import Column, Table

Otherwise = Literal["keep", "reject", "missing", "value"]


@dataclass(frozen=True)
class Lookup:
    """A file in which the value is looked up: the row whose `match` equals it gives its `take`.

    Where several rows match, `pick` says which to take, in the order of text; without it they must agree.
    """

    file: str
    match: str
    take: str
    pick: Literal["", "lowest", "highest"] = ""


@dataclass(frozen=True)
class Money:
    """The currency of an amount: a code for every row, or a source column that holds it."""

    code: str = ""
    column: str = ""


@dataclass(frozen=True)
class Rule:
    """How one field is filled: from a column, a constant or several columns made into an id; then its operations.

    They act in this order: lookup, values, date or number, times, money.
    """

    field: Column
    path: str
    line: int
    column: str = ""
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

    @property
    def reads(self) -> tuple[str, ...]:
        """The source columns that the rule needs."""
        named = (self.column, *self.make, self.money.column if self.money else "")
        return tuple(name for name in named if name)


@dataclass(frozen=True)
class Unpivot:
    """Columns that are turned into rows of a name and a value."""

    columns: tuple[str, ...]
    name: str
    value: str
    line: int


@dataclass(frozen=True)
class Feed:
    """What a mapping promises about a feed; `through_load` means complete up to the day before each import."""

    name: str
    covers: Literal["all", "named"] = "all"
    since: date | None = None
    expected_every_days: int = 7
    lag_days: int | None = None
    through: date | None = None
    through_load: bool = False


@dataclass(frozen=True)
class Source:
    """One file, or all files of one pattern, and the table that they fill.

    `people` is the name space of the ids of persons in it. `backdate` lets states without
    `valid_from` hold from the account's start.
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
        """Whether the rows of a state say from when they hold."""
        return self.table.time != "state" or self.rule(self.table.dated_by[0]) is not None


@dataclass(frozen=True)
class Mapping:
    """A whole mapping. `zone` is where naive moments are read, empty for the workspace's own."""

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
        """The feeds by name; what one source says of a feed holds for all that name it."""
        found: dict[str, Feed] = {}
        for source in self.sources:
            if found.get(source.feed.name, Feed(source.feed.name)) == Feed(source.feed.name):
                found[source.feed.name] = source.feed
        return found

    def table(self, name: str) -> Table:
        """The table with the extra columns that the mapping gives it."""
        source = next(source for source in self.sources if source.table.name == name)
        return source.table.extended(self.extras.get(name, ()))

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.table.name for source in self.sources))
