"""This file scores by asking an engine for few aggregates: what is the same for every engine that Ibis speaks to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.health.compile import hierarchy, queries
from keepwell.health.compile.backend import Backend, QueryCache
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.hierarchy import Hierarchy
from keepwell.health.compile.history import accounts_on, by_date
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.series import Series
from keepwell.health.compile.values import Values
from keepwell.health.definition import segment
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import REVENUE
from keepwell.health.definition.scorecard import Definition, Leaf, walk
from keepwell.health.definition.segment import Variant
from keepwell.health.engines.parents import Family
from keepwell.health.engines.protocol import Peers
from keepwell.health.engines.results import CardResult, RunResult
from keepwell.health.scoring import peers, scores
from keepwell.health.scoring.peers import Distributions

MOST_VALUES = 15_000_000  # that are held at once, some 40 bytes each: more dates than that are computed in several goes


class IbisEngine:
    """Scores facts by asking the engine that holds them."""

    def __init__(self, facts: Facts, backend: Backend) -> None:
        self.facts, self.plans = facts, QueryCache(backend)

    def score(
        self,
        definition: Definition,
        as_of: date,
        before: Mapping[str, str] | None = None,
        only: Sequence[str] | None = None,
        frozen: Peers | None = None,
    ) -> RunResult:
        """Score accounts on a date, each by the card that is its own; `before` are the bands that they had.

        With `only`, no more than these accounts and those below them are looked at; then those judged among peers need
        `frozen`, the peers of a run of all, for a few accounts are not each other's peers.
        """
        if only is None:
            return next(self._scores(self.facts, definition, [as_of], before, frozen))
        stands = self._hierarchy
        facts = self._narrowed(stands.below(only, as_of) if stands else only)
        return next(self._scores(facts, definition, [as_of], before, frozen)).of(only)

    def scores(
        self, definition: Definition, dates: Sequence[date], before: Mapping[str, str] | None = None
    ) -> Iterator[RunResult]:
        """Score every account on many dates, rising; one result a date, each holding the bands of the one before it."""
        yield from self._scores(self.facts, definition, dates, before, None)

    def _narrowed(self, only: Sequence[str]) -> Facts:
        return self.facts.only(
            self.plans.register(
                pa.table({"account_id": pa.array(sorted(set(only)), pa.string())}), "asked"
            )
        )

    def _scores(
        self,
        facts: Facts,
        definition: Definition,
        dates: Sequence[date],
        before: Mapping[str, str] | None,
        frozen: Peers | None,
    ) -> Iterator[RunResult]:
        bands = before or {}
        people = self.plans.fetch_all(
            ("people", bool(facts.everyone)), lambda: [queries.people(facts)]
        )[0]
        people = people.sort_by("account_id")
        variants = segment.variants(definition)
        leaves = list(
            {leaf.measure: leaf for each in variants for leaf in each.definition.leaves}.values()
        )
        leaves += [Leaf(REVENUE, 0.0)] if self._weighs_revenue(definition) else []
        size = max(1, MOST_VALUES // max(1, len(people) * len(leaves)))
        stands = self._hierarchy
        for some_dates in self._chunks(dates, size):
            standing = self._standing(facts, some_dates[0])
            above = stands.parents(some_dates[0]) if definition.parents and stands else {}
            some = _Together(
                standing, self.plans, definition, leaves, some_dates, people, frozen, above
            )
            for result in some.scored(bands):
                bands = result.bands if definition.band_margin else bands
                yield result

    def _chunks(self, dates: Sequence[date], size: int) -> Iterator[Sequence[date]]:
        """Dates that fit into memory together and on which accounts stand below the same others."""
        stands = self._hierarchy
        for _, same in groupby(dates, key=lambda on: stands.nth(on) if stands else 0):
            together = list(same)
            for begin in range(0, len(together), size):
                yield together[begin : begin + size]

    def _standing(self, facts: Facts, as_of: date) -> Facts:
        """The facts, with who stands below whom on a date where anybody ever did."""
        stands = self._hierarchy
        if stands is None:
            return facts
        return replace(facts, pairs=self.plans.register(hierarchy.table(stands, as_of), "pairs"))

    def _weighs_revenue(self, definition: Definition) -> bool:
        asked = definition.parents
        return asked is not None and asked.by == "revenue" and self._hierarchy is not None

    @property
    def _hierarchy(self) -> Hierarchy | None:
        accounts = self.facts.rows["accounts"]
        return self.plans.memoize(
            "hierarchy", lambda: hierarchy.read(self.plans.fetch(hierarchy.asked(accounts)))
        )


@dataclass(frozen=True)
class _Together:
    """As many dates as fit into memory together."""

    facts: Facts
    plans: QueryCache
    definition: Definition
    leaves: Sequence[Leaf]
    dates: Sequence[date]
    people: pa.Table
    frozen: Peers | None
    above: Mapping[str, str]

    def scored(self, bands: Mapping[str, str]) -> Iterator[RunResult]:
        """Score each date in turn."""
        accounts = Frame(self.people["account_id"].to_pylist())
        accounts.add(self.people)
        started = accounts.dates("started_on")
        begun = [
            np.flatnonzero(~(started >= np.datetime64(on, "D"))) for on in self.dates
        ]  # or it is not known when
        series = Series(self.facts, self.people, self.plans)
        series.need(self.leaves, self.dates, begun)
        for as_of, rows, segments in zip(self.dates, begun, self._segments(), strict=True):
            found = {leaf.measure: series.values(leaf, as_of).of(rows) for leaf in self.leaves}
            names = [accounts.accounts[row] for row in rows]
            result = self._portfolio(found, as_of, names, segments[rows], bands)
            bands = result.bands if self.definition.band_margin else bands
            yield result

    def _segments(self) -> Iterator[npt.NDArray[np.intp]]:
        """For each date the place of every account's segment: the first whose condition holds, -1 where none does."""
        segments, count = self.definition.segments, len(self.people)
        if not segments:
            yield from (np.full(count, -1, dtype=np.intp) for _ in self.dates)
            return
        accounts = accounts_on(self.facts, self.dates, self.plans)
        for found in by_date(
            self.plans.fetch(queries.segments(accounts, self.definition)), self.dates
        ):
            frame = Frame(self.people["account_id"].to_pylist())
            frame.add(found)
            place = np.full(count, -1, dtype=np.intp)
            for at in reversed(range(len(segments))):
                place = np.where(frame.flags(f"segment__{at}"), at, place)
            yield place

    def _portfolio(
        self,
        found: Mapping[Measure, Values],
        as_of: date,
        accounts: Sequence[str],
        segments: npt.NDArray[np.intp],
        bands: Mapping[str, str],
    ) -> RunResult:
        """Score some accounts on a date, each by the card of its segment or its own."""
        among = {
            measure: peers.distributions(each)
            for measure, each in found.items()
            if each.peers is not None
        }
        parts = []
        for theirs, places in _cards(self.definition, accounts, segments):
            measures = theirs.definition.measures
            own = {measure.name: found[measure].of(places) for measure in measures}
            live = {measure.name: among[measure] for measure in measures if measure in among}
            scored = scores.scored(
                theirs.definition, own, live if self.frozen is None else self._among(theirs)
            )
            parts.append(
                CardResult(theirs, as_of, [accounts[place] for place in places], own, scored, bands)
            )
        return RunResult(as_of, parts, None, self._family(found, accounts), bands)

    def _family(self, found: Mapping[Measure, Values], accounts: Sequence[str]) -> Family | None:
        if not self.above:
            return None
        numbers = found[REVENUE].numbers if REVENUE in found else np.full(len(accounts), np.nan)
        revenue = {
            account: None if np.isnan(number) else float(number)
            for account, number in zip(accounts, numbers, strict=True)
        }
        return Family(self.definition, self.above, revenue)

    def _among(self, variant: Variant) -> dict[str, Distributions]:
        """The peers of an earlier run, by measure."""
        by_path = {
            path: (self.frozen or {}).get(path, {}) for path, _ in walk(variant.definition.root)
        }
        return {
            path.rpartition(".")[2]: {group: np.array(numbers) for group, numbers in groups.items()}
            for path, groups in by_path.items()
        }


def _cards(
    definition: Definition, accounts: Sequence[str], segments: npt.NDArray[np.intp]
) -> Iterator[tuple[Variant, npt.NDArray[np.intp]]]:
    """Each card that applies to anybody, and the places of its accounts; exemptions apart."""
    exempt = {each.account_id: each for each in definition.exemptions}
    of = np.array([account in exempt for account in accounts], dtype=np.bool_)
    for at in sorted(set(segments.tolist())):
        own = definition.segments[at] if at >= 0 else None
        if len(rows := np.flatnonzero((segments == at) & ~of)):
            yield segment.variant(definition, own, None), rows
        for row in np.flatnonzero((segments == at) & of):
            yield segment.variant(definition, own, exempt[accounts[int(row)]]), np.array([row])
    if not len(accounts):
        yield segment.variant(definition, None, None), np.array([], dtype=np.intp)
