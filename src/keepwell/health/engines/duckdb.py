"""This file runs definitions in DuckDB, in memory, over the segments that it is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from keepwell.health.compile import scorecards, values
from keepwell.health.compile.values import Facts
from keepwell.health.engines import live
from keepwell.health.engines.protocol import Source
from keepwell.health.engines.tabular import Tabular
from keepwell.health.spec.scorecard import CARRY_STEP_DAYS, Definition


class DuckDB:
    """Scores facts held as Parquet segments. One instance is one connection of its own: not for two threads, never across a fork."""

    def __init__(self, source: Source, *, memory_limit: str = "", temporary: str = "") -> None:
        settings = {"memory_limit": memory_limit, "temp_directory": temporary}
        self.backend = ibis.duckdb.connect(**{name: value for name, value in settings.items() if value})
        self.connection: duckdb.DuckDBPyConnection = self.backend.con
        self.facts = _facts(self.backend, source)

    def score(self, definition: Definition, as_of: date) -> Tabular:
        """Score every account on a date."""
        self._store("values_now", values.values(self.facts, definition.measures, as_of))
        table = self._carried(definition, as_of)
        scored = scorecards.scored(table, definition).order_by("account_id")
        return Tabular(definition, as_of, self.backend.to_pyarrow(scored))

    def _carried(self, definition: Definition, as_of: date) -> ir.Table:
        """Fill the gaps of measures that carry forward from the weeks before, as far back as each allows."""
        now = self.backend.table("values_now")
        limits = {leaf.measure.name: leaf.carry_days for leaf in definition.leaves if leaf.policy == "carry"}
        earlier = []
        for days in range(CARRY_STEP_DAYS, max(limits.values(), default=0) + 1, CARRY_STEP_DAYS):
            asked = [leaf.measure for leaf in definition.leaves if limits.get(leaf.measure.name, 0) >= days]
            self._store(f"values_{days}", values.values(self.facts, asked, as_of - timedelta(days=days)))
            earlier.append((days, self.backend.table(f"values_{days}")))
        if not earlier:
            return now
        self._store("values_filled", values.carried(now, earlier, limits))
        return self.backend.table("values_filled")

    def _store(self, name: str, expression: ir.Table) -> None:
        self.backend.create_table(name, expression, temp=True, overwrite=True)

    def close(self) -> None:
        self.backend.disconnect()


def _facts(backend: Any, source: Source) -> Facts:
    for name, sql in live.views(source).items():
        backend.raw_sql(f'CREATE TEMP VIEW "{name}" AS {sql}')
    rows: Mapping[str, ir.Table] = {name: backend.table(f"live_{name}") for name in source.tables}
    rolled = backend.table("live_rolled") if source.rolled else None
    return Facts(source.tables, rows, source.feeds, rolled)
