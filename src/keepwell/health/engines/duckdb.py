"""This file runs definitions in DuckDB, in memory, over Parquet data files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.sql.datatypes import DuckDBType
from ibis.expr.datatypes import DataType

from keepwell.health.compile.queries import Facts
from keepwell.health.engines import current_rows
from keepwell.health.engines.ibis import IbisEngine
from keepwell.health.engines.protocol import Source


class DuckDB(IbisEngine):
    """Scores facts held as Parquet data files.

    One instance is one connection of its own: not for two threads, never across a fork.
    """

    def __init__(self, source: Source, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        """Take the connection that is given, which its owner closes; without one, open a DuckDB of
        its own."""
        self.backend = (
            ibis.duckdb.connect() if connection is None else Backend.from_connection(connection)
        )
        self.connection: duckdb.DuckDBPyConnection = self.backend.con
        self._table_numbers = count()
        super().__init__(_facts(self.backend, source), self)

    def compile(self, expression: ir.Table) -> str:
        return str(self.backend.compile(expression))

    def run(self, sql: str) -> pa.Table:
        return self.connection.execute(sql).to_arrow_table()

    def register(self, table: pa.Table, name: str = "") -> ir.Table:
        # The name must not depend on the call: cached SQL finds the newest table under it.
        name = f"registered_{name or next(self._table_numbers)}"
        self.connection.register(name, table)
        return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)

    def close(self) -> None:
        self.backend.disconnect()


def _facts(backend: Any, source: Source, prefix: str = "") -> Facts:
    for name, sql in current_rows.views(source).items():
        backend.raw_sql(f'CREATE TEMP VIEW "{prefix}{name}" AS {sql}')
    rows = {
        name: _expression(f"{prefix}current_{name}", current_rows.columns(table))
        for name, table in source.tables.items()
    }
    rolled = None
    if source.rolled:
        columns = current_rows.rollup_columns(source)
        rolled = _expression(f"{prefix}current_rollup", columns)
    everyone = _facts(backend, source.everyone, "everyone_") if source.everyone else None
    rejected = {
        name: _expression(f"{prefix}rejected_{name}", current_rows.REJECTED_TYPES)
        for name in source.rejected
    }
    return Facts(source.tables, rows, source.feeds, rolled, everyone, rejected=rejected)


def _expression(name: str, columns: Mapping[str, str]) -> ir.Table:
    """Give a view as an expression by its declared columns: asking DuckDB takes longer than scoring
    a few accounts."""
    return ibis.table({column: _type(kind) for column, kind in columns.items()}, name=name)


@cache
def _type(kind: str) -> DataType:
    # Parsing the few kinds again for every column of every table took a third of opening an engine.
    return DuckDBType.from_string(kind)
