"""This file holds what staging hands to landing: typed rows by table, what was rejected, what the feeds promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from keepwell.health.definition.table import Table, Type

SQL_TYPES: dict[Type, str] = {
    "text": "VARCHAR", "date": "DATE", "moment": "TIMESTAMP", "quantity": "DECIMAL(18,6)", "money": "DECIMAL(18,6)", "flag": "BOOLEAN",
}  # fmt: skip

# Why a row is rejected; `docs/mapping.md` lists them for people.
REASONS = {
    "missing_required": "a field that the table needs is empty",
    "not_a_date": "the field is a date or moment, and this is none in the expected format",
    "not_a_number": "the field is a number, and this is none",
    "too_large": "the number has more than 12 digits before the point",
    "not_a_flag": "the field is yes or no, and this is neither",
    "unknown_choice": "the field knows a few words, and this is none of them",
    "unknown_value": "`values` does not list it, and `otherwise` says reject",
    "no_match": "the lookup file has no row for it",
    "ambiguous_match": "the lookup file has several rows for it, which disagree",
    "unknown_account": "the account has never been imported",
    "no_rate": "there is no rate for the currency on that day",
    "ragged": "the line has too few or too many cells, or a broken quote",
    "not_json": "the line is not a JSON object",
    "conflicting_id": "an earlier row of the same import has the same identity and says something else",
}

# What staging adds to every row. `people` is the name space of the ids in columns of persons.
ADDED = {
    "on": "DATE",
    "known_on": "DATE",
    "feed": "VARCHAR",
    "file": "VARCHAR",
    "line": "BIGINT",
    "people": "VARCHAR",
}


def sql_columns(table: Table) -> dict[str, str]:
    """The columns of a table as they are stored, with their DuckDB types: an amount is followed by the amount as given."""
    found: dict[str, str] = {}
    for column in table.columns:
        found[column.name] = SQL_TYPES[column.type]
        if column.type == "money":
            found[f"{column.name}_given"] = SQL_TYPES["money"]
    return found


UNFILLED = "CAST(NULL AS "  # how the SQL of a column begins that no source fills


@dataclass(frozen=True)
class StagedTable:
    """The accepted rows of one table.

    `relation` names a temporary view with the `sql_columns` of `table` and then `ADDED`; a row is told
    by its `file` and `line`. `dated` is False for states that did not say from when they hold: theirs is
    the day of the import, or, with `backdated`, the account's start for accounts not known before.
    `constants` has the SQL of the columns that say the same in every row, so that nobody need carry them along;
    `unfilled` names those of them that no source fills.
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
    """What the mapping promises about one feed."""

    name: str
    tables: tuple[str, ...]
    covers: Literal["all", "named"]
    since: date | None
    expected_every_days: int
    lag_days: int | None
    through: date | None


@dataclass(frozen=True)
class SourceCount:
    """How many rows a file had for a table, and how many of them were rejected, by reason."""

    file: str
    table: str
    received: int
    rejected_by_reason: Mapping[str, int]

    @property
    def rejected(self) -> int:
        return sum(self.rejected_by_reason.values())


@dataclass(frozen=True)
class Stage:
    """Everything that an import brought, typed and sorted out, before anything is compared or stored.

    `rejected` names a temporary table: file, line, table, field, reason, found, expected.
    """

    tables: tuple[StagedTable, ...]
    feeds: tuple[FeedDeclared, ...]
    sources: tuple[SourceCount, ...]
    rejected: str = "rejected"
