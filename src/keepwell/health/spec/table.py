"""This file holds what a table of facts is: its columns, their types, and how its rows stand in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "date", "moment", "quantity", "money", "flag"]
Time = Literal["event", "state", "term"]
News = Literal["good", "bad", ""]

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
    more: News = ""
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    empty: News = ""


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
    more: News = ""

    def column(self, name: str) -> Column | None:
        """Find a column by name.

        >>> Table("t", "", "event", (Column("at", "moment", ""),), ("at",)).column("at").type
        'moment'
        """
        return next((column for column in self.columns if column.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def extended(self, extras: tuple[Column, ...]) -> Table:
        """Add the columns that a workspace's mapping named beyond the standard ones."""
        return Table(
            self.name,
            self.meaning,
            self.time,
            self.columns + extras,
            self.dated_by,
            self.entity,
            self.ends_by,
            self.per_account,
            self.more,
        )


# What landing adds to every row, readable in conditions like any other column.
LANDED = (
    Column("on", "date", "the local day of the fact: windows and roll-ups use only this"),
    Column("known_on", "date", "the day on which the fact was known: its load, or its day plus the feed's lag"),
    Column("loaded_at", "moment", "when it was landed"),
    Column("batch", "quantity", "the number of the landing that brought it"),
    Column("feed", "text", "the feed that brought it"),
)
