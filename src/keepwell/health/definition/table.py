"""This file holds what a table of facts is: its columns, their types, and how its rows relate to
time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from keepwell.health.definition import limit

Type = Literal["text", "date", "moment", "quantity", "money", "flag"]
Time = Literal["event", "state", "term"]
Polarity = Literal["good", "bad", ""]

TYPES: dict[Type, str] = {
    "text": "words or a code, up to 2,000 characters",
    "date": "a calendar day",
    "moment": "a day and time, kept in UTC",
    "quantity": "a number with up to 12 digits before the point and 6 after",
    "money": "an amount in the workspace's currency, converted at its day's rate",
    "flag": "yes or no",
}


@dataclass(frozen=True)
class Column:
    """One column of a table of facts.

    `personal` columns never reach a data file; a `person` column identifies somebody outside, and
    is loaded as a surrogate. `happens` marks the day when something happened: before it the cell is
    empty, whatever was loaded since. `empty_means` says what an empty cell tells where it is an answer
    and no gap ("not rated"); so does one of a column that `happens`. `known_as` lists what other systems call it, for suggesting a
    mapping.

    A text has at most `characters`, a number lies between `least` and `most`: where neither is
    given, within what its type can hold.

    Whether it is good or bad news, if that is clear, so that a card can be warned: `more` of the
    number, or yes for a flag; the choices in `good` and `bad`; an `empty` cell.
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
    empty_means: str = ""
    characters: int = 0
    least: int | None = None
    most: int | None = None

    @property
    def is_answer(self) -> bool:
        """Whether an empty cell says something: not yet, or none."""
        return self.happens or bool(self.empty_means)

    @property
    def may_lack(self) -> bool:
        """Whether an empty cell is a gap: it may be empty, and says nothing then."""
        return not (self.required or self.is_answer)

    @property
    def most_characters(self) -> int:
        """The most characters that a text in it can have."""
        if self.characters:
            return self.characters
        return limit.KEY if self.person else limit.NOTE if self.personal else limit.TEXT


@dataclass(frozen=True)
class Reference:
    """A row of another table that a column refers to; its columns are read as `name.column`.

    It is the newest row before the date of the score whose `key` is the cell of `by`, of the same
    account where `is_of_account`. There is never more than one, so that rows never multiply.
    """

    name: str
    by: str
    to: Table
    key: str
    is_of_account: bool = False


@dataclass(frozen=True)
class Table:
    """One table of facts.

    `time` says how a row relates to time: an **event** happened on a day; a **state** is valid from
    `valid_from` until the next row of the same `entity`; a **term** runs from its first column of
    `dated_by` up to, but excluding, `ends_by`. A row's day (`on`) is the earliest filled one of
    `dated_by`. Tables that are not `per_account` belong to the whole company. `more` says whether
    more rows are good or bad news, if that is clear.

    A table that `is_continuous` has rows on most days: its newest row says how far a feed has come,
    where of other tables the newest delivery does. What `expires` (a rating, an answer) wears off
    by the day of the score, however late its feed is.
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
    is_continuous: bool = False
    expires: bool = False

    def column(self, name: str) -> Column | None:
        """Find a column by name.

        >>> Table("t", "", "event", (Column("at", "moment", ""),), ("at",)).column("at").type
        'moment'
        """
        return next((column for column in self.columns if column.name == name), None)

    def readable(self, name: str) -> Column | None:
        """Find a column that a measure can name: its own, or `name.column` of a reference."""
        reference = self.reference(name)
        if reference is None:
            return self.column(name)
        found = reference.to.column(name.partition(".")[2])
        return found and replace(found, name=name, required=False)

    @property
    def readable_names(self) -> tuple[str, ...]:
        """List the names that a measure can read: nothing personal, and the columns of references."""
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
        """Find the reference that a name such as `person.role` reads; none for a column of the
        table itself."""
        to, dot, there = name.partition(".")
        return next(
            (each for each in self.references if dot and each.name == to and "." not in there), None
        )

    def own(self, name: str) -> str:
        """Find the table's own column that a name is read by."""
        reference = self.reference(name)
        return reference.by if reference else name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def extended(self, extras: tuple[Column, ...]) -> Table:
        """Add the extra columns that a workspace's mapping names."""
        return replace(self, columns=self.columns + extras)

    def linked(self, tables: Mapping[str, Table]) -> Table:
        """Point its references to these tables, with the columns that a workspace added."""
        return replace(
            self,
            references=tuple(replace(each, to=tables[each.to.name]) for each in self.references),
        )


# What a load adds to every row; conditions can read it like any other column.
LOAD_COLUMNS = (
    Column("on", "date", "the local day of the fact: windows and roll-ups use only this"),
    Column(
        "known_on",
        "date",
        "the day on which the fact was known: its load, or its day plus the feed's lag",
    ),
    Column("loaded_at", "moment", "when it was loaded"),
    Column("batch", "quantity", "the number of the load that brought it"),
    Column("feed", "text", "the feed that brought it"),
)
