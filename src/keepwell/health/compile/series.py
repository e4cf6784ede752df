"""This file gives the values of measures on dates: each is asked for once, beside its own past, gaps carried forward."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.health.compile import covers, queries, shifts, values
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.history import History
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.values import Values
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Baseline
from keepwell.health.definition.scorecard import CARRY_STEP_DAYS, Leaf

FEW_DATES = 3  # so many are faster one by one: a pass each over little, and no running sums
Wanted = tuple[Measure, date]


class Series:
    """The values of every account of `people` (`account_id`, `started_on`, in that order), by measure and date."""

    def __init__(self, facts: Facts, people: pa.Table, plans: QueryCache) -> None:
        self.facts, self.people, self.plans = facts, people, plans
        self._plain: dict[Wanted, Values] = {}
        self._with_gaps: set[Wanted] = set()

    def need(
        self, leaves: Sequence[Leaf], dates: Sequence[date], rows: Sequence[npt.NDArray[np.intp]]
    ) -> None:
        """Ask for all that the leaves need on some dates, in few passes; `rows` are the places of each date's accounts."""
        self._ask(
            (measure, on)
            for leaf in leaves
            for as_of in dates
            for measure, on in _beside(leaf.measure, as_of)
        )
        carrying = [leaf for leaf in leaves if leaf.carry_days]
        self._with_gaps |= {
            (leaf.measure, as_of)
            for leaf in carrying
            for as_of, own in zip(dates, rows, strict=True)
            if not self._now(leaf.measure, as_of).is_known[own].all()
        }
        self._ask(
            wanted
            for leaf in carrying
            for as_of in dates
            if (leaf.measure, as_of) in self._with_gaps
            for days in _steps_back(leaf)
            for wanted in _beside(leaf.measure, as_of - timedelta(days=days))
        )

    def values(self, leaf: Leaf, as_of: date) -> Values:
        """The values of a leaf on a date that was needed, gaps filled from the weeks before where it carries."""
        found = self._now(leaf.measure, as_of)
        for days in _steps_back(leaf) if (leaf.measure, as_of) in self._with_gaps else ():
            found = values.carried(
                found, self._now(leaf.measure, as_of - timedelta(days=days)), days
            )
        return found

    def _now(self, measure: Measure, as_of: date) -> Values:
        """A measure beside its own past, where it asks for that."""
        found, *earlier = [self._plain[wanted] for wanted in _beside(measure, as_of)]
        if measure.is_growth:
            return shifts.growth(found, earlier[0])
        return shifts.baseline(found, earlier) if isinstance(measure.scale, Baseline) else found

    def _ask(self, wanted: Iterable[Wanted]) -> None:
        """Ask for what is not known yet: measures that want the same dates together."""
        dates: dict[Measure, set[date]] = defaultdict(set)
        for measure, as_of in wanted:
            if (measure, as_of) not in self._plain:
                dates[measure].add(as_of)
        together: dict[tuple[date, ...], list[Measure]] = defaultdict(list)
        for measure, on in dates.items():
            together[tuple(sorted(on))].append(measure)
        for days, measures in together.items():
            for as_of, frame, empty in self._frames(measures, days):
                self._decide(measures, as_of, frame, empty)

    def _frames(
        self, measures: Sequence[Measure], dates: Sequence[date]
    ) -> Iterator[tuple[date, Frame, set[tuple[str, str]]]]:
        """The raw columns on each date, and the columns of tables that nobody has filled by then."""
        if len(dates) <= FEW_DATES:
            for as_of in dates:
                yield as_of, self._frame(measures, as_of), self._never_filled(measures, as_of)
            return
        history = History(self.facts, measures, dates, self.people, self.plans)
        tables = {measure.table for measure in measures}
        for as_of in dates:
            empty = {
                (table, name) for table in tables for name in history.never_filled(table, as_of)
            }
            yield as_of, history.frame(as_of), empty

    def _frame(self, measures: Sequence[Measure], as_of: date) -> Frame:
        frame = Frame(self.people["account_id"].to_pylist())
        frame.add(self.people)
        key = ("values", bool(self.facts.everyone), tuple(measures), as_of)
        for found in self.plans.fetch_all(
            key, lambda: queries.queries(self.facts, measures, as_of)
        ):
            frame.add(found)
        return frame

    def _never_filled(self, measures: Sequence[Measure], as_of: date) -> set[tuple[str, str]]:
        return self.plans.memoize(
            ("never filled", tuple(measures), as_of),
            lambda: {
                (table, name)
                for table, query in queries.filled(self.facts, measures, as_of)
                for name, is_filled in self.plans.fetch(query).to_pylist()[0].items()
                if is_filled is False
            },
        )

    def _decide(
        self, measures: Sequence[Measure], as_of: date, frame: Frame, empty: set[tuple[str, str]]
    ) -> None:
        for scope, own in queries.by_scope(measures):
            known = {
                name: covers.cover(
                    name,
                    scope,
                    frame,
                    covers.reaches(self.facts.tables[name], self.facts.feeds, as_of),
                )
                for name in queries.tables_read(own)
            }
            for measure in own:
                is_empty = any((measure.table, name) in empty for name in measure.needs)
                self._plain[measure, as_of] = values.values(measure, frame, known, as_of, is_empty)


def _beside(measure: Measure, as_of: date) -> list[Wanted]:
    """A measure on a date, and on the dates of its own past that it stands beside."""
    size = measure.window.days or 1
    days = [0, size] if measure.is_growth else [0]
    if isinstance(measure.scale, Baseline):
        days = [0, *range(size, measure.scale.days + 1, size)]
    return [(measure, as_of - timedelta(days=each)) for each in days]


def _steps_back(leaf: Leaf) -> range:
    return range(CARRY_STEP_DAYS, leaf.carry_days + 1, CARRY_STEP_DAYS)
