"""This file tells which of the words that filters name no row has: by a date, or on many dates by the first
day that has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import as_of_rows, feed_coverage, queries
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.operands import day
from keepwell.health.compile.queries import Facts
from keepwell.health.definition import word
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table
from keepwell.health.definition.word import Word

# Words, each with a column of one table in which it can stand.
Places: TypeAlias = Sequence[tuple[Word, str]]
MOST_WORDS = 1_000  # of one column, the most frequent: ids of users and free text have millions


def of_measures(measures: Sequence[Measure], tables: Mapping[str, Table]) -> set[Word]:
    """List the words of the filters of some measures."""
    return {each for one in measures for _, each in word.compared(one, tables[one.table])}


def unseen(facts: Facts, words: Collection[Word], as_of: date, cache: QueryCache) -> set[Word]:
    """Find the words that no row of any account has before a date."""
    left = set(words)
    # What a few accounts have somebody has: mostly the rows of all others need not be read.
    for read in (facts, facts.everyone) if facts.everyone else (facts,):
        for places, query in _ever_seen(read, sorted(left), as_of):
            (row,) = cache.fetch(query).to_pylist()
            left -= {each for nth, (each, _) in enumerate(places) if row[_column(nth)]}
    return left


class FirstSeen:
    """The first day of each word, by feed; queried once for all dates, when it is built."""

    def __init__(self, facts: Facts, words: Collection[Word], cache: QueryCache) -> None:
        self.facts, self.words = facts.everyone or facts, sorted(words)
        self._own = [
            (name, places, cache.fetch(self._firsts(name, places, ["feed"])).to_pylist())
            for name, places in _own(self.facts, self.words).items()
        ]
        self._listed = [
            (places, cache.fetch(self._firsts(name, places, [])).to_pylist())
            for name, places in _listed(self.facts, self.words).items()
        ]

    def unseen(self, as_of: date) -> set[Word]:
        """Find the words that no row of any account has before a date."""
        left = set(self.words)
        for name, places, rows in self._own:
            states = feed_coverage.feed_states(self.facts.tables[name], self.facts.feeds, as_of)
            reads_on = {state.name: state.reads_on for state in states}
            for row in rows:
                left -= _before(row, places, reads_on.get(row["feed"], date.min))
        for places, rows in self._listed:
            for row in rows:
                left -= _before(row, places, as_of)
        return left

    def _firsts(self, name: str, places: Places, by: list[str]) -> ir.Table:
        rows = _smallest(self.facts, name, places) if by else self.facts.rows[name]
        columns = {
            _column(nth): rows.on.min(where=rows[column] == each.text)
            for nth, (each, column) in enumerate(places)
        }
        return rows.agg(by=by, **columns)


def existing(facts: Facts, each: Word, as_of: date) -> Iterator[ir.Table]:
    """Query the words that the column of a word has before a date (`text`, `rows`), the most frequent
    first; then those that are listed where it points to, without rows."""
    table = facts.tables[each.table]
    for name, places in _own(facts, [each]).items():
        if states := feed_coverage.feed_states(table, facts.feeds, as_of):
            rows = as_of_rows.on_date(facts.rows[name], states, None, as_of).rows
            yield _frequent(rows, places[0][1])
    for name, places in _listed(facts, [each]).items():
        rows = facts.rows[name]
        for _, column in places:
            found = _frequent(rows.filter(rows.on < day(as_of)), column)
            is_attribute = table.reference(each.column) is not None
            yield found if is_attribute else found.mutate(rows=ibis.literal(0))


def _frequent(rows: ir.Table, column: str) -> ir.Table:
    rows = rows.filter(rows[column].notnull())
    counted = rows.group_by(text=rows[column]).agg(rows=rows.count())
    return counted.order_by(ibis.desc("rows"), "text").limit(MOST_WORDS)


def _ever_seen(
    facts: Facts, words: Sequence[Word], as_of: date
) -> Iterator[tuple[Places, ir.Table]]:
    """Query, in one row a table, whether any row before a date has each word (null: there are no
    rows)."""
    for name, places in _own(facts, words).items():
        if states := feed_coverage.feed_states(facts.tables[name], facts.feeds, as_of):
            rows = as_of_rows.on_date(_smallest(facts, name, places), states, None, as_of).rows
            yield places, _any(rows, places)
    for name, places in _listed(facts, words).items():
        rows = facts.rows[name]
        yield places, _any(rows.filter(rows.on < day(as_of)), places)


def _any(rows: ir.Table, places: Places) -> ir.Table:
    columns = {
        _column(nth): (rows[column] == each.text).any() for nth, (each, column) in enumerate(places)
    }
    return rows.agg(**columns)


def _own(facts: Facts, words: Sequence[Word]) -> dict[str, list[tuple[Word, str]]]:
    """List by table the words that stand in its own columns."""
    found: dict[str, list[tuple[Word, str]]] = defaultdict(list)
    for each in words:
        if not facts.tables[each.table].reference(each.column):
            found[each.table].append((each, each.column))
    return found


def _listed(facts: Facts, words: Sequence[Word]) -> dict[str, list[tuple[Word, str]]]:
    """List by table the words that stand in what others point to: an attribute that is read there, or the
    name of what is listed. A feature that nobody uses is a feature."""
    found: dict[str, list[tuple[Word, str]]] = defaultdict(list)
    for each in words:
        table = facts.tables[each.table]
        if reference := table.reference(each.column):
            found[reference.to.name].append((each, each.column.partition(".")[2]))
        for pointing in table.references:
            if pointing.by == each.column:
                found[pointing.to.name].append((each, pointing.key))
    return found


def _smallest(facts: Facts, name: str, places: Places) -> ir.Table:
    return queries.smallest(facts, name, {column for _, column in places})


def _before(row: Mapping[str, date | None], places: Places, limit: date) -> set[Word]:
    """Pick the words of which a row of first days has one before a limit."""
    firsts = ((each, row[_column(nth)]) for nth, (each, _) in enumerate(places))
    return {each for each, first in firsts if first is not None and first < limit}


def _column(nth: int) -> str:
    return f"word__{nth}"
