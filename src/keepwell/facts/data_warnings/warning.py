"""This file holds what a data warning is, and the facts in which warnings are looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb

from keepwell.facts.duckdb_session import quoted
from keepwell.facts.schema import TABLES

MIN_ROWS = 20  # fewer rows than that have no meaningful percentage
MAX_EXAMPLES = 3
# Dates and references are often empty for a reason; numbers, flags and choices are what scores are made of.
MEASURED = ("quantity", "money", "flag")


@dataclass(frozen=True)
class DataWarning:
    """Something suspicious: how many of how many, one sentence, and the keys of a few rows."""

    code: str
    table: str
    count: int
    of: int
    sentence: str
    examples: tuple[str, ...] = ()


@dataclass
class Facts:
    """The rows of all tables as they are on a day."""

    con: duckdb.DuckDBPyConnection
    views: Mapping[str, str]
    day: date
    _counted: set[str] = field(default_factory=set)

    @property
    def today(self) -> str:
        return f"DATE '{self.day}'"

    def has(self, *tables: str) -> bool:
        return all(table in self.views for table in tables)

    def counts(self, query: str) -> tuple[int, int, tuple[str, ...]]:
        """Read a count, out of how many, and examples."""
        count, of, examples = self.con.execute(query).fetchall()[0]
        return int(count or 0), int(of or 0), tuple(str(example) for example in examples or ())

    def by_day(self, table: str) -> str:
        """Name the temporary table that counts an event table by account, day and feed (`n`), and how many rows fill each column."""
        # Usage can have millions of rows, which several warnings need: all rows are read once.
        days = quoted(f"days_of_{table}")
        if table not in self._counted:
            account = "account_id" if TABLES[table].per_account else "NULL AS account_id"
            filled = "".join(
                f", count({quoted(column)}) AS {quoted(column)}" for column in measured(table)
            )
            query = f'SELECT {account}, "on", feed, count(*) AS n{filled} FROM {self.views[table]} GROUP BY ALL'
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {days} AS {query}")
            self._counted.add(table)
        return days


def measured(table: str) -> list[str]:
    """List the columns of a table that scores are made of."""
    columns = TABLES[table].columns
    return [column.name for column in columns if column.type in MEASURED or column.choices]


def examples(key: str, wrong: str) -> str:
    """Write the SQL of a few keys of suspicious rows, always the same ones."""
    return f"list_slice(list_sort(list(DISTINCT {key}) FILTER ({wrong})), 1, {MAX_EXAMPLES})"


def warn(
    code: str, table: str, counts: tuple[int, int, Sequence[str]], what: str
) -> tuple[DataWarning, ...]:
    """Make a warning out of a count, of how many, and examples; none if the count is 0."""
    count, of, keys = counts
    if not count:
        return ()
    percent = "under 1" if 100 * count < of else f"{100 * count / of:.0f}"
    share = f"{count:,} of {of:,}" + (f" ({percent} %)" if of >= MIN_ROWS else "")
    return (DataWarning(code, table, count, of, f"{share} {what}.", tuple(map(str, keys))),)
