"""This file scores by asking an engine for few aggregates: what is the same for every engine that Ibis speaks to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.health.compile import peers, queries, scorecards
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.history import Fetch, Lend, accounts_on, by_date
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.series import Series
from keepwell.health.engines.tabular import Portfolio, Tabular
from keepwell.health.spec import segment
from keepwell.health.spec.scorecard import Definition, Leaf
from keepwell.health.spec.segment import Variant

MOST_VALUES = 15_000_000  # that are held at once, some 40 bytes each: more dates than that are computed in several goes


class Asking:
    """Scores the facts of an engine that runs expressions (`fetch`) and takes small tables in (`lend`)."""

    def __init__(self, facts: Facts, fetch: Fetch, lend: Lend) -> None:
        self.facts, self.fetch, self.lend = facts, fetch, lend

    def score(self, definition: Definition, as_of: date, before: Mapping[str, str] | None = None) -> Portfolio:
        """Score every account on a date, each by the card that is its own; `before` are the bands that they had."""
        return next(self.scores(definition, [as_of], before))

    def scores(
        self, definition: Definition, dates: Sequence[date], before: Mapping[str, str] | None = None
    ) -> Iterator[Portfolio]:
        """Score every account on many dates, rising; one result a date, each holding the bands of the one before it."""
        bands = before or {}
        people = self.fetch(queries.people(self.facts)).sort_by("account_id")
        variants = segment.variants(definition)
        leaves = list({leaf.measure: leaf for each in variants for leaf in each.definition.leaves}.values())
        size = max(1, MOST_VALUES // max(1, len(people) * len(leaves)))
        for begin in range(0, len(dates), size):
            for result in self._together(definition, leaves, dates[begin : begin + size], people, bands):
                bands = result.bands if definition.band_margin else bands
                yield result

    def _together(
        self,
        definition: Definition,
        leaves: Sequence[Leaf],
        dates: Sequence[date],
        people: pa.Table,
        bands: Mapping[str, str],
    ) -> Iterator[Portfolio]:
        """Score as many dates as fit into memory together."""
        accounts = Frame(people["account_id"].to_pylist())
        accounts.add(people)
        started = accounts.dates("started_on")
        begun = [np.flatnonzero(~(started >= np.datetime64(as_of, "D"))) for as_of in dates]  # or it is not known when
        series = Series(self.facts, people, self.fetch, self.lend)
        series.need(leaves, dates, begun)
        segments = self._segments(definition, dates, people)
        for as_of, rows, nth in zip(dates, begun, segments, strict=True):
            result = _portfolio(definition, leaves, series, as_of, accounts.accounts, rows, nth, bands)
            bands = result.bands if definition.band_margin else bands
            yield result

    def _segments(
        self, definition: Definition, dates: Sequence[date], people: pa.Table
    ) -> Iterator[npt.NDArray[np.intp]]:
        """For each date the place of every account's segment: the first whose condition holds, -1 where none does."""
        if definition.segments:
            found = by_date(self.fetch(queries.segments(accounts_on(self.facts, dates, self.lend), definition)), dates)
        for nth in range(len(dates)):
            place = np.full(len(people), -1, dtype=np.intp)
            if definition.segments:
                frame = Frame(people["account_id"].to_pylist())
                frame.add(found[nth])
                for at in reversed(range(len(definition.segments))):
                    place = np.where(frame.flags(f"segment__{at}"), at, place)
            yield place


def _portfolio(
    definition: Definition,
    leaves: Sequence[Leaf],
    series: Series,
    as_of: date,
    accounts: Sequence[str],
    rows: npt.NDArray[np.intp],
    segments: npt.NDArray[np.intp],
    bands: Mapping[str, str],
) -> Portfolio:
    """Score the accounts in some places on a date, each by the card of its segment or its own."""
    found = {leaf.measure: series.values(leaf, as_of).of(rows) for leaf in leaves}
    among = {measure: peers.distributions(each) for measure, each in found.items() if each.peers is not None}
    names = [accounts[row] for row in rows]
    parts = []
    for theirs, places in _cards(definition, names, segments[rows]):
        measures = theirs.definition.measures
        own = {measure.name: found[measure].of(places) for measure in measures}
        frozen = {measure.name: among[measure] for measure in measures if measure in among}
        scored = scorecards.scored(theirs.definition, own, frozen)
        parts.append(Tabular(theirs, as_of, [names[place] for place in places], own, scored, bands))
    return Portfolio(as_of, parts)


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
