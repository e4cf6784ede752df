"""This file says what an engine must offer (compile, run, register a table), and caches compiled
queries."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol, TypeVar

import ibis.expr.types as ir
import pyarrow as pa

MOST_QUERIES = 200  # that are kept; a card on one date has a handful
T = TypeVar("T")


class Backend(Protocol):
    """An engine that Ibis has a dialect for."""

    def compile(self, expression: ir.Table) -> str:
        """Write an expression as the engine's SQL."""
        ...

    def run(self, sql: str) -> pa.Table:
        """Run SQL and return the whole result."""
        ...

    def register(self, table: pa.Table, name: str = "") -> ir.Table:
        """Make an Arrow table readable for queries, in place of an earlier one of the same name."""
        ...


class QueryCache:
    """Runs queries and keeps the SQL that they were compiled to.

    Compiling a query of twenty measures takes longer than running it over few accounts, as a live
    score does.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._compiled: dict[Hashable, list[str]] = {}
        self._memoized: dict[Hashable, Any] = {}

    def fetch(self, expression: ir.Table) -> pa.Table:
        """Run one expression that is not worth keeping."""
        return self.backend.run(self.backend.compile(expression))

    def register(self, table: pa.Table, name: str = "") -> ir.Table:
        """Make an Arrow table readable for queries, in place of an earlier one of the same name."""
        return self.backend.register(table, name)

    def fetch_all(self, key: Hashable, build: Callable[[], Iterable[ir.Table]]) -> list[pa.Table]:
        """Run the expressions kept under the key, built on first use; they must depend on nothing
        but the key."""
        if key not in self._compiled:
            if len(self._compiled) >= MOST_QUERIES:
                self._compiled.clear()
            self._compiled[key] = [self.backend.compile(expression) for expression in build()]
        return [self.backend.run(sql) for sql in self._compiled[key]]

    def memoize(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Compute once what stays the same while the facts do."""
        if key not in self._memoized:
            if len(self._memoized) >= MOST_QUERIES:
                self._memoized.clear()
            self._memoized[key] = compute()
        found: T = self._memoized[key]
        return found
