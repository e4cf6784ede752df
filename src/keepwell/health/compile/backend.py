"""This file holds what is asked of an engine: to compile expressions, to run them, and to take small tables of ours in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol, TypeVar

import ibis.expr.types as ir
import pyarrow as pa

MOST_PLANS = 200
T = TypeVar("T")


class Backend(Protocol):
    """An engine that Ibis speaks to."""

    def compile(self, expression: ir.Table) -> str:
        """Write an expression as the engine's SQL."""
        ...

    def run(self, sql: str) -> pa.Table:
        """Run it, and bring the whole result."""
        ...

    def register(self, table: pa.Table, name: str = "") -> ir.Table:
        """Make a small table of ours one of the engine's, in place of an earlier one of the same name."""
        ...


class QueryCache:
    """Runs queries, and keeps what they were compiled to: writing a query of twenty measures takes longer than a short
    look at few accounts."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._compiled: dict[Hashable, list[str]] = {}
        self._known: dict[Hashable, Any] = {}

    def fetch(self, expression: ir.Table) -> pa.Table:
        """Run one expression, and forget it."""
        return self.backend.run(self.backend.compile(expression))

    def register(self, table: pa.Table, name: str = "") -> ir.Table:
        """Make a small table of ours one of the engine's."""
        return self.backend.register(table, name)

    def fetch_all(self, key: Hashable, made: Callable[[], Iterable[ir.Table]]) -> list[pa.Table]:
        """Run the expressions that are made where nothing is kept under the key; they must depend on it alone."""
        if key not in self._compiled:
            if len(self._compiled) >= MOST_PLANS:
                self._compiled.clear()
            self._compiled[key] = [self.backend.compile(expression) for expression in made()]
        return [self.backend.run(sql) for sql in self._compiled[key]]

    def memoize(self, key: Hashable, found: Callable[[], T]) -> T:
        """What stays the same while the facts do, found once."""
        if key not in self._known:
            if len(self._known) >= MOST_PLANS:
                self._known.clear()
            self._known[key] = found()
        known: T = self._known[key]
        return known
