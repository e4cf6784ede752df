"""This file runs definitions in DuckDB, in memory, over the segments that it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.health.compile import covers, peers, queries, scorecards, shifts, values
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.values import Values
from keepwell.health.engines import live
from keepwell.health.engines.protocol import Source
from keepwell.health.engines.tabular import Portfolio, Tabular
from keepwell.health.spec import segment
from keepwell.health.spec.measure import Measure
from keepwell.health.spec.scale import Baseline
from keepwell.health.spec.scorecard import CARRY_STEP_DAYS, Definition, Leaf
from keepwell.health.spec.segment import Variant


class DuckDB:
    """Scores facts held as Parquet segments.

    One instance is one connection of its own: not for two threads, never across a fork.
    """

    def __init__(self, source: Source, *, memory_limit: str = "", temporary: str = "") -> None:
        settings = {"memory_limit": memory_limit, "temp_directory": temporary}
        self.backend = ibis.duckdb.connect(**{name: value for name, value in settings.items() if value})
        self.connection: duckdb.DuckDBPyConnection = self.backend.con
        self.facts = _facts(self.backend, source)

    def score(self, definition: Definition, as_of: date, before: Mapping[str, str] | None = None) -> Portfolio:
        """Score every account on a date, each by the card that is its own; `before` are the bands that they had."""
        people = self._fetch(queries.population(self.facts, as_of)).sort_by("account_id")
        leaves = {leaf.measure: leaf for each in segment.variants(definition) for leaf in each.definition.leaves}
        found = self._carried(list(leaves.values()), people, as_of)
        among = {measure: peers.distributions(each) for measure, each in found.items() if each.peers is not None}
        accounts = people["account_id"].to_pylist()
        parts = []
        for theirs, rows in self._cards(definition, accounts, as_of):
            measures = theirs.definition.measures
            own = {measure.name: found[measure].of(rows) for measure in measures}
            frozen = {measure.name: among[measure] for measure in measures if measure in among}
            scored = scorecards.scored(theirs.definition, own, frozen)
            parts.append(Tabular(theirs, as_of, [accounts[row] for row in rows], own, scored, before or {}))
        return Portfolio(as_of, parts)

    def scores(
        self, definition: Definition, dates: Sequence[date], before: Mapping[str, str] | None = None
    ) -> Iterator[Portfolio]:
        """Score every account on many dates, rising; one result a date, each holding the bands of the one before it."""
        bands = before or {}
        for as_of in dates:
            result = self.score(definition, as_of, bands)
            bands = result.bands
            yield result

    def _cards(
        self, definition: Definition, accounts: Sequence[str], as_of: date
    ) -> Iterator[tuple[Variant, npt.NDArray[np.intp]]]:
        """Each card that applies to anybody, and the places of its accounts: the first segment that holds, exemptions apart."""
        frame = Frame(accounts)
        nth = np.full(len(accounts), -1)
        if definition.segments:
            frame.add(self._fetch(queries.segments(self.facts, definition, as_of)))
        for at in reversed(range(len(definition.segments))):
            nth = np.where(frame.flags(f"segment__{at}"), at, nth)
        exempt = {each.account_id: each for each in definition.exemptions}
        of = np.array([account in exempt for account in accounts], dtype=np.bool_)
        for at in sorted(set(nth.tolist())):
            own = definition.segments[at] if at >= 0 else None
            if len(rows := np.flatnonzero((nth == at) & ~of)):
                yield segment.variant(definition, own, None), rows
            for row in np.flatnonzero((nth == at) & of):
                yield segment.variant(definition, own, exempt[accounts[int(row)]]), np.array([row])
        if not len(accounts):
            yield segment.variant(definition, None, None), np.array([], dtype=np.intp)

    def _carried(self, leaves: Sequence[Leaf], people: pa.Table, as_of: date) -> dict[Measure, Values]:
        """The values on a date, gaps filled from the weeks before for the measures that carry that far."""
        found = self._values([leaf.measure for leaf in leaves], people, as_of)
        longest = max((leaf.carry_days for leaf in leaves), default=0)
        for days in range(CARRY_STEP_DAYS, longest + 1, CARRY_STEP_DAYS):
            far = [leaf.measure for leaf in leaves if leaf.carry_days >= days]
            asked = [measure for measure in far if not found[measure].is_known.all()]
            then = self._values(asked, people, as_of - timedelta(days=days)) if asked else {}
            found |= {measure: values.carried(found[measure], earlier, days) for measure, earlier in then.items()}
        return found

    def _values(self, measures: Sequence[Measure], people: pa.Table, as_of: date) -> dict[Measure, Values]:
        """The values of some measures on a date, in the order of `people`, beside their own past where they ask for it."""
        found = self._plain(measures, people, as_of)
        for measure in measures:
            size = measure.window.days or 1
            if measure.is_growth:
                found[measure] = shifts.growth(found[measure], self._shifted(measure, people, as_of, size))
            if isinstance(measure.scale, Baseline):
                steps = range(size, measure.scale.days + 1, size)
                earlier = [self._shifted(measure, people, as_of, days) for days in steps]
                found[measure] = shifts.baseline(found[measure], earlier)
        return found

    def _shifted(self, measure: Measure, people: pa.Table, as_of: date, days: int) -> Values:
        return self._plain([measure], people, as_of - timedelta(days=days))[measure]

    def _plain(self, measures: Sequence[Measure], people: pa.Table, as_of: date) -> dict[Measure, Values]:
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
            measure: values.values(
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
