"""This file runs definitions in DuckDB, in memory, over the segments that it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from keepwell.health.compile import covers, queries, scorecards, values
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.values import Values
from keepwell.health.engines import live
from keepwell.health.engines.protocol import Source
from keepwell.health.engines.tabular import Tabular
from keepwell.health.spec.measure import Measure
from keepwell.health.spec.scorecard import CARRY_STEP_DAYS, Definition


class DuckDB:
    """Scores facts held as Parquet segments.

    One instance is one connection of its own: not for two threads, never across a fork.
    """

    def __init__(self, source: Source, *, memory_limit: str = "", temporary: str = "") -> None:
        settings = {"memory_limit": memory_limit, "temp_directory": temporary}
        self.backend = ibis.duckdb.connect(**{name: value for name, value in settings.items() if value})
        self.connection: duckdb.DuckDBPyConnection = self.backend.con
        self.facts = _facts(self.backend, source)

    def score(self, definition: Definition, as_of: date) -> Tabular:
        """Score every account on a date."""
        people = self._fetch(queries.population(self.facts, as_of)).sort_by("account_id")
        found = self._values(definition.measures, people, as_of)
        for days in range(
            CARRY_STEP_DAYS, max((leaf.carry_days for leaf in definition.leaves), default=0) + 1, CARRY_STEP_DAYS
        ):
            found |= self._carried(definition, found, people, as_of, days)
        return Tabular(definition, as_of, people["account_id"].to_pylist(), found, scorecards.scored(definition, found))

    def _carried(
        self, definition: Definition, found: Mapping[str, Values], people: pa.Table, as_of: date, days: int
    ) -> dict[str, Values]:
        """Fill gaps from so many days before, for the measures that carry that far and still have any."""
        asked = [
            leaf.measure
            for leaf in definition.leaves
            if leaf.carry_days >= days and not found[leaf.name].is_known.all()
        ]
        then = self._values(asked, people, as_of - timedelta(days=days)) if asked else {}
        return {name: values.carried(found[name], earlier, days) for name, earlier in then.items()}

    def _values(self, measures: Sequence[Measure], people: pa.Table, as_of: date) -> dict[str, Values]:
        """The values of some measures on a date, in the order of `people`."""
        frame = Frame(people["account_id"].to_pylist())
        frame.add(people)
        for query in queries.queries(self.facts, measures, as_of):
            frame.add(self._fetch(query))
        known = {
            name: covers.cover(name, frame, covers.reaches(self.facts.tables[name], self.facts.feeds, as_of))
            for name in queries.tables_read(measures)
        }
        empty = {
            (table, name)
            for table, query in queries.filled(self.facts, measures, as_of)
            for name, is_filled in self._fetch(query).to_pylist()[0].items()
            if is_filled is False
        }
        return {
            measure.name: values.values(
                measure, frame, known, as_of, any((measure.table, name) in empty for name in measure.needs)
            )
            for measure in measures
        }

    def _fetch(self, expression: ir.Table) -> pa.Table:
        return self.connection.execute(self.backend.compile(expression)).to_arrow_table()

    def close(self) -> None:
        self.backend.disconnect()


def _facts(backend: Any, source: Source) -> Facts:
    for name, sql in live.views(source).items():
        backend.raw_sql(f'CREATE TEMP VIEW "{name}" AS {sql}')
    rows: Mapping[str, ir.Table] = {name: backend.table(f"live_{name}") for name in source.tables}
    rolled = backend.table("live_rolled") if source.rolled else None
    return Facts(source.tables, rows, source.feeds, rolled)
