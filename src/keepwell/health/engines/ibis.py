"""This file scores by asking an engine for few aggregates: what is the same for every engine that
Ibis has a dialect for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

import numpy as np
import pyarrow as pa

from keepwell.health.compile import customers, hierarchy, queries, rows_behind, seen_words
from keepwell.health.compile.backend import Backend, QueryCache
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.hierarchy import Hierarchy
from keepwell.health.compile.many_dates import accounts_on, by_date
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.value_cache import ValueCache
from keepwell.health.definition import segment, word
from keepwell.health.definition.customer import KINDS
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import REVENUE
from keepwell.health.definition.scorecard import Definition, Leaf
from keepwell.health.definition.word import Word
from keepwell.health.engines.own_parts import OwnParts
from keepwell.health.engines.protocol import Peers, Standing
from keepwell.health.engines.results import CardResult, RunResult
from keepwell.health.scoring import population
from keepwell.health.scoring.arrays import Rows
from keepwell.health.scoring.parents import ParentScoring
from keepwell.health.scoring.rows import WindowRows
from keepwell.health.scoring.values import Values

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
        facts = self._facts_of(only, as_of)
        result = next(self._score_dates(facts, definition, [as_of], before, frozen))
        return result if only is None else result.take(only)

    def with_descendants(self, accounts: Sequence[str], as_of: date) -> Sequence[str]:
        """Add to some accounts all that are below them on a date."""
        tree = self._hierarchy
        return tree.with_descendants(accounts, as_of) if tree else accounts

    def rows_behind(
        self,
        measure: Measure,
        account: str,
        as_of: date,
        read_on: date,
        limit: int,
        among: Sequence[str],
    ) -> WindowRows:
        """Read the rows behind a measure of an account whose score is of `as_of`, in the window before `read_on`; of
        accounts that are not `among` those that may be seen they are only counted."""
        whose = self.with_descendants([account], as_of)
        # Writing the queries costs most: those of other tables are not begun, nor a join with nobody below.
        names = {measure.table, "accounts", *([measure.per.table] if measure.per else [])}
        names |= {each.to.name for name in names for each in self.facts.tables[name].references}
        rows = {name: self.facts.rows[name] for name in names}
        facts = self._of_some(whose, replace(self.facts, rows=rows))
        if len(whose) > 1 and (tree := self._hierarchy):
            facts = self._closed(facts, tree, as_of)
        return rows_behind.read(facts, self.cache, measure, account, read_on, limit, among)

    def _of_some(self, accounts: Sequence[str], facts: Facts | None = None) -> Facts:
        ids = pa.table({"account_id": pa.array(sorted(set(accounts)), pa.string())})
        return (facts or self.facts).only(self.cache.register(ids, "only"), "only")

    def scores(
        self, definition: Definition, dates: Sequence[date], before: Mapping[str, str] | None = None
    ) -> Iterator[RunResult]:
        """Score every account on many dates, rising: a result for each, with the bands of the one
        before it as `before`."""
        yield from self._score_dates(self.facts, definition, dates, before, None)

    def standings(self, as_of: date, only: Sequence[str] | None = None) -> dict[str, Standing]:
        """Say what all accounts that have begun are on a date, or some of them, whoever is scored."""
        facts, wanted = self._facts_of(only, as_of), set(only or ())
        if tree := self._hierarchy:
            facts = self._closed(facts, tree, as_of)
        accounts = self._accounts(facts)
        contracts = customers.contracts(facts, accounts, self.cache)
        kinds = customers.kinds(contracts, facts, as_of, self.cache)
        ended = contracts.last_days(customers.known_until(facts, as_of)).tolist()
        has_begun = ~(contracts.started >= np.datetime64(as_of, "D"))
        return {
            account: Standing(KINDS[kind], last)
            for account, kind, last, begun in zip(
                accounts["account_id"].to_pylist(), kinds, ended, has_begun, strict=True
            )
            if begun and (only is None or account in wanted)
        }

    def unseen_words(
        self, definition: Definition, as_of: date
    ) -> dict[Word, tuple[tuple[str, int], ...]]:
        """Find the words of a definition's conditions that no row has before a date; with each those that
        its column does have, the most frequent first, and how many rows have them."""
        words = {each for *_, each in word.of_card(definition, self.facts.tables)}
        found: dict[Word, tuple[tuple[str, int], ...]] = {}
        for each in sorted(seen_words.unseen(self.facts, words, as_of, self.cache)):
            counts: dict[str, int] = {}
            for query in seen_words.existing(self.facts, each, as_of):
                for row in self.cache.fetch(query).to_pylist():
                    counts.setdefault(row["text"], row["rows"])
            found[each] = tuple(counts.items())
        return found

    def _score_dates(
        self,
        facts: Facts,
        definition: Definition,
        dates: Sequence[date],
        before: Mapping[str, str] | None,
        frozen: Peers | None,
    ) -> Iterator[RunResult]:
        accounts = self._accounts(facts)
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
            closed = facts
            if tree:
                closed = self._closed(facts, tree, chunk[0])
            run = _Chunk(
                closed, self.facts, self.cache, definition, leaves, chunk, accounts, frozen, tree
            )
            for result in run.score(bands):
                bands = result.bands if definition.hysteresis else bands
                yield result

    def _facts_of(self, only: Sequence[str] | None, as_of: date) -> Facts:
        """Give everybody's facts, or those of some accounts and all below them."""
        assert only is not None or not self.facts.everyone, "the facts are those of a few accounts"
        return self.facts if only is None else self._of_some(self.with_descendants(only, as_of))

    def _closed(self, facts: Facts, tree: Hierarchy, as_of: date) -> Facts:
        closure = hierarchy.closure_table(tree, as_of)
        return replace(facts, closure=self.cache.register(closure, "closure"))

    def _accounts(self, facts: Facts) -> pa.Table:
        """Fetch every account, by its id, and when it began."""
        found = self.cache.fetch_all(
            ("accounts", facts.selection), lambda: [queries.accounts(facts)]
        )
        return found[0].sort_by("account_id")

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
    """Some dates that are computed together, on all of which accounts have the same parents.

    `every` are the facts that the engine was made for, of which `facts` may be those of a few.
    """

    facts: Facts
    every: Facts
    cache: QueryCache
    definition: Definition
    leaves: Sequence[Leaf]
    dates: Sequence[date]
    accounts: pa.Table
    frozen: Peers | None
    tree: Hierarchy | None

    def score(self, bands: Mapping[str, str]) -> Iterator[RunResult]:
        """Score each date in turn; with hysteresis each starts from the bands of the one before."""
        frame = self._frame()
        frame.add(self.accounts)
        started = frame.dates("started_on")
        # An account of which nobody knows when it began has begun: comparing with NaT is false.
        contracts = customers.contracts(self.facts, self.accounts, self.cache)
        wanted = self.definition.population
        begun = [
            np.flatnonzero(
                ~(started >= np.datetime64(on, "D"))
                & customers.are_scored(wanted, contracts, self.facts, on, self.cache)
            )
            for on in self.dates
        ]
        cache = ValueCache(self.facts, self.accounts, self.cache)
        cache.prefetch(self.leaves, self.dates, begun)
        own_parts, above = None, {}
        if self.tree and self.definition.parents:
            above = self.tree.parents(self.dates[0])
            by_day = dict(zip(self.dates, begun, strict=True))
            own_parts = OwnParts(self.every, self.cache, self.accounts, self.tree, by_day)
            own_parts.prefetch(self.leaves)
        for as_of, rows, segments in zip(self.dates, begun, self._segments(), strict=True):
            values = {leaf.measure: cache.values(leaf, as_of).take(rows) for leaf in self.leaves}
            names = [frame.accounts[row] for row in rows]
            among = population.distributions(values)
            cards = population.score(
                self.definition, names, segments[rows], values, among, self.frozen
            )
            parts = [CardResult(as_of, card, bands) for card in cards]
            parents, itself = None, []
            if own_parts:
                own_rows, own_values = own_parts.rows[as_of], own_parts.values(self.leaves, as_of)
                heads = [frame.accounts[row] for row in own_rows]
                parents = ParentScoring(
                    self.definition,
                    above,
                    _revenue(names, values),
                    _revenue(heads, own_values),
                    own_parts.covered(as_of),
                )
                if heads:  # ranked among the values that are shown: one an account
                    own_cards = population.score(
                        self.definition, heads, segments[own_rows], own_values, among, self.frozen
                    )
                    itself = [CardResult(as_of, card) for card in own_cards]
            result = RunResult(as_of, parts, None, parents, bands, itself)
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


def _revenue(accounts: Sequence[str], values: Mapping[Measure, Values]) -> dict[str, float | None]:
    """Give what each account pays; none where it is not known, or the card does not ask."""
    if REVENUE not in values:
        return dict.fromkeys(accounts, None)
    paid = values[REVENUE].numbers.tolist()
    return {
        account: None if np.isnan(number) else number
        for account, number in zip(accounts, paid, strict=True)
    }
