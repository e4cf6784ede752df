"""This file asks an engine for what a set of measures needs on a date: few queries, each a pass over one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import (
    aggregates,
    covers,
    denominator,
    hierarchy,
    known,
    latest,
    reading,
    references,
)
from keepwell.health.compile.aggregates import Test
from keepwell.health.compile.conditions import Day, day, holds
from keepwell.health.compile.covers import Reach
from keepwell.health.compile.operands import by_day
from keepwell.health.compile.reading import Read, Reading
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.measure import Measure, Scope
from keepwell.health.definition.scale import OwnTarget, Peers
from keepwell.health.definition.scorecard import Definition
from keepwell.health.definition.table import Table
from keepwell.health.definition.window import Window


@dataclass(frozen=True)
class Facts:
    """The live rows of every table as expressions, their declarations and their feeds; `rolled` is usage by day, if any.

    `pairs` say for whom besides its own account a row counts (`below__`, `above__`), where accounts stand below others.
    """

    tables: Mapping[str, Table]
    rows: Mapping[str, ir.Table]
    feeds: Sequence[Feed]
    rolled: ir.Table | None = None
    everyone: Facts | None = None
    pairs: ir.Table | None = None
    scope: Scope = "subtree"

    def only(self, asked: ir.Table) -> Facts:
        """The facts of the accounts in a table of ids; what is asked of everyone stays at hand."""
        rows = {
            name: each.semi_join(asked, "account_id") if self.tables[name].per_account else each
            for name, each in self.rows.items()
        }
        rolled = None if self.rolled is None else self.rolled.semi_join(asked, "account_id")
        return replace(self, rows=rows, rolled=rolled, everyone=self)

    def of_scope(self, scope: Scope) -> Facts:
        """The facts as measures of a scope read them."""
        return replace(self, scope=scope)

    def gathered(self, rows: ir.Table) -> ir.Table:
        """Rows of a table, each for every account for which it counts."""
        if self.pairs is None or self.scope == "own" or "account_id" not in rows.columns:
            return rows
        return hierarchy.gathered(rows, self.pairs)


def people(facts: Facts) -> ir.Table:
    """Ask for every account, and when it began where that is known: `account_id`, `started_on`."""
    accounts = facts.rows["accounts"]
    return accounts.group_by("account_id").agg(started_on=accounts.started_on.min())


def queries(facts: Facts, measures: Sequence[Measure], as_of: date) -> Iterator[ir.Table]:
    """Ask for the raw aggregates of the measures: each query gives `account_id` and columns `name__raw...`."""
    for scope, own in by_scope(measures):
        for name in tables_read(own):
            reached = covers.reaches(facts.tables[name], facts.feeds, as_of)
            if reached:
                yield from _of_table(facts.of_scope(scope), name, own, reached)
    current = attributes(reading.before(facts.rows["accounts"], as_of), measures)
    if current is not None:
        yield current


def in_double(query: ir.Table) -> ir.Table:
    """Turn decimals into doubles in the engine: Arrow would make 0.09999999999999999 of 0.1, and miss a step at 0.1."""
    decimals = {
        name: query[name].cast("float64")
        for name, kind in query.schema().items()
        if kind.is_decimal()
    }
    return query.mutate(**decimals) if decimals else query


def segments(accounts: Reading, definition: Definition) -> ir.Table:
    """Ask which segments' conditions hold of each account: flags `segment__0`..., from the row that holds on the date."""
    current = accounts.newest("account_id")
    flags = {
        f"segment__{at}": holds(each.when, current.rows, current.reads)
        for at, each in enumerate(definition.segments)
    }
    return current.rows.select(*current.by, **flags)


