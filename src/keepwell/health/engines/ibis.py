"""This file scores by asking an engine for few aggregates: what is the same for every engine that
Ibis has a dialect for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

import numpy as np
import pyarrow as pa

from keepwell.health.compile import former, hierarchy, queries, seen_words
from keepwell.health.compile.backend import Backend, QueryCache
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.hierarchy import Hierarchy
from keepwell.health.compile.many_dates import accounts_on, by_date
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.value_cache import ValueCache
from keepwell.health.definition import segment
from keepwell.health.definition.parents import REVENUE
from keepwell.health.definition.scorecard import Definition, Leaf
from keepwell.health.definition.word import Word
from keepwell.health.engines.protocol import Peers
from keepwell.health.engines.results import CardResult, RunResult
from keepwell.health.scoring import population
from keepwell.health.scoring.arrays import Rows
from keepwell.health.scoring.parents import ParentScoring

# Values held at once, some 40 bytes each: more dates than that are computed in several chunks.
MOST_VALUES = 15_000_000


class IbisEngine:
    """Scores facts by asking the engine that holds them."""

    def __init__(self, facts: Facts, backend: Backend) -> None:
        self.facts, self.cache = facts, QueryCache(backend)

    def score(
        self,
        definition: Definition,
        as_of: date,
        before: Mapping[str, str] | None = None,
        only: Sequence[str] | None = None,
        frozen: Peers | None = None,
    ) -> RunResult:
        """Score accounts on a date, each by the card that is its own; `before` are the bands that
        they had.

        With `only`, no more than these accounts and those below them are read. Measures among peers
        then need `frozen`, the peers of a run of all: a few accounts are not each other's peers.
        """
        assert only is not None or not self.facts.everyone, "the facts are those of a few accounts"
        if only is None:
            return next(self._score_dates(self.facts, definition, [as_of], before, frozen))
        tree = self._hierarchy
        read = tree.with_descendants(only, as_of) if tree else only
        ids = pa.table({"account_id": pa.array(sorted(set(read)), pa.string())})
        facts = self.facts.only(self.cache.register(ids, "only"))
        return next(self._score_dates(facts, definition, [as_of], before, frozen)).take(only)

    def scores(
        self, definition: Definition, dates: Sequence[date], before: Mapping[str, str] | None = None
    ) -> Iterator[RunResult]:
        """Score every account on many dates, rising: a result for each, with the bands of the one
        before it as `before`."""
        yield from self._score_dates(self.facts, definition, dates, before, None)

    def unseen_words(
        self, definition: Definition, as_of: date
    ) -> dict[Word, tuple[tuple[str, int], ...]]:
        """Find the words of a definition's filters that no row has before a date; with each those that
        its column does have, the most frequent first, and how many rows have them."""
        words = seen_words.of_measures(definition.measures, self.facts.tables)
        found: dict[Word, tuple[tuple[str, int], ...]] = {}
        for word in sorted(seen_words.unseen(self.facts, words, as_of, self.cache)):
            counts: dict[str, int] = {}
            for query in seen_words.existing(self.facts, word, as_of):
                for row in self.cache.fetch(query).to_pylist():
                    counts.setdefault(row["text"], row["rows"])
            found[word] = tuple(counts.items())
        return found

    def _score_dates(
        self,
        facts: Facts,
        definition: Definition,
        dates: Sequence[date],
        before: Mapping[str, str] | None,
        frozen: Peers | None,
    ) -> Iterator[RunResult]:
        accounts = self.cache.fetch_all(
            ("accounts", bool(facts.everyone)), lambda: [queries.accounts(facts)]
        )[0].sort_by("account_id")
        # Cards of segments share most of their measures, each of which is computed once.
        by_measure = {leaf.measure: leaf for _, leaf in segment.leaves(definition)}
        leaves, tree = list(by_measure.values()), self._hierarchy
        if definition.parents and definition.parents.by == "revenue" and tree:
            leaves.append(Leaf(REVENUE, 0.0))
        most_dates = max(1, MOST_VALUES // max(1, len(accounts) * len(leaves)))
        bands = before or {}
        for chunk in self._chunks(dates, most_dates):
            # The closure is registered again for every chunk, under the same name: compiled queries
            # that were kept read the tree of their dates.
            closed, above = facts, {}
            if tree:
                closure = hierarchy.closure_table(tree, chunk[0])
                closed = replace(facts, closure=self.cache.register(closure, "closure"))
                above = tree.parents(chunk[0]) if definition.parents else {}
            run = _Chunk(closed, self.cache, definition, leaves, chunk, accounts, frozen, above)
            for result in run.score(bands):
                bands = result.bands if definition.hysteresis else bands
                yield result

    def _chunks(self, dates: Sequence[date], most_dates: int) -> Iterator[Sequence[date]]:
        """Split dates into chunks that fit into memory and on which accounts have the same
        parents."""
        tree = self._hierarchy
        for _, same in groupby(dates, key=lambda on: tree.version_on(on) if tree else 0):
            found = list(same)
            for begin in range(0, len(found), most_dates):
                yield found[begin : begin + most_dates]

    @property
    def _hierarchy(self) -> Hierarchy | None:
        rows = hierarchy.parent_rows(self.facts.rows["accounts"])
        return self.cache.memoize("hierarchy", lambda: hierarchy.from_rows(self.cache.fetch(rows)))


@dataclass(frozen=True)
class _Chunk:
    """Some dates that are computed together; `above` names the parents of accounts where these are
    scored by children."""

    facts: Facts
    cache: QueryCache
    definition: Definition
    leaves: Sequence[Leaf]
    dates: Sequence[date]
    accounts: pa.Table
    frozen: Peers | None
    above: Mapping[str, str]

    def score(self, bands: Mapping[str, str]) -> Iterator[RunResult]:
        """Score each date in turn; with hysteresis each starts from the bands of the one before."""
        frame = self._frame()
        frame.add(self.accounts)
        started = frame.dates("started_on")
        # An account of which nobody knows when it began has begun: comparing with NaT is false.
        ends = former.contract_ends(self.facts, self.accounts, self.cache)
        begun = [
            np.flatnonzero(
                ~(started >= np.datetime64(on, "D"))
                & ~ends.former(former.known_until(self.facts, on))
            )
            for on in self.dates
        ]
        cache = ValueCache(self.facts, self.accounts, self.cache)
        cache.prefetch(self.leaves, self.dates, begun)
        for as_of, rows, segments in zip(self.dates, begun, self._segments(), strict=True):
            values = {leaf.measure: cache.values(leaf, as_of).take(rows) for leaf in self.leaves}
            names = [frame.accounts[row] for row in rows]
            cards = population.score(self.definition, names, segments[rows], values, self.frozen)
            parents = None
            if self.above:
                revenue = dict.fromkeys(names, None)
                if REVENUE in values:
                    paid = values[REVENUE].numbers.tolist()
                    revenue = {
                        account: None if np.isnan(number) else number
                        for account, number in zip(names, paid, strict=True)
                    }
                parents = ParentScoring(self.definition, self.above, revenue)
            parts = [CardResult(as_of, card, bands) for card in cards]
            result = RunResult(as_of, parts, None, parents, bands)
            bands = result.bands if self.definition.hysteresis else bands
            yield result

    def _segments(self) -> Iterator[Rows]:
        """Find for each date the place of every account's segment, -1 for none."""
        count = len(self.accounts)
        if not self.definition.segments:
            yield from (np.full(count, -1, dtype=np.intp) for _ in self.dates)
            return
        # In one query also for a single date, so that one way of choosing segments is tested.
        rows = accounts_on(self.facts, self.dates, self.cache)
        matched = self.cache.fetch(queries.segments(rows, self.definition))
        for found in by_date(matched, self.dates):
            frame = self._frame()
            frame.add(found)
            places = range(len(self.definition.segments))
            matches = [frame.flags(f"segment__{place}") for place in places]
            yield population.first_segment(matches, count)

    def _frame(self) -> Frame:
        return Frame(self.accounts["account_id"].to_pylist())
