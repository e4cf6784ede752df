"""This file holds the result of staging: typed rows by table, rejected rows, and the feeds as declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from keepwell.health.definition.table import Table, Type

SQL_TYPES: dict[Type, str] = {
    "text": "VARCHAR", "date": "DATE", "moment": "TIMESTAMP", "quantity": "DECIMAL(18,6)", "money": "DECIMAL(18,6)", "flag": "BOOLEAN",
}  # fmt: skip

# What staging adds to every row. `people` is the name space of the ids in columns of people.
ADDED = {
    "on": "DATE",
    "known_on": "DATE",
    "feed": "VARCHAR",
    "file": "VARCHAR",
    "line": "BIGINT",
    "people": "VARCHAR",
}


def sql_columns(table: Table) -> dict[str, str]:
    """List the columns of a table with their DuckDB types; each amount is followed by the amount as given."""
    found: dict[str, str] = {}
    for column in table.columns:
        found[column.name] = SQL_TYPES[column.type]
        if column.type == "money":
            found[f"{column.name}_given"] = SQL_TYPES["money"]
    return found


UNFILLED = "CAST(NULL AS "  # how the SQL of a column that no source fills begins


@dataclass(frozen=True)
class StagedTable:
    """The accepted rows of one table.

    `relation` names a temporary view with the `sql_columns` of `table` and then `ADDED`; a row is identified
    by its `file` and `line`. `dated` is False for states without a date of their own: they are valid from the day of the
    import, or with `backdated` from the account's start, for accounts that are new. `constants` has the SQL of the columns
    that are the same in every row, so that queries need not carry them along; `unfilled` names those that are empty.
    """

    table: Table
    relation: str
    dated: bool
    rows_by_file: Mapping[str, int]
    feeds: frozenset[str]
    backdated: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def unfilled(self) -> frozenset[str]:
        return frozenset(
            name for name, value in self.constants.items() if value.startswith(UNFILLED)
        )


@dataclass(frozen=True)
class FeedDeclared:
    """One feed, as the mapping declares it; `content` is a fingerprint of the files that it delivered."""

    name: str
    tables: tuple[str, ...]
    covers: Literal["all", "named"]
    since: date | None
    expected_every_days: int
    lag_days: int | None
    through: date | None
    stale_for_days: int | None = None
    content: str = ""


@dataclass(frozen=True)
class SourceCount:
    """How many rows a file had for a table, by which feed, and how many were rejected, by reason."""

    file: str
    table: str
    received: int
    rejected_by_reason: Mapping[str, int]
    feed: str = ""

    @property
    def rejected(self) -> int:
        return sum(self.rejected_by_reason.values())


@dataclass(frozen=True)
class Stage:
    """An import's rows, typed and split into accepted and rejected, before anything is compared or stored.

    `received` has the number of rows by table and feed. `rejected` names a temporary table: file, line, table, field,
    reason, found, expected.
    """

    tables: tuple[StagedTable, ...]
    feeds: tuple[FeedDeclared, ...]
    sources: tuple[SourceCount, ...]
    received: Mapping[tuple[str, str], int] = field(default_factory=dict)
    rejected: str = "rejected"