def attributes(accounts: Reading, measures: Sequence[Measure]) -> ir.Table | None:
    """Ask for what accounts say of themselves (targets, groups of peers), from the row that holds on the date."""
    scales = [measure.scale for measure in measures]
    columns = {
        f"target__{scale.column}": scale.column for scale in scales if isinstance(scale, OwnTarget)
    }
    columns |= {
        f"peers__{scale.column}": scale.column
        for scale in scales
        if isinstance(scale, Peers) and scale.column
    }
    if not columns:
        return None
    current = accounts.newest("account_id")
    return in_double(
        current.rows.select(
            *current.by, **{name: current.rows[own] for name, own in columns.items()}
        )
    )


def filled(
    facts: Facts, measures: Sequence[Measure], as_of: date
) -> Iterator[tuple[str, ir.Table]]:
    """Ask for each table, in one row, which of the columns that silence hangs on any row has ever filled (null: no rows).

    What a column points to has to be filled there, before the date, as well as the column here.
    """
    facts = facts.everyone or facts
    for name in dict.fromkeys(measure.table for measure in measures):
        table, reached = facts.tables[name], covers.reaches(facts.tables[name], facts.feeds, as_of)
        needed = {
            each for m in measures if m.table == name and m.silence_counts for each in m.needs
        }
        if needed and reached:
            own = {table.own(each) for each in needed}
            rolled = facts.rolled if name == "usage" and own <= aggregates.ROLLED else None
            readable = reading.on_date(
                facts.rows[name] if rolled is None else rolled, reached, None
            )
            rows = known.known(readable, table, own).rows
            yield (
                name,
                rows.agg(
                    **{each: rows[table.own(each)].notnull().any() for each in sorted(needed)}
                ),
            )
            for each in sorted(needed):
                if reference := table.reference(each):
                    there = references.filled(reference, each, facts.rows[reference.to.name], as_of)
                    yield name, there.agg(**{each: (there.count() > 0)})


def first_fills(facts: Facts, name: str, columns: set[str]) -> ir.Table:
    """Ask for each feed of a table on which day any row came first (`first`), and any that fills a column (`first__...`)."""
    facts = facts.everyone or facts
    table = facts.tables[name]
    own = {each: table.own(each) for each in columns}
    rolled = facts.rolled if name == "usage" and set(own.values()) <= aggregates.ROLLED else None
    rows = facts.rows[name] if rolled is None else rolled
    happening = {column.name for column in table.columns if column.happens}
    known_on = {
        each: ibis.greatest(rows.on, by_day(rows[own[each]])) if own[each] in happening else rows.on
        for each in columns
    }
    filled = {
        f"first__{each}": known_on[each].min(where=rows[own[each]].notnull())
        for each in sorted(columns)
    }
    return rows.group_by("feed").agg(first=rows.on.min(), **filled)


def first_said(facts: Facts, name: str, columns: set[str]) -> Iterator[ir.Table]:
    """Ask for each name that a column points to on which day a row there filled it first: one row, one column."""
    facts = facts.everyone or facts
    for each in sorted(columns):
        if reference := facts.tables[name].reference(each):
            to = facts.rows[reference.to.name]
            yield to.agg(**{each: to.on.min(where=to[each.partition(".")[2]].notnull())})


def tables_read(measures: Sequence[Measure]) -> tuple[str, ...]:
    """The tables that the measures and what they are divided by are read from, each once."""
    return tuple(
        dict.fromkeys([m.table for m in measures] + [m.per.table for m in measures if m.per])
    )


def by_scope(measures: Sequence[Measure]) -> Iterator[tuple[Scope, list[Measure]]]:
    """The measures of each scope that there are any of."""
    for scope in get_args(Scope):
        if own := [measure for measure in measures if measure.scope == scope]:
            yield scope, own


def _of_table(
    facts: Facts, name: str, measures: Sequence[Measure], reached: Sequence[Reach]
) -> Iterator[ir.Table]:
    firsts = covers.firsts(name, facts.scope, facts.gathered(facts.rows[name]), reached)
    if firsts is not None:
        yield firsts
    users = user_windows(name, measures)

    def read(rows: ir.Table, longest_days: int | None) -> Reading:
        return reading.on_date(rows, reached, longest_days)

    yield from aggregated(facts, name, measures, users, read)
    yield from divided(facts, name, measures, read)


