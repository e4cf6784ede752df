"""This file holds what a table of facts is: its columns, their types, and how its rows stand in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Type = Literal["text", "date", "moment", "quantity", "money", "flag"]
Time = Literal["event", "state", "term"]
Polarity = Literal["good", "bad", ""]

TYPES: dict[Type, str] = {
    "text": "words or a code",
    "date": "a calendar day",
    "moment": "a day and time, kept in UTC",
    "quantity": "a number with up to 12 digits before the point and 6 after",
    "money": "an amount in the workspace's currency, converted at its day's rate",
    "flag": "yes or no",
}


@dataclass(frozen=True)
class Column:
    """One column of a table of facts.

    `personal` columns never reach a segment; a `person` column holds somebody outside and lands
    as a surrogate. `happens` marks the day on which something came about: until then it is empty, whatever was landed
    since. `known_as` lists what other systems call it, for proposing a mapping.

    Whether it is good or bad news, where that is plain, so that a card can be warned: `more` of the number, or yes for a
    flag; the choices in `good` and `bad`; an `empty` cell.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    personal: bool = False
    person: bool = False
    happens: bool = False
    unit: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()
    known_as: tuple[str, ...] = ()
    more: Polarity = ""
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    empty: Polarity = ""


@dataclass(frozen=True)
class Reference:
    """What a column points to: a row of another table, whose columns are read as `name.column`.

    It is the newest row before the date of the score whose `key` is the cell of `by`, of the same account where
    `is_of_account`. There is never more than one, so that rows never multiply.
    """

    name: str
    by: str
    to: Table
    key: str
    is_of_account: bool = False


@dataclass(frozen=True)
class Table:
    """One table of facts.

    `time` says how a row stands in time: an **event** happened on a day; a **state** holds from
    `valid_from` until the next row of the same `entity`; a **term** runs from its first column of
    `dated_by` up to, and without, `ends_by`. A row's day (`on`) is the earliest of `dated_by` that is
    filled. Tables that are not `per_account` belong to the company as a whole. `more` says whether more rows are good or bad
    news, where that is plain.
    """

    name: str
    meaning: str
    time: Time
    columns: tuple[Column, ...]
    dated_by: tuple[str, ...]
    entity: str = ""
    ends_by: str = ""
    per_account: bool = True
    references: tuple[Reference, ...] = ()
    more: Polarity = ""

    def column(self, name: str) -> Column | None:
        """Find a column by name.

        >>> Table("t", "", "event", (Column("at", "moment", ""),), ("at",)).column("at").type
        'moment'
        """
        return next((column for column in self.columns if column.name == name), None)

    def readable(self, name: str) -> Column | None:
        """Find a column that a measure can name: one of its own, or `name.column` of what a column points to."""
        reference = self.reference(name)
        if reference is None:
            return self.column(name)
        found = reference.to.column(name.partition(".")[2])
        return found and replace(found, name=name, required=False)

    @property
    def readable_names(self) -> tuple[str, ...]:
        """The names that a measure can read: nothing personal, and what columns point to."""
        pointed = [
            f"{each.name}.{column.name}" for each in self.references for column in each.to.columns
        ]
        named = [
            column
            for column in map(self.readable, (*self.names, *pointed))
            if column and not column.personal
        ]
        return tuple(column.name for column in named)

    def reference(self, name: str) -> Reference | None:
        """Find the reference that a name such as `person.role` reads; none for a column of the table itself."""
        to, dot, there = name.partition(".")
        return next(
            (each for each in self.references if dot and each.name == to and "." not in there), None
        )

    def own(self, name: str) -> str:
        """The column of the table itself that a name is read by."""
        reference = self.reference(name)
        return reference.by if reference else name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def extended(self, extras: tuple[Column, ...]) -> Table:
        """Add the columns that a workspace's mapping named beyond the standard ones."""
        return replace(self, columns=self.columns + extras)

    def linked(self, tables: Mapping[str, Table]) -> Table:
        """Point its references to these tables, with what a workspace added to them."""
        return replace(
            self,
            references=tuple(replace(each, to=tables[each.to.name]) for each in self.references),
        )


# What landing adds to every row, readable in conditions like any other column.
LOAD_COLUMNS = (
    Column("on", "date", "the local day of the fact: windows and roll-ups use only this"),
    Column(
        "known_on",
        "date",
        "the day on which the fact was known: its load, or its day plus the feed's lag",
    ),
    Column("loaded_at", "moment", "when it was landed"),
    Column("batch", "quantity", "the number of the landing that brought it"),
    Column("feed", "text", "the feed that brought it"),
)
