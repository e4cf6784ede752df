"""This file queries what a set of measures needs on many dates at once: each table is read once,
not once for every date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.health.compile import (
    aggregates,
    as_of_rows,
    feed_coverage,
    queries,
    rolling_windows,
)
from keepwell.health.compile.as_of_rows import AsOfRows
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.feed_coverage import FeedState
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.queries import Facts
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.window import Window


@dataclass
class RawColumns:
    """The raw columns of some measures on some dates, rising, for every account of a table; queried
    when it is built.

    `accounts` are `account_id` and `started_on`, in the order of the frames.
    """

    facts: Facts
    measures: Sequence[Measure]
    dates: Sequence[date]
    accounts: pa.Table
    cache: QueryCache
    _by_date: list[list[pa.Table]] = field(default_factory=list)
    _arrays: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    _first_days: list[pa.Table] = field(default_factory=list)
    _first_fills: dict[str, pa.Table] = field(default_factory=dict)
    _target_fills: dict[str, dict[str, date | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in queries.tables_read(self.measures):
            if any(self.feed_states(name).values()):
                self._query_table(name)
        rows = accounts_on(self.facts, self.dates, self.cache)
        current = queries.attributes(rows, self.measures)
        if current is not None:
            self._by_date.append(by_date(self.cache.fetch(current), self.dates))

    def feed_states(self, table: str) -> Mapping[date, tuple[FeedState, ...]]:
        """Give the feeds of a table that have delivered by each date."""
        return {
            on: feed_coverage.feed_states(self.facts.tables[table], self.facts.feeds, on)
            for on in self.dates
        }

    def frame(self, as_of: date) -> Frame:
        """Give the columns of one date."""
        # The first days of feeds are the same on every date; `feed_coverage` cuts them off at each.
        nth = self.dates.index(as_of)
        frame = Frame(self.accounts["account_id"].to_pylist())
        frame.add(self.accounts)
        for part in self._by_date:
            frame.add(part[nth])
        for first_days in self._first_days:
            frame.add(first_days)
        for name, column in self._arrays.items():
            frame.add_array(name, column[nth])
        return frame

    def never_filled(self, table: str, as_of: date) -> set[str]:
        """Give the needed columns of a table that no row of any account has filled by a date,
        though there are rows."""
        if table not in self._first_fills:
            return set()
        states = feed_coverage.feed_states(self.facts.tables[table], self.facts.feeds, as_of)
        reads_on = {state.name: state.reads_on for state in states}
        filled: dict[str, bool] = {}
        has_rows = False
        for row in self._first_fills[table].to_pylist():
            until = reads_on.get(row.pop("feed"), date.min)
            has_rows |= row.pop("first") < until
            for name, first in row.items():
                column = name.removeprefix("first__")
                filled[column] = filled.get(column, False) or (first is not None and first < until)
        unfilled_targets = {
            column
            for column, first in self._target_fills[table].items()
            if first is None or first >= as_of
        }
        return unfilled_targets | {
            column for column, is_filled in filled.items() if has_rows and not is_filled
        }

    def _query_table(self, name: str) -> None:
        own = [measure for measure in self.measures if measure.table == name]
        needed = {
            column for measure in own if measure.has_value_without_rows for column in measure.needs
        }
        if needed:
            fills = queries.first_fills(self.facts, name, needed)
            self._first_fills[name] = self.cache.fetch(fills)
            rows = [
                self.cache.fetch(query).to_pylist()[0]
                for query in queries.first_fills_of_targets(self.facts, name, needed)
            ]
            self._target_fills[name] = {each: first for row in rows for each, first in row.items()}
        calendar = self.cache.register(self._calendar(name))
        for scope, measures in queries.by_scope(self.measures):
            if name in queries.tables_read(measures):
                self._query_scope(replace(self.facts, scope=scope), name, measures, calendar)

    def _query_scope(
        self, facts: Facts, name: str, measures: Sequence[Measure], calendar: ir.Table
    ) -> None:
        """Query what the measures of one scope need of one table."""
        states = {state.name: state for found in self.feed_states(name).values() for state in found}
        rows = facts.expand(facts.rows[name])
        first_days = feed_coverage.first_days(name, facts.scope, rows, list(states.values()))
        if first_days is not None:
            self._first_days.append(self.cache.fetch(first_days))
        users, joined = queries.user_windows(name, measures), list(measures)
        if reads_on := self._common_reads_on(name):
            joined, users = self._sum_windows(facts, name, measures, reads_on, users), set()

        def select(rows: ir.Table, longest_days: int | None) -> AsOfRows:
            return as_of_rows.on_dates(rows, calendar, longest_days)

        # What running sums cannot give is joined with the calendar: each row once for every date
        # that reads it.
        for query in queries.aggregated(facts, name, joined, users, select):
            self._by_date.append(by_date(self.cache.fetch(query), self.dates))
        for query in queries.denominators(facts, name, measures, select):
            self._by_date.append(by_date(self.cache.fetch(query), self.dates))

    def _common_reads_on(self, name: str) -> list[date] | None:
        """Give the date up to which rows are read on each date; none where feeds differ in it."""
        by_date = [{state.reads_on for state in found} for found in self.feed_states(name).values()]
        has_other_rows = any(
            state.has_other_rows for found in self.feed_states(name).values() for state in found
        )
        if has_other_rows or any(len(reads_on) > 1 for reads_on in by_date):
            return None
        # A date on which no feed has delivered yet has no values, whatever it reads.
        any_known = next(reads_on for reads_on in by_date if reads_on)
        return [next(iter(reads_on or any_known)) for reads_on in by_date]

    def _sum_windows(
        self,
        facts: Facts,
        name: str,
        measures: Sequence[Measure],
        reads_on: Sequence[date],
        users: set[Window],
    ) -> list[Measure]:
        """Compute by running sums what can be; gives the measures that cannot, and those of other
        tables."""
        sums = rolling_windows.Sums(reads_on, self.accounts["account_id"].combine_chunks())
        table = facts.tables[name]
        own = [
            measure
            for measure in measures
            if measure.table == name
            and rolling_windows.is_summable(measure, table)
            # What expires counts by the date of the score, which running sums up to a late feed's
            # newest day do not end at.
            and not (measure.expires_in(table) and list(reads_on) != list(self.dates))
        ]
        sources = [(facts.rows[name], own, aggregates.from_rows)]
        if name == "usage" and facts.rolled is not None:
            served = [each for each in own if aggregates.is_served_by_rollup(each, table)]
            others = [each for each in own if each not in served]
            sources = [
                (facts.rows[name], others, aggregates.from_rows),
                (facts.rolled, served, aggregates.from_rollup),
            ]
        for rows, summable, aggregate in sources:
            expanded = facts.expand(rows)
            added = [each for each in summable if each.take in rolling_windows.ADDED]
            longest = rolling_windows.longest([each.window.days for each in added])
            daily = rolling_windows.daily(
                table,
                rolling_windows.select(expanded, reads_on, longest),
                summable,
                aggregate,
            )
            if daily is not None:
                self._arrays |= dict(sums.of_measures(self.cache.fetch(daily), summable))
            # Active users are counted in the last source: in the roll-up where there is one.
            windows = users if rows is sources[-1][0] else set()
            for distinct in rolling_windows.distincts(summable, windows, facts.scope):
                longest = rolling_windows.longest(distinct.names.values())
                gaps = rolling_windows.gaps(
                    rolling_windows.select(expanded, reads_on, longest), distinct
                )
                self._arrays |= dict(sums.of_distinct(self.cache.fetch(gaps), distinct))
        return [measure for measure in measures if measure not in own]

    def _calendar(self, name: str) -> pa.Table:
        """List what each date reads of a table: one row a date, or one a date and feed where feeds
        differ."""
        windows = {
            days
            for measure in self.measures
            for days in (measure.window.days, measure.window.longest_days)
            if days
        }
        by_feed = self._common_reads_on(name) is None
        rows: dict[str, list[Any]] = {"nth__": [], "reads_on__": []}
        rows |= {"feed__": []} if by_feed else {}
        rows |= {as_of_rows.first_column(days): [] for days in windows}
        expires = self.facts.tables[name].expires
        rows |= {as_of_rows.expiry_column(days): [] for days in windows if expires}
        for nth, (as_of, states) in enumerate(self.feed_states(name).items()):
            for state in states if by_feed else states[:1]:
                cells = {"nth__": nth, "reads_on__": state.reads_on, "feed__": state.name}
                for days in windows:
                    cells[as_of_rows.first_column(days)] = state.reads_on - timedelta(days=days)
                    cells[as_of_rows.expiry_column(days)] = as_of - timedelta(days=days)
                for column in rows:
                    rows[column].append(cells[column])
        return pa.table(rows)


def accounts_on(facts: Facts, dates: Sequence[date], cache: QueryCache) -> AsOfRows:
    """Select the rows of accounts before each date."""
    columns = {
        "nth__": pa.array(range(len(dates)), pa.int64()),
        "reads_on__": pa.array(dates, pa.date32()),
    }
    return as_of_rows.on_dates(facts.rows["accounts"], cache.register(pa.table(columns)), None)


def by_date(found: pa.Table, dates: Sequence[date]) -> list[pa.Table]:
    """Split a result of many dates into one table for each, which may be empty."""
    found = found.sort_by("nth__")
    begins = np.searchsorted(found["nth__"].to_numpy(), np.arange(len(dates) + 1))
    found = found.drop_columns(["nth__"])
    return [found.slice(begin, end - begin) for begin, end in pairwise(begins.tolist())]