def divided(facts: Facts, name: str, measures: Sequence[Measure], read: Read) -> Iterator[ir.Table]:
    """Ask for what one table says of what measures are divided by, for each date that the reading reads on."""
    yield from map(
        in_double,
        denominator.wholes(facts.tables[name], facts.rows, measures, read, facts.gathered),
    )


def user_windows(name: str, measures: Sequence[Measure]) -> set[Window]:
    """The windows over which active users are counted in a table."""
    divided = [measure for measure in measures if measure.per and measure.per.kind == "active user"]
    return {measure.window for measure in divided} if name == "usage" else set()


def aggregated(
    facts: Facts, name: str, measures: Sequence[Measure], windows: set[Window], read: Read
) -> Iterator[ir.Table]:
    """Ask for the raw aggregates over one table, and for active users, for each date that the reading reads on."""
    own = [measure for measure in measures if measure.table == name]
    dated = [measure for measure in own if not measure.window.is_now]
    if facts.rolled is not None and name == "usage":
        served = [
            measure for measure in dated if aggregates.from_rolled(measure, facts.tables[name])
        ]
        if served or windows:
            yield _dated(facts, name, facts.rolled, read, served, windows, aggregates.of_rolled)
        dated, windows = [measure for measure in dated if measure not in served], set()
    if dated or windows:
        yield _dated(facts, name, facts.rows[name], read, dated, windows, aggregates.of_rows)
    now = [measure for measure in own if measure.window.is_now]
    if now:
        yield _holding(facts, name, read(facts.rows[name], None), now)


def _dated(
    facts: Facts,
    name: str,
    rows: ir.Table,
    read: Read,
    measures: Sequence[Measure],
    windows: set[Window],
    aggregate: Callable[[Measure, ir.Table, Test, Day], dict[str, ir.Value]],
) -> ir.Table:
    """Aggregate over windows, reading no day before the longest of them."""
    days = [measure.window.longest_days for measure in measures] + [
        window.days for window in windows
    ]
    readable = read(rows, None if None in days else max(d for d in days if d))
    readable = _prepared(facts, name, readable, measures)
    columns: dict[str, ir.Value] = {}
    for measure in measures:
        within = readable.inside(measure.window)
        columns |= aggregate(measure, readable.rows, within, readable.reads)
    for window in windows:
        within = readable.within(window.days)
        columns[aggregates.users_column(window.days, facts.scope)] = readable.rows.user.nunique(
            where=within
        )
    return in_double(readable.rows.group_by(readable.by).agg(**columns))


def _holding(facts: Facts, name: str, readable: Reading, measures: Sequence[Measure]) -> ir.Table:
    """Aggregate what holds on the day before the reading date: running terms, and the latest row of each entity."""
    table = facts.tables[name]
    if table.time == "term":
        ends = readable.rows[table.ends_by]
        readable = readable.keep(ends.isnull() | (ends >= day(readable.reads)))
    else:
        readable = readable.newest(table.entity)
    readable = _prepared(facts, name, readable, measures)
    columns: dict[str, ir.Value] = {}
    for measure in measures:
        columns |= aggregates.of_rows(measure, readable.rows, None, readable.reads)
    return in_double(readable.rows.group_by(readable.by).agg(**columns))


def _prepared(facts: Facts, name: str, readable: Reading, measures: Sequence[Measure]) -> Reading:
    """Give rows what measures read beside the columns that landed."""
    read, table = {name for measure in measures for name in measure.reads}, facts.tables[name]
    readable = references.joined(known.known(readable, table, read), table, read, facts.rows)
    return latest.marked(replace(readable, rows=facts.gathered(readable.rows)), measures)
