"""This file asks an engine for what a set of measures needs on a date: few queries, each a pass over one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir

from keepwell.health.compile import aggregates, covers, known, latest, reading, references
from keepwell.health.compile.aggregates import Test
from keepwell.health.compile.conditions import Day, day, holds
from keepwell.health.compile.covers import Reach
from keepwell.health.compile.reading import Read, Reading
from keepwell.health.spec.feed import Feed
from keepwell.health.spec.measure import Measure
from keepwell.health.spec.scale import OwnTarget, Peers
from keepwell.health.spec.scorecard import Definition
from keepwell.health.spec.table import Table
from keepwell.health.spec.window import Window


@dataclass(frozen=True)
class Facts:
    """The live rows of every table as expressions, their declarations and their feeds; `rolled` is usage by day, if any."""

    tables: Mapping[str, Table]
    rows: Mapping[str, ir.Table]
    feeds: Sequence[Feed]
    rolled: ir.Table | None = None


def population(facts: Facts, as_of: date) -> ir.Table:
    """Ask for every account that has begun, or of which the beginning is not known: `account_id`, `started_on`."""
    accounts = facts.rows["accounts"]
    started = accounts.group_by("account_id").agg(started_on=accounts.started_on.min())
    return started.filter(started.started_on.isnull() | (started.started_on < day(as_of)))


def queries(facts: Facts, measures: Sequence[Measure], as_of: date) -> Iterator[ir.Table]:
    """Ask for the raw aggregates of the measures: each query gives `account_id` and columns `name__raw...`."""
    for name in tables_read(measures):
        reached = covers.reaches(facts.tables[name], facts.feeds, as_of)
        if reached:
            yield from map(_in_double, _of_table(facts, name, measures, reached))
    scales = [measure.scale for measure in measures]
    columns = {f"target__{scale.column}": scale.column for scale in scales if isinstance(scale, OwnTarget)}
    columns |= {f"peers__{scale.column}": scale.column for scale in scales if isinstance(scale, Peers) and scale.column}
    if columns:
        yield _in_double(_attributes(facts.rows["accounts"], columns, as_of))


def _in_double(query: ir.Table) -> ir.Table:
    """Turn decimals into doubles in the engine: Arrow would make 0.09999999999999999 of 0.1, and miss a step at 0.1."""
    decimals = {name: query[name].cast("float64") for name, kind in query.schema().items() if kind.is_decimal()}
    return query.mutate(**decimals) if decimals else query


def segments(facts: Facts, definition: Definition, as_of: date) -> ir.Table:
    """Ask which segments' conditions hold of each account: flags `segment__0`..., from the row that holds on the date."""
    current = reading.before(facts.rows["accounts"], as_of).newest("account_id").rows
    flags = {f"segment__{at}": holds(each.when, current, as_of) for at, each in enumerate(definition.segments)}
    return current.select("account_id", **flags)


def filled(facts: Facts, measures: Sequence[Measure], as_of: date) -> Iterator[tuple[str, ir.Table]]:
    """Ask for each table, in one row, which of the columns that silence hangs on any row has ever filled (null: no rows).

    What a column points to has to be filled there, before the date, as well as the column here.
    """
    for name in dict.fromkeys(measure.table for measure in measures):
        table, reached = facts.tables[name], covers.reaches(facts.tables[name], facts.feeds, as_of)
        needed = {each for m in measures if m.table == name and m.silence_counts for each in m.needs}
        if needed and reached:
            own = {table.own(each) for each in needed}
            rolled = facts.rolled if name == "usage" and own <= aggregates.ROLLED else None
            readable = reading.on_date(facts.rows[name] if rolled is None else rolled, reached, None)
            rows = known.known(readable, table, own).rows
            yield name, rows.agg(**{each: rows[table.own(each)].notnull().any() for each in sorted(needed)})
            for each in sorted(needed):
                if reference := table.reference(each):
                    there = references.filled(reference, each, facts.rows[reference.to.name], as_of)
                    yield name, there.agg(**{each: (there.count() > 0)})


def tables_read(measures: Sequence[Measure]) -> tuple[str, ...]:
    """The tables that the measures and what they are divided by are read from, each once."""
    of = {"seat": "contracts", "active user": "usage"}
    return tuple(dict.fromkeys([m.table for m in measures] + [of[m.per] for m in measures if m.per]))


def _of_table(facts: Facts, name: str, measures: Sequence[Measure], reached: Sequence[Reach]) -> Iterator[ir.Table]:
    firsts = covers.firsts(name, facts.rows[name], reached)
    if firsts is not None:
        yield firsts
    yield from aggregated(facts, name, measures, lambda rows, longest: reading.on_date(rows, reached, longest))


def aggregated(facts: Facts, name: str, measures: Sequence[Measure], read: Read) -> Iterator[ir.Table]:
    """Ask for the raw aggregates over one table, for each date that the reading reads on."""
    own = [measure for measure in measures if measure.table == name]
    dated = [measure for measure in own if not measure.window.is_now]
    windows = {m.window for m in measures if m.per == "active user"} if name == "usage" else set()
    if facts.rolled is not None and name == "usage":
        served = [measure for measure in dated if aggregates.from_rolled(measure, facts.tables[name])]
        if served or windows:
            yield _dated(facts, name, facts.rolled, read, served, windows, aggregates.of_rolled)
        dated, windows = [measure for measure in dated if measure not in served], set()
    if dated or windows:
        yield _dated(facts, name, facts.rows[name], read, dated, windows, aggregates.of_rows)
    now = [measure for measure in own if measure.window.is_now]
    seats = name == "contracts" and any(measure.per == "seat" for measure in measures)
    if now or seats:
        yield _holding(facts, name, read(facts.rows[name], None), now, seats)


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
    days = [measure.window.days for measure in measures] + [window.days for window in windows]
    readable = read(rows, None if None in days else max(d for d in days if d))
    readable = _prepared(facts, name, readable, measures)
    columns: dict[str, ir.Value] = {}
    for measure in measures:
        within = readable.within(measure.window.days)
        columns |= aggregate(measure, readable.rows, within, readable.reads)
    for window in windows:
        within = readable.within(window.days)
        columns[aggregates.users_column(window.days)] = readable.rows.user.nunique(where=within)
    return readable.rows.group_by(readable.by).agg(**columns)


def _holding(facts: Facts, name: str, readable: Reading, measures: Sequence[Measure], seats: bool) -> ir.Table:
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
    if seats:
        columns |= aggregates.seats(readable.rows)
    return readable.rows.group_by(readable.by).agg(**columns)


def _prepared(facts: Facts, name: str, readable: Reading, measures: Sequence[Measure]) -> Reading:
    """Give rows what measures read beside the columns that landed."""
    read, table = {name for measure in measures for name in measure.reads}, facts.tables[name]
    readable = references.joined(known.known(readable, table, read), table, read, facts.rows)
    return latest.marked(readable, measures)


def _attributes(accounts: ir.Table, columns: Mapping[str, str], as_of: date) -> ir.Table:
    """Ask for what accounts say of themselves (targets, groups of peers), from the row that holds on the date."""
    current = reading.before(accounts, as_of).newest("account_id").rows
    return current.select("account_id", **{name: current[column] for name, column in columns.items()})
