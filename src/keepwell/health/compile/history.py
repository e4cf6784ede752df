"""This file asks an engine for what a set of measures needs on many dates at once: each table is read once, not once a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.health.compile import aggregates, covers, queries, reading, rolling_windows
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.covers import Reach
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.reading import Reading
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.window import Window


@dataclass
class History:
    """The raw columns of some measures on some dates, rising, of every account of `people`; asked for when made."""

    facts: Facts
    measures: Sequence[Measure]
    dates: Sequence[date]
    people: pa.Table
    plans: QueryCache
    _parts: list[list[pa.Table]] = field(default_factory=list)
    _laid: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    _firsts: list[pa.Table] = field(default_factory=list)
    _fills: dict[str, pa.Table] = field(default_factory=dict)
    _said: dict[str, dict[str, date | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in queries.tables_read(self.measures):
            if any(self.reaches(name).values()):
                self._ask(name)
        current = queries.attributes(accounts_on(self.facts, self.dates, self.plans), self.measures)
        if current is not None:
            self._take(current)

    def reaches(self, table: str) -> Mapping[date, tuple[Reach, ...]]:
        """What the feeds of a table have reached by each date."""
        return {
            on: covers.reaches(self.facts.tables[table], self.facts.feeds, on) for on in self.dates
        }

    def frame(self, as_of: date) -> Frame:
        """The columns of one date."""
        nth = self.dates.index(as_of)
        frame = Frame(self.people["account_id"].to_pylist())
        frame.add(self.people)
        for part in self._parts:
            frame.add(part[nth])
        for firsts in self._firsts:
            frame.add(firsts)
        for name, column in self._laid.items():
            frame.lay(name, column[nth])
        return frame

    def never_filled(self, table: str, as_of: date) -> set[str]:
        """The columns that silence hangs on and that no row of any account has filled by a date, though there are rows."""
        if table not in self._fills:
            return set()
        reads = {
            reach.name: reach.reads_on
            for reach in covers.reaches(self.facts.tables[table], self.facts.feeds, as_of)
        }
        filled: dict[str, bool] = {}
        has_rows = False
        for row in self._fills[table].to_pylist():
            until = reads.get(row.pop("feed"), date.min)
            has_rows |= row.pop("first") < until
            for name, first in row.items():
                column = name.removeprefix("first__")
                filled[column] = filled.get(column, False) or (first is not None and first < until)
        unsaid = {
            column for column, first in self._said[table].items() if first is None or first >= as_of
        }
        return unsaid | {
            column for column, is_filled in filled.items() if has_rows and not is_filled
        }

    def _ask(self, name: str) -> None:
        own = [measure for measure in self.measures if measure.table == name]
        needed = {column for measure in own if measure.silence_counts for column in measure.needs}
        if needed:
            self._fills[name] = self.plans.fetch(queries.first_fills(self.facts, name, needed))
            said = [
                self.plans.fetch(query).to_pylist()[0]
                for query in queries.first_said(self.facts, name, needed)
            ]
            self._said[name] = {each: first for row in said for each, first in row.items()}
        calendar = self.plans.register(self._calendar(name))
        for scope, theirs in queries.by_scope(self.measures):
            if name in queries.tables_read(theirs):
                self._ask_scope(self.facts.of_scope(scope), name, theirs, calendar)

    def _ask_scope(
        self, facts: Facts, name: str, measures: Sequence[Measure], calendar: ir.Table
    ) -> None:
        """Ask one table for what the measures of one scope need."""
        firsts = self._first_days(facts, name)
        if firsts is not None:
            self._firsts.append(self.plans.fetch(firsts))
        users, rest = queries.user_windows(name, measures), list(measures)
        if reads := self._reads(name):
            rest, users = self._step(facts, name, measures, reads, users), set()

        def read(rows: ir.Table, longest_days: int | None) -> Reading:
            return reading.on_dates(rows, calendar, longest_days)

        for query in queries.aggregated(facts, name, rest, users, read):
            self._take(query)
        for query in queries.divided(facts, name, measures, read):
            self._take(query)

    def _reads(self, name: str) -> list[date] | None:
        """The date up to which rows are read on each date, where all feeds agree on it."""
        by_date = [{reach.reads_on for reach in reached} for reached in self.reaches(name).values()]
        is_told_apart = any(
            reach.is_among_others for reached in self.reaches(name).values() for reach in reached
        )
        if is_told_apart or any(len(reads) > 1 for reads in by_date):
            return None
        first = next(
            reads for reads in by_date if reads
        )  # dates that no feed has reached have no values, whatever is read
        return [next(iter(reads or first)) for reads in by_date]

    def _step(
        self,
        facts: Facts,
        name: str,
        measures: Sequence[Measure],
        reads: Sequence[date],
        users: set[Window],
    ) -> list[Measure]:
        """Compute by running sums what can be; gives the measures that cannot, and those of other tables."""
        sums = rolling_windows.Sums(reads, self.people["account_id"].combine_chunks())
        table = facts.tables[name]
        own = [
            measure
            for measure in measures
            if measure.table == name and rolling_windows.is_stepped(measure, table)
        ]
        rolled = facts.rolled if name == "usage" else None
        served = [
            measure
            for measure in own
            if rolled is not None and aggregates.from_rolled(measure, table)
        ]
        others = [measure for measure in own if measure not in served]
        sources = [(facts.rows[name], others, aggregates.of_rows)]
        if rolled is not None:
            sources.append((rolled, served, aggregates.of_rolled))
        for nth, (rows, stepped, aggregate) in enumerate(sources):
            counted = rolling_windows.distincts(
                stepped, users if nth == len(sources) - 1 else set(), facts.scope
            )
            self._sum(sums, facts.gathered(rows), reads, stepped, aggregate)
            for distinct in counted:
                longest = rolling_windows.longest(distinct.names.values())
                found = self.plans.fetch(
                    rolling_windows.gaps(
                        rolling_windows.read(facts.gathered(rows), reads, longest), distinct
                    )
                )
                self._laid |= dict(sums.of_distinct(found, distinct))
        return [measure for measure in measures if measure not in own]

    def _sum(
        self,
        sums: rolling_windows.Sums,
        rows: ir.Table,
        reads: Sequence[date],
        measures: Sequence[Measure],
        aggregate: rolling_windows.Aggregate,
    ) -> None:
        longest = rolling_windows.longest(
            [measure.window.days for measure in measures if measure.take in rolling_windows.ADDED]
        )
        query = rolling_windows.daily(
            rolling_windows.read(rows, reads, longest), measures, aggregate
        )
        if query is not None:
            self._laid |= dict(sums.of_measures(self.plans.fetch(query), measures))

    def _calendar(self, name: str) -> pa.Table:
        """What each date reads of a table: a row a date, or a date and feed where feeds are read up to different ones."""
        each = [measure.window for measure in self.measures]
        windows = {days for window in each for days in (window.days, window.longest_days) if days}
        by_feed = self._reads(name) is None
        rows: dict[str, list[Any]] = {"nth__": [], "reads__": []}
        rows |= {"feed__": []} if by_feed else {}
        rows |= {reading.first_column(days): [] for days in windows}
        for nth, reached in enumerate(self.reaches(name).values()):
            for reach in reached if by_feed else reached[:1]:
                begins = {
                    reading.first_column(days): reach.reads_on - timedelta(days=days)
                    for days in windows
                }
                for column, cell in (
                    {"nth__": nth, "reads__": reach.reads_on, "feed__": reach.name} | begins
                ).items():
                    rows.get(column, []).append(cell)
        return pa.table(rows)

    def _first_days(self, facts: Facts, name: str) -> ir.Table | None:
        reached = {reach.name: reach for each in self.reaches(name).values() for reach in each}
        return covers.firsts(
            name, facts.scope, facts.gathered(facts.rows[name]), list(reached.values())
        )

    def _take(self, query: ir.Table) -> None:
        """Keep a query's result, by date."""
        self._parts.append(by_date(self.plans.fetch(query), self.dates))


def accounts_on(facts: Facts, dates: Sequence[date], plans: QueryCache) -> Reading:
    """Read what accounts say of themselves before each date."""
    columns = {
        "nth__": pa.array(range(len(dates)), pa.int64()),
        "reads__": pa.array(dates, pa.date32()),
    }
    return reading.on_dates(facts.rows["accounts"], plans.register(pa.table(columns)), None)


def by_date(found: pa.Table, dates: Sequence[date]) -> list[pa.Table]:
    """Take a result of many dates apart: one table a date, which may be empty."""
    found = found.sort_by("nth__")
    begins = np.searchsorted(found["nth__"].to_numpy(), np.arange(len(dates) + 1))
    found = found.drop_columns(["nth__"])
    return [found.slice(begin, end - begin) for begin, end in pairwise(begins.tolist())]
