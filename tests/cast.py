"""This file holds the cast and small stages of facts that tests land."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import duckdb

from keepwell.app.viewers import operator
from keepwell.facts import duckdb_session
from keepwell.facts.duckdb_session import quoted
from keepwell.facts.schema import TABLES
from keepwell.facts.staging import rejected_rows
from keepwell.facts.staging.staged import (
    ADDED,
    FeedDeclared,
    SourceCount,
    Stage,
    StagedTable,
    sql_columns,
)
from keepwell.health.definition.table import Column

ANA = operator("ana@harbour.example")  # owns the account
BEN = operator("ben@harbour.example")  # is on her team
VIEWER = ANA.viewer
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday

Row = Mapping[str, Any]


@cache
def _opened() -> duckdb.DuckDBPyConnection:
    """Open one DuckDB for all stages: opening takes longer than staging."""
    return duckdb_session.connect(None)


def _cursor() -> duckdb.DuckDBPyConnection:
    """A connection whose temporary tables are its own."""
    con = _opened().cursor()
    con.execute("SET TimeZone = 'UTC'")
    return con


@dataclass
class Import:
    """A stage made by hand: rows as staging would leave them, without files."""

    file: str = "export.csv"
    feed: str = "crm"
    people: str = "crm"
    on_load: date = date(2026, 3, 2)
    covers: str = "all"
    since: date | None = None
    con: duckdb.DuckDBPyConnection = field(default_factory=lambda: _cursor())
    tables: list[StagedTable] = field(default_factory=list)
    sources: list[SourceCount] = field(default_factory=list)
    numbers: Iterable[int] = field(default_factory=lambda: itertools.count(2))

    def __post_init__(self) -> None:
        self.con.execute(
            'CREATE TEMP TABLE rejected (file VARCHAR, line BIGINT, "table" VARCHAR, field VARCHAR, reason VARCHAR, '
            "found VARCHAR, expected VARCHAR)"
        )
        rejected_rows.create(self.con)

    def rows(
        self,
        name: str,
        *rows: Row,
        dated: bool = True,
        extras: tuple[Column, ...] = (),
        rejected: Mapping[str, int] | None = None,
    ) -> Import:
        """Stage rows of one table; what a row leaves out is empty."""
        table = TABLES[name].extended(extras)
        types = sql_columns(table) | ADDED
        relation = quoted(f"stage_{name}")
        self.con.execute(
            f"CREATE TEMP TABLE {relation} ({', '.join(f'{quoted(n)} {t}' for n, t in types.items())})"
        )
        for row in rows:
            full = self._full(name, row)
            given = ", ".join(quoted(column) for column in full)
            marks = ", ".join("?" * len(full))
            self.con.execute(
                f"INSERT INTO {relation} ({given}) VALUES ({marks})", list(full.values())
            )
        rejected = dict(rejected or {})
        self.tables.append(
            StagedTable(
                table,
                relation,
                dated,
                {self.file: len(rows)},
                frozenset({self.feed} if rows else ()),
            )
        )
        self.sources.append(
            SourceCount(self.file, name, len(rows) + sum(rejected.values()), rejected, self.feed)
        )
        return self

    def _full(self, name: str, row: Row) -> dict[str, Any]:
        """Fill in what staging adds: the day, the feed, the place in the file, the amount as given."""
        full = dict(row)
        dated = [full[column] for column in TABLES[name].dated_by if full.get(column)]
        full.setdefault(
            "on", min(day.date() if isinstance(day, datetime) else day for day in dated)
        )
        full |= {
            "known_on": self.on_load,
            "feed": self.feed,
            "people": self.people,
            "file": self.file,
            "line": next(self.numbers),
        }
        for column in TABLES[name].columns:
            if column.type == "money" and column.name in full:
                full.setdefault(f"{column.name}_given", full[column.name])
        return full

    @property
    def stage(self) -> Stage:
        names = tuple(table.table.name for table in self.tables)
        feed = FeedDeclared(self.feed, names, self.covers, self.since, 7, None, None)  # type: ignore[arg-type]
        received = {(each.table, self.feed): each.received for each in self.sources}
        return Stage(tuple(self.tables), (feed,), tuple(self.sources), received)


def account(account_id: str, **more: Any) -> Row:
    return {
        "account_id": account_id,
        "valid_from": date(2026, 1, 1),
        "name": f"Account {account_id}",
        **more,
    }


def use(id: str, account_id: str = "A-1", day: int = 1, **more: Any) -> Row:
    return {
        "id": id,
        "account_id": account_id,
        "at": datetime(2026, 3, day, 9),
        "user": "mia",
        "feature": "export",
        **more,
    }


def line(id: str, account_id: str = "A-1", **more: Any) -> Row:
    return {
        "id": id,
        "account_id": account_id,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2027, 1, 1),
        **more,
    }


def ticket(id: str, account_id: str = "A-1", **more: Any) -> Row:
    return {"id": id, "account_id": account_id, "at": datetime(2026, 2, 1, 9), **more}


CARD = """\
keepwell: 1
name: first
least_coverage: 50 %
bands:
  - {name: Green, from: 50, means: healthy}
  - {name: Red, from: 0, means: at risk}
health:
  - measure: uses
    table: usage
    take: count
    window: 28 days
    points: {worst: 0, best: 4}
    weight: 1
    missing: skip
    indicator: leading
"""
