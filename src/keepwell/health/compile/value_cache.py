"""This file computes the values of measures on dates, each once: beside its own past, and carried
forward over gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias

import pyarrow as pa

from keepwell.health.compile import (
    baselines,
    feed_coverage,
    queries,
    rejected_rows,
    seen_words,
    values,
)
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.feed_coverage import FeedState
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.many_dates import RawColumns
from keepwell.health.compile.queries import Facts
from keepwell.health.definition import word
from keepwell.health.definition.measure import Measure, Scope
from keepwell.health.definition.scale import Baseline
from keepwell.health.definition.scorecard import CARRY_STEP_DAYS, Leaf
from keepwell.health.definition.word import Word
from keepwell.health.scoring import lacking
from keepwell.health.scoring.arrays import Rows
from keepwell.health.scoring.lacking import Lacking
from keepwell.health.scoring.values import Values

FEW_DATES = 3  # so many are faster one by one: a pass each over little, and no running sums
Key: TypeAlias = tuple[Measure, date]


@dataclass(frozen=True)
class Never:
    """What no row of any account has by a date: columns (by table) filled, words of filters seen."""

    filled: set[tuple[str, str]]
    seen: set[Word]


class ValueCache:
    """The values of every account of `accounts` (`account_id`, `started_on`, in that order), by
    measure and date."""

    def __init__(self, facts: Facts, accounts: pa.Table, cache: QueryCache) -> None:
        self.facts, self.accounts, self.cache = facts, accounts, cache
        self._plain: dict[Key, Values] = {}
        self._rejected_rows: dict[tuple[str, Scope], rejected_rows.Rows] = {}
        self._with_gaps: set[Key] = set()

    def prefetch(self, leaves: Sequence[Leaf], dates: Sequence[date], rows: Sequence[Rows]) -> None:
        """Compute all that the leaves need on some dates, in few passes; `rows` are the places of
        each date's accounts."""
        self._compute(
            key for leaf in leaves for as_of in dates for key in _with_past(leaf.measure, as_of)
        )
        # Earlier dates cost as much as these. They are computed only where a measure that carries
        # has a gap now.
        carrying = [leaf for leaf in leaves if leaf.carry_days]
        self._with_gaps |= {
            (leaf.measure, as_of)
            for leaf in carrying
            for as_of, own in zip(dates, rows, strict=True)
            if not self._beside_past(leaf.measure, as_of).is_known[own].all()
        }
        self._compute(
            key
            for leaf in carrying
            for as_of in dates
            if (leaf.measure, as_of) in self._with_gaps
            for days in _carry_steps(leaf)
            for key in _with_past(leaf.measure, as_of - timedelta(days=days))
        )

    def values(self, leaf: Leaf, as_of: date) -> Values:
        """Give the values of a leaf on a date that was prefetched, its gaps filled from earlier
        weeks where it carries."""
        found = self._beside_past(leaf.measure, as_of)
        if (leaf.measure, as_of) in self._with_gaps:
            for days in _carry_steps(leaf):
                then = self._beside_past(leaf.measure, as_of - timedelta(days=days))
                found = values.carry_forward(found, then, days)
        return found

    def _beside_past(self, measure: Measure, as_of: date) -> Values:
        """Compare a measure with its own past, where it asks for that."""
        found, *earlier = [self._plain[key] for key in _with_past(measure, as_of)]
        if measure.is_growth:
            return baselines.growth(found, earlier[0])
        return baselines.baseline(found, earlier) if isinstance(measure.scale, Baseline) else found

    def _compute(self, keys: Iterable[Key]) -> None:
        """Compute what is not there yet: measures that need the same dates in one go."""
        dates: dict[Measure, set[date]] = defaultdict(set)
        for measure, as_of in keys:
            if (measure, as_of) not in self._plain:
                dates[measure].add(as_of)
        same_dates: dict[tuple[date, ...], list[Measure]] = defaultdict(list)
        for measure, own in dates.items():
            same_dates[tuple(sorted(own))].append(measure)
        for days, measures in same_dates.items():
            for as_of, frame, never in self._frames(measures, days):
                self._decide(measures, as_of, frame, never)

    def _frames(
        self, measures: Sequence[Measure], dates: Sequence[date]
    ) -> Iterator[tuple[date, Frame, Never]]:
        """Give the raw columns on each date, and what nobody has had by then."""
        words = seen_words.of_measures(measures, self.facts.tables)
        counted = [each for one in measures for each in rejected_rows.counted(one, self.facts)]
        measures = [*measures, *dict.fromkeys(counted)]
        if len(dates) <= FEW_DATES:
            for as_of in dates:
                never = Never(
                    self._never_filled(measures, as_of), self._never_seen(measures, words, as_of)
                )
                yield as_of, self._frame(measures, as_of), never
            return
        raw = RawColumns(self.facts, measures, dates, self.accounts, self.cache)
        firsts = seen_words.FirstSeen(self.facts, words, self.cache)
        tables = {measure.table for measure in measures}
        for as_of in dates:
            empty = {(table, name) for table in tables for name in raw.never_filled(table, as_of)}
            yield as_of, raw.frame(as_of), Never(empty, firsts.unseen(as_of))

    def _frame(self, measures: Sequence[Measure], as_of: date) -> Frame:
        frame = Frame(self.accounts["account_id"].to_pylist())
        frame.add(self.accounts)
        # Facts of a few accounts read other views than those of all, so their queries are other
        # ones.
        key = ("values", self.facts.selection, tuple(measures), as_of)
        for found in self.cache.fetch_all(
            key, lambda: queries.on_date(self.facts, measures, as_of)
        ):
            frame.add(found)
        return frame

    def _never_filled(self, measures: Sequence[Measure], as_of: date) -> set[tuple[str, str]]:
        def filled(facts: Facts) -> Iterator[tuple[str, str, bool | None]]:
            for table, query in queries.ever_filled(facts, measures, as_of):
                for name, is_filled in self.cache.fetch(query).to_pylist()[0].items():
                    yield table, name, is_filled

        def find() -> set[tuple[str, str]]:
            everyone = self.facts.everyone
            # What a few accounts have filled somebody has: mostly the rows of all others need not be read.
            if everyone and all(is_filled for _, _, is_filled in filled(self.facts)):
                return set()
            # Null where there are no rows, which says nothing.
            rows = filled(everyone or self.facts)
            return {(table, name) for table, name, is_filled in rows if is_filled is False}

        return self.cache.memoize(("never filled", tuple(measures), as_of), find)

    def _never_seen(self, measures: Sequence[Measure], words: set[Word], as_of: date) -> set[Word]:
        return self.cache.memoize(
            ("never seen", tuple(measures), as_of),
            lambda: seen_words.unseen(self.facts, words, as_of, self.cache),
        )

    def _decide(self, measures: Sequence[Measure], as_of: date, frame: Frame, never: Never) -> None:
        for scope, own in queries.by_scope(measures):
            coverage = {}
            for name in queries.tables_read(own):
                table = self.facts.tables[name]
                states = feed_coverage.feed_states(table, self.facts.feeds, as_of)
                coverage[name] = feed_coverage.coverage(name, scope, frame, states)
            rejected = self._rejected(own, as_of, frame)
            for measure in own:
                is_empty = any((measure.table, name) in never.filled for name in measure.needs)
                is_unseen = not word.can_be_met(measure, never.seen)
                self._plain[measure, as_of] = values.decide(
                    measure, frame, coverage, as_of, is_empty, is_unseen, rejected.get(measure)
                )

    def _rejected(
        self, measures: Sequence[Measure], as_of: date, frame: Frame
    ) -> dict[Measure, Lacking]:
        """Find what was rejected of the rows that measures of one scope read, where anything was."""
        of_count: dict[Measure, Lacking] = {}
        found: dict[Measure, Lacking] = {}
        for measure in measures:
            for count in rejected_rows.counted(measure, self.facts):
                if count not in of_count:
                    states = feed_coverage.feed_states(
                        self.facts.tables[count.table], self.facts.feeds, as_of
                    )
                    of_count[count] = self._rejected_of(count, as_of, frame, states)
                own = lacking.larger(found.get(measure), of_count[count])
                if own is not None:
                    found[measure] = own
        return found

    def _rejected_of(
        self, count: Measure, as_of: date, frame: Frame, states: Sequence[FeedState]
    ) -> Lacking:
        def of_feeds() -> Mapping[str, int]:
            query = rejected_rows.rows_by_feed(self.facts, count, states, as_of)
            return {row["feed"]: row["rows"] for row in self.cache.fetch(query).to_pylist()}

        key = (count.table, count.scope)
        if key not in self._rejected_rows:
            facts = replace(self.facts, scope=count.scope)
            # The same query for whatever accounts, so it is compiled once.
            queried = self.cache.fetch_all(
                ("rejected", bool(facts.everyone), *key),
                lambda: [rejected_rows.query(facts, count.table)],
            )
            accounts = self.accounts["account_id"].combine_chunks()
            self._rejected_rows[key] = rejected_rows.read(queried[0], accounts)
        return rejected_rows.rejected(count, self._rejected_rows[key], frame, states, of_feeds)


def _with_past(measure: Measure, as_of: date) -> list[Key]:
    """List a measure on a date, and on the earlier dates that it is compared with."""
    size = measure.window.days or 1
    days = [0, size] if measure.is_growth else [0]
    if isinstance(measure.scale, Baseline):
        days = [0, *range(size, measure.scale.days + 1, size)]
    return [(measure, as_of - timedelta(days=each)) for each in days]


def _carry_steps(leaf: Leaf) -> range:
    return range(CARRY_STEP_DAYS, leaf.carry_days + 1, CARRY_STEP_DAYS)
