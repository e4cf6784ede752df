"""This file queries what a set of measures needs on a date: few queries, each one pass over one
table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import get_args

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import (
    aggregates,
    as_of_rows,
    denominator,
    feed_coverage,
    hierarchy,
    references,
)
from keepwell.health.compile.as_of_rows import AsOfRows, Select, Test
from keepwell.health.compile.conditions import holds
from keepwell.health.compile.feed_coverage import FeedState
from keepwell.health.compile.latest_rows import mark_latest
from keepwell.health.compile.masking import mask_future
from keepwell.health.compile.operands import Day, by_day, day
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.measure import Measure, Scope
from keepwell.health.definition.scale import OwnTarget, Peers
from keepwell.health.definition.scorecard import Definition
from keepwell.health.definition.table import Table
from keepwell.health.definition.window import Window


@dataclass(frozen=True)
class Facts:
    """The current rows of every table as expressions, with their declarations and feeds; `rolled`
    is usage by day, if any.

    `everyone` are the facts of all accounts where these are of a few, and `selection` names which few:
    queries that are kept read the tables of one selection. `closure` says for which
    accounts besides its own a row counts (`descendant__`, `ancestor__`), where there is a
    hierarchy. `rejected` are by table the rows that loads could not use, those of all accounts.
    """

    tables: Mapping[str, Table]
    rows: Mapping[str, ir.Table]
    feeds: Sequence[Feed]
    rolled: ir.Table | None = None
    everyone: Facts | None = None
    closure: ir.Table | None = None
    scope: Scope = "subtree"
    rejected: Mapping[str, ir.Table] = field(default_factory=dict)
    selection: str = ""

    def only(self, accounts: ir.Table, selection: str) -> Facts:
        """Restrict the facts to a table of account ids; what concerns everybody is read from
        `everyone`."""
        rows = {
            name: each.semi_join(accounts, "account_id") if self.tables[name].per_account else each
            for name, each in self.rows.items()
        }
        rolled = None if self.rolled is None else self.rolled.semi_join(accounts, "account_id")
        return replace(
            self, rows=rows, rolled=rolled, everyone=self.everyone or self, selection=selection
        )

    def expand(self, rows: ir.Table) -> ir.Table:
        """Repeat rows for every account for which they count in this scope."""
        if self.closure is None or self.scope == "own" or "account_id" not in rows.columns:
            return rows
        return hierarchy.expand_to_ancestors(rows, self.closure)


def accounts(facts: Facts) -> ir.Table:
    """Query every account, and when it began where that is known: `account_id`, `started_on`."""
    rows = facts.rows["accounts"]
    return rows.group_by("account_id").agg(started_on=rows.started_on.min())


def on_date(facts: Facts, measures: Sequence[Measure], as_of: date) -> Iterator[ir.Table]:
    """Query the raw aggregates of the measures: each query gives `account_id` and columns
    `name__raw...`."""
    for scope, own in by_scope(measures):
        for name in tables_read(own):
            states = feed_coverage.feed_states(facts.tables[name], facts.feeds, as_of)
            if states:  # of what no feed has delivered yet, nothing needs to be asked
                yield from _of_table(replace(facts, scope=scope), name, own, states, as_of)
    current = attributes(as_of_rows.before(facts.rows["accounts"], as_of), measures)
    if current is not None:
        yield current


def _of_table(
    facts: Facts,
    name: str,
    measures: Sequence[Measure],
    states: Sequence[FeedState],
    as_of: date,
) -> Iterator[ir.Table]:
    rows = facts.expand(facts.rows[name])
    first_days = feed_coverage.first_days(name, facts.scope, rows, states)
    if first_days is not None:
        yield first_days

    def select(rows: ir.Table, longest_days: int | None) -> AsOfRows:
        return as_of_rows.on_date(rows, states, longest_days, as_of)

    yield from aggregated(facts, name, measures, user_windows(name, measures), select)
    yield from denominators(facts, name, measures, select)


def in_double(query: ir.Table) -> ir.Table:
    """Turn decimals into doubles in the engine: Arrow would make 0.09999999999999999 of 0.1, and
    miss a step at 0.1."""
    decimals = {
        name: query[name].cast("float64")
        for name, kind in query.schema().items()
        if kind.is_decimal()
    }
    return query.mutate(**decimals) if decimals else query


def segments(rows: AsOfRows, definition: Definition) -> ir.Table:
    """Query which segments' conditions each account passes: flags `segment__0`..., from its newest
    row of accounts."""
    current = rows.latest("account_id")
    flags = {
        f"segment__{place}": holds(each.when, current.rows, current.reads_on)
        for place, each in enumerate(definition.segments)
    }
    return current.rows.select(*current.by, **flags)


def attributes(rows: AsOfRows, measures: Sequence[Measure]) -> ir.Table | None:
    """Query own targets and groups of peers, from each account's newest row of accounts; none where
    none is asked for."""
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
    current = rows.latest("account_id")
    cells = {name: current.rows[column] for name, column in columns.items()}
    return in_double(current.rows.select(*current.by, **cells))


def ever_filled(
    facts: Facts, measures: Sequence[Measure], as_of: date
) -> Iterator[tuple[str, ir.Table]]:
    """Query, in one row a table, which columns any account's row has ever filled before a date
    (null: no rows).

    These are the columns that must be filled before silence means zero; for one read by a reference
    also the column that it points to.
    """
    for name in dict.fromkeys(measure.table for measure in measures):
        table = facts.tables[name]
        states = feed_coverage.feed_states(table, facts.feeds, as_of)
        needed = {
            each
            for measure in measures
            if measure.table == name and measure.has_value_without_rows
            for each in measure.needs
        }
        if not needed or not states:
            continue
        rows = smallest(facts, name, needed)
        selected = as_of_rows.on_date(rows, states, None, as_of)
        own = {table.own(each) for each in needed}
        masked = mask_future(selected, table, own).rows
        columns = {each: masked[table.own(each)].notnull().any() for each in sorted(needed)}
        yield name, masked.agg(**columns)
        for each in sorted(needed):
            if reference := table.reference(each):
                filled = references.rows_with_value(each, facts.rows[reference.to.name], as_of)
                yield name, filled.agg(**{each: (filled.count() > 0)})


def first_fills(facts: Facts, name: str, columns: set[str]) -> ir.Table:
    """Query for each feed of a table the day of its first row (`first`), and of the first that
    fills each column (`first__...`).

    A day on which something happens later than its row's counts from then on only.
    """
    facts = facts.everyone or facts
    table, rows = facts.tables[name], smallest(facts, name, columns)
    happening = {column.name for column in table.columns if column.happens}
    firsts = {}
    for each in sorted(columns):
        own = rows[table.own(each)]
        filled_on = ibis.greatest(rows.on, by_day(own)) if table.own(each) in happening else rows.on
        firsts[f"first__{each}"] = filled_on.min(where=own.notnull())
    return rows.group_by("feed").agg(first=rows.on.min(), **firsts)


def first_fills_of_targets(facts: Facts, name: str, columns: set[str]) -> Iterator[ir.Table]:
    """Query for each column read by a reference the day of the first target row that fills it: one
    row, one column."""
    facts = facts.everyone or facts
    for each in sorted(columns):
        if reference := facts.tables[name].reference(each):
            target = facts.rows[reference.to.name]
            yield target.agg(
                **{each: target.on.min(where=target[each.partition(".")[2]].notnull())}
            )


def smallest(facts: Facts, name: str, columns: set[str]) -> ir.Table:
    """Give the rows of a table, or of its roll-up where that has the columns: fewer rows for the
    same answer."""
    own = {facts.tables[name].own(each) for each in columns}
    if name == "usage" and facts.rolled is not None and own <= aggregates.ROLLUP_COLUMNS:
        return facts.rolled
    return facts.rows[name]


def tables_read(measures: Sequence[Measure]) -> tuple[str, ...]:
    """List the tables that the measures and their denominators are read from, each once."""
    return tuple(
        dict.fromkeys([m.table for m in measures] + [m.per.table for m in measures if m.per])
    )


def by_scope(measures: Sequence[Measure]) -> Iterator[tuple[Scope, list[Measure]]]:
    """Split measures by scope, leaving out a scope without any."""
    for scope in get_args(Scope):
        if own := [measure for measure in measures if measure.scope == scope]:
            yield scope, own


def user_windows(name: str, measures: Sequence[Measure]) -> set[Window]:
    """List the windows over which active users are counted in a table."""
    divided = [measure for measure in measures if measure.per and measure.per.kind == "active user"]
    return {measure.window for measure in divided} if name == "usage" else set()


def denominators(
    facts: Facts, name: str, measures: Sequence[Measure], select: Select
) -> Iterator[ir.Table]:
    """Query the denominators that one table holds, for each date that is selected."""
    table = facts.tables[name]
    for query in denominator.query(table, facts.rows, measures, select, facts.expand):
        yield in_double(query)


def aggregated(
    facts: Facts, name: str, measures: Sequence[Measure], windows: set[Window], select: Select
) -> Iterator[ir.Table]:
    """Query the raw aggregates over one table, and active users, for each date that is selected."""
    own = [measure for measure in measures if measure.table == name]
    windowed = [measure for measure in own if not measure.window.is_now]
    if facts.rolled is not None and name == "usage":
        table = facts.tables[name]
        served = [each for each in windowed if aggregates.is_served_by_rollup(each, table)]
        if served or windows:
            rolled = facts.rolled
            yield _windowed(facts, name, rolled, select, served, windows, aggregates.from_rollup)
        windowed, windows = [measure for measure in windowed if measure not in served], set()
    if windowed or windows:
        rows = facts.rows[name]
        yield _windowed(facts, name, rows, select, windowed, windows, aggregates.from_rows)
    now = [measure for measure in own if measure.window.is_now]
    if now:
        yield _in_force(facts, name, select(facts.rows[name], None), now)


def _windowed(
    facts: Facts,
    name: str,
    rows: ir.Table,
    select: Select,
    measures: Sequence[Measure],
    windows: set[Window],
    aggregate: Callable[[Measure, Table, ir.Table, Test, Day], dict[str, ir.Value]],
) -> ir.Table:
    """Aggregate over windows, reading no day before the longest of them."""
    days = [measure.window.longest_days for measure in measures]
    days += [window.days for window in windows]
    selected = select(rows, None if None in days else max(each for each in days if each))
    selected = prepare(facts, name, selected, measures)
    columns: dict[str, ir.Value] = {}
    table = facts.tables[name]
    for measure in measures:
        in_window = selected.in_window(measure.window, measure.expires_in(table))
        columns |= aggregate(measure, table, selected.rows, in_window, selected.reads_on)
    for window in windows:
        users = selected.rows.user.nunique(where=selected.in_last(window.days))
        columns[aggregates.users_column(window.days, facts.scope)] = users
    return in_double(selected.rows.group_by(selected.by).agg(**columns))


def _in_force(facts: Facts, name: str, selected: AsOfRows, measures: Sequence[Measure]) -> ir.Table:
    """Aggregate what is in force on the day before the date: running terms, and the latest row of
    each entity."""
    selected = prepare(facts, name, in_force(facts.tables[name], selected), measures)
    columns: dict[str, ir.Value] = {}
    for measure in measures:
        own = aggregates.from_rows(
            measure, facts.tables[name], selected.rows, None, selected.reads_on
        )
        columns |= own
    return in_double(selected.rows.group_by(selected.by).agg(**columns))


def in_force(table: Table, selected: AsOfRows) -> AsOfRows:
    """Keep the running terms, or the latest row of each entity."""
    if table.time != "term":
        return selected.latest(table.entity)
    ends = selected.rows[table.ends_by]
    return selected.filter(ends.isnull() | (ends >= day(selected.reads_on)))


def prepare(facts: Facts, name: str, selected: AsOfRows, measures: Sequence[Measure]) -> AsOfRows:
    """Add to rows what measures read besides their own columns, and repeat them for the accounts
    above."""
    read, table = {name for measure in measures for name in measure.reads}, facts.tables[name]
    selected = mask_future(selected, table, read)
    selected = references.join_references(selected, table, read, facts.rows)
    # The latest row of each is found last: among the rows of everybody below an account, not of
    # each by itself.
    return mark_latest(replace(selected, rows=facts.expand(selected.rows)), table, measures)
