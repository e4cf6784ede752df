"""This file says how many of the rows that a measure reads were rejected, for every account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.health.compile import as_of_rows, feed_coverage, queries
from keepwell.health.compile.feed_coverage import FeedState
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.queries import Facts
from keepwell.health.definition.measure import Measure, Scope
from keepwell.health.definition.scale import Linear
from keepwell.health.definition.window import Window
from keepwell.health.scoring import lacking
from keepwell.health.scoring.arrays import Dates, Flags, Numbers, Words
from keepwell.health.scoring.arrays import Rows as Places
from keepwell.health.scoring.lacking import Lacking

Integers: TypeAlias = npt.NDArray[np.int64]
COLUMNS = ("account_id", "feed", "first_on", "last_on", "ends_on", "batch")


@dataclass(frozen=True)
class Rows:
    """Rejected rows that are alike, as columns: `count` of them, of one account (`places`: its place
    in a frame, -1: it could not be read), feed and import, on any day from `first` (NaT: ever) to
    `last`; what runs ends on `ends` (NaT: open)."""

    places: Places
    feeds: Words
    first: Dates
    last: Dates
    ends: Dates
    imports: Integers
    count: Integers


def counted(measure: Measure, facts: Facts) -> list[Measure]:
    """List what counts the rows that a measure reads, before its filter: those of its own table over
    its window, and those of what it is divided by; of tables without rejected rows nothing."""
    # A window by the rhythm of features depends on the row; of a rejected one nobody knows it.
    windows = {measure.table: Window(measure.window.days, is_now=measure.window.is_now)}
    found = [_count(measure.table, measure.scope, windows[measure.table])]
    if measure.per and measure.per.kind == "active user":
        found.append(_count(measure.per.table, measure.scope, Window(measure.window.days)))
    elif measure.per:
        found.append(_count(measure.per.table, measure.scope, Window(is_now=True)))
    return [
        each
        for each in dict.fromkeys(found)
        if each.table in facts.rejected and facts.tables[each.table].per_account
    ]


def _count(table: str, scope: Scope, window: Window) -> Measure:
    over = "now" if window.is_now else str(window.days or "all")
    name = f"{table}__rows__{scope}__{over}"
    return Measure(name, table, "count", Linear(0, 1), window, scope=scope)


def query(facts: Facts, table: str, *also: str) -> ir.Table:
    """Query how many rows of each account were rejected, and of no account that could be read; of
    accounts that are unknown nothing. `also` are more columns to tell them apart by."""
    columns = (*COLUMNS, *also)
    rejected = facts.rejected[table]
    known = rejected.semi_join(facts.rows["accounts"], "account_id")
    of_none = rejected.filter(rejected.account_id.isnull())
    rows = facts.expand(known).select(*columns).union(of_none.select(*columns))
    return rows.group_by(*columns).agg(count=rows.count())


def read(found: pa.Table, accounts: pa.Array) -> Rows:
    """Turn what `query` gave into columns, for accounts in the order of a frame."""
    named = found["account_id"].combine_chunks()
    places = pc.fill_null(pc.index_in(named, value_set=accounts), -1)
    is_asked = np.asarray(pc.or_(pc.is_null(named), pc.greater_equal(places, 0)))
    first, last, ends = (
        found[name].to_numpy().astype("datetime64[D]")
        for name in ("first_on", "last_on", "ends_on")
    )
    return Rows(
        np.asarray(places, dtype=np.intp)[is_asked],
        np.asarray(found["feed"].to_pylist(), dtype=object)[is_asked],
        first[is_asked],
        last[is_asked],
        ends[is_asked],
        np.asarray(found["batch"], dtype=np.int64)[is_asked],
        np.asarray(found["count"], dtype=np.int64)[is_asked],
    )


def rows_by_feed(
    facts: Facts, count: Measure, states: Sequence[FeedState], as_of: date
) -> ir.Table:
    """Query how many rows each feed has of all accounts where a count of rows looks: `feed`, `rows`."""
    facts = facts.everyone or facts
    selected = as_of_rows.on_date(facts.rows[count.table], states, count.window.days, as_of)
    if count.window.is_now:
        selected = queries.in_force(facts.tables[count.table], selected)
    elif (in_window := selected.in_window(count.window)) is not None:
        selected = selected.filter(in_window)
    return selected.rows.group_by("feed").agg(rows=selected.rows.count())


def rejected(
    count: Measure,
    rows: Rows,
    frame: Frame,
    states: Sequence[FeedState],
    of_feeds: Callable[[], Mapping[str, int]],
) -> Lacking:
    """Say of every account how many of its rows were rejected where a count of rows looks: its own
    or, where they are the larger share, those of its feeds whose account could not be read.

    The frame has the count of the rows that were accepted; `of_feeds` asks for that of each feed.
    """
    within = np.zeros(len(rows.count), bool)
    for state in states:
        within |= (rows.feeds == state.name) & are_within(rows, count.window, state.reads_on)
    own = _of_accounts(rows, within & (rows.places >= 0), frame, count)
    if not (within & (rows.places < 0)).any():
        return own
    shared = _of_feeds(rows, within & (rows.places < 0), frame, count, states, of_feeds())
    return own.or_larger(shared)


def are_within(rows: Rows, window: Window, reads_on: date) -> Flags:
    """Say which rows may be inside a window, or in force, on a date up to which their feed is
    read."""
    until = np.datetime64(reads_on, "D")
    has_begun = np.isnat(rows.first) | (rows.first < until)
    if window.is_now:
        return has_begun & (np.isnat(rows.ends) | (rows.ends >= until))
    if not window.days:
        return has_begun
    return has_begun & (rows.last >= until - np.timedelta64(window.days, "D"))


def _of_accounts(rows: Rows, which: Flags, frame: Frame, count: Measure) -> Lacking:
    size = len(frame)
    found: Numbers = np.zeros(size)
    np.add.at(found, rows.places[which], rows.count[which])
    accepted = np.nan_to_num(frame.numbers(f"{count.name}__raw"))
    imports: Words = np.full(size, None, dtype=object)
    order = np.lexsort((rows.imports[which], rows.places[which]))
    places, numbers = rows.places[which][order], rows.imports[which][order]
    first, latest = (np.searchsorted(places, np.arange(size), side) for side in ("left", "right"))
    # Most accounts lack rows of one import alone: a list for each would take longer than the query.
    texts = {number: str(number) for number in np.unique(numbers).tolist()}
    for place in np.flatnonzero(found).tolist():
        begin, end = first[place], latest[place]
        one = numbers[begin] == numbers[end - 1]
        imports[place] = (
            texts[int(numbers[begin])] if one else _listed(np.unique(numbers[begin:end]))
        )
    return lacking.some(found, found + accepted, imports)


def _of_feeds(
    rows: Rows,
    which: Flags,
    frame: Frame,
    count: Measure,
    states: Sequence[FeedState],
    accepted: Mapping[str, int],
) -> Lacking:
    """Say of every account how many rows of the feeds that cover it could not be told by account."""
    found, of = np.zeros(len(frame)), np.zeros(len(frame))
    covers = np.zeros((len(states), len(frame)), bool)
    for nth, state in enumerate(states):
        covers[nth] = ~np.isnat(feed_coverage.covered_since(count.table, count.scope, frame, state))
        lost = rows.count[which & (rows.feeds == state.name)].sum()
        found = found + np.where(covers[nth], lost, 0)
        of = of + np.where(covers[nth], lost + accepted.get(state.name, 0), 0)
    imports: Words = np.full(len(frame), None, dtype=object)
    # Accounts of the same feeds have the same imports.
    for together in np.unique(covers, axis=1).T:
        names = [state.name for state, is_one in zip(states, together, strict=True) if is_one]
        whose = (covers == together[:, None]).all(axis=0)
        imports[whose] = _listed(np.unique(rows.imports[which & np.isin(rows.feeds, names)]))
    return lacking.some(found, of, imports)


def _listed(imports: Integers) -> str:
    return ", ".join(str(each) for each in imports)
