"""This file queries the rows behind one measure of one account: those that its number is made of, by the same filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from keepwell.health.compile import (
    aggregates,
    as_of_rows,
    denominator,
    feed_coverage,
    operands,
    queries,
    rejected_rows,
    values,
)
from keepwell.health.compile.as_of_rows import AsOfRows
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.conditions import holds
from keepwell.health.compile.feed_coverage import FeedState
from keepwell.health.compile.frame import Frame
from keepwell.health.compile.queries import Facts
from keepwell.health.definition import aggregation, condition
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.table import Table
from keepwell.health.definition.window import Window
from keepwell.health.scoring.rows import RejectedRows, Row, WindowRows


def columns(measure: Measure, table: Table) -> tuple[str, ...]:
    """Name the columns that a measure reads, what it aggregates first, and who did it where the table says so."""
    named = [*aggregation.reads(measure.aggregate), *([measure.each] if measure.each else [])]
    named += condition.columns(measure.where) if measure.where else ()
    named += sorted(measure.reads)
    people = [column.name for column in table.columns if column.person]
    return tuple(dict.fromkeys([*people, *named]))


def read(
    facts: Facts,
    cache: QueryCache,
    measure: Measure,
    account: str,
    as_of: date,
    limit: int,
    among: Sequence[str],
) -> WindowRows:
    """Read the newest rows behind a measure of one account on a date, and what all of them add up to.

    The facts are those of the account and of all below it; rows of accounts that are not `among` those that
    may be seen are counted, and not shown.
    """
    table, facts = facts.tables[measure.table], replace(facts, scope=measure.scope)
    states = feed_coverage.feed_states(table, facts.feeds, as_of)
    named = columns(measure, table)
    until = max((state.reads_on for state in states), default=as_of)
    if not states:
        since = measure.window.first(until)
        return WindowRows(
            since, until, named, (), 0, 0, 0, None, None, None, None, None, None
        )  # fmt: skip
    frame = Frame([account])
    for query in _beside(facts, measure, states, as_of):
        frame.add(cache.fetch(query))
    coverage = feed_coverage.coverage(measure.table, measure.scope, frame, states)
    if coverage.is_covered[0]:
        until = coverage.reads_on[0].item()
    chosen = selected(facts, measure, states, as_of, account)
    chosen = _marked(measure, chosen)
    found = cache.fetch(_listed(measure, chosen.rows, named, among, limit))
    totals = cache.fetch(_totals(measure, table, chosen, among))
    frame.add(totals)
    only = {name: totals[name][0].as_py() for name in totals.column_names}
    numbers, labels = values.numbers_of(measure, frame, coverage)
    raw = f"{measure.name}__raw"
    has_sums = measure.take in ("mean", "ratio")
    divisor = aggregation.divisor(measure.aggregate)
    ends = as_of if measure.expires_in(table) else until
    days = measure.window.longest_days
    return WindowRows(
        since=ends - timedelta(days=days) if days else None,
        until=until,
        columns=named,
        rows=tuple(_row(each, named, divisor) for each in found.to_pylist()),
        count=only["rows__"],
        hidden=only["rows__"] - only["shown__"],
        filled=only["filled__"],
        in_part=only["part__"] if measure.part else None,
        number=_finite(numbers[0]),
        label=None if labels is None else labels[0],
        sums=(float(only[raw] or 0) / divisor, float(only[f"{raw}_of"] or 0)) if has_sums else None,
        divisor=_finite(denominator.denominators(measure, frame)[0]) if measure.per else None,
        newest_on=only["marked_on__"] or only["newest_on__"],
        rejected=_rejected(facts, cache, measure, account, states, among),
    )  # fmt: skip


def selected(
    facts: Facts, measure: Measure, states: Sequence[FeedState], as_of: date, account: str
) -> AsOfRows:
    """Select the rows that a measure of one account is made of: the steps by which its aggregate is queried, each row
    as it is."""
    table, window = facts.tables[measure.table], measure.window
    days = None if window.is_now else window.longest_days
    found = as_of_rows.on_date(facts.rows[measure.table], states, days, as_of)
    if window.is_now:
        found = queries.in_force(table, found)
    found = queries.prepare(facts, measure.table, found, [measure])
    in_window = None if window.is_now else found.in_window(window, measure.expires_in(table))
    kept = aggregates.kept_rows(measure, found.rows, in_window, found.reads_on)
    found = found if kept is None else found.filter(kept)
    return found.filter(found.rows.account_id == account)


def _beside(
    facts: Facts, measure: Measure, states: Sequence[FeedState], as_of: date
) -> Sequence[ir.Table]:
    """Query what is not in the rows themselves: since when they are covered, and what they are divided by."""
    if measure.per:
        return list(queries.on_date(facts, [measure], as_of))
    rows = facts.expand(facts.rows[measure.table])
    first_days = feed_coverage.first_days(measure.table, measure.scope, rows, states)
    return [] if first_days is None else [first_days]


def _marked(measure: Measure, chosen: AsOfRows) -> AsOfRows:
    """Add to each row whether it has a value, passes the condition of a share or a count, and is the one that the number
    is of."""
    rows, reads_on = chosen.rows, chosen.reads_on
    column = operands.value(measure.column or "account_id", rows, reads_on)
    filled = column.notnull()
    if measure.whole:
        filled = filled & rows[measure.whole].notnull()
    found = rows.mutate(
        filled__=filled,
        part__=holds(measure.part, rows, reads_on) if measure.part else ibis.null("boolean"),
        sorted__=column,
    )
    order = _order(measure, found)
    marked: ir.BooleanValue = ibis.literal(False)
    if order is not None:
        rank = ibis.row_number().over(group_by=found.filled__, order_by=order)
        marked = found.filled__ & (rank == 0)
    return replace(chosen, rows=found.mutate(marked__=marked))


def _listed(
    measure: Measure, rows: ir.Table, named: Sequence[str], among: Sequence[str], limit: int
) -> ir.Table:
    """Query the newest rows, each with its cells."""
    is_computed = bool(measure.column) and not isinstance(measure.column, str)
    cells = {f"cell__{nth}": operands.column(name, rows) for nth, name in enumerate(named)}
    return (
        rows.select(
            "filled__",
            "part__",
            "marked__",
            on__=rows.on,
            moment__=aggregates.moment(rows),
            identity__=aggregates.identity(rows),
            account__=operands.column("account_id", rows),
            batch__=rows.batch,
            number__=rows.sorted__ if is_computed else ibis.null("int64"),
            **cells,
        )
        .filter(lambda found: found.account__.isin(list(among)))
        .order_by([ibis.desc(name) for name in ("on__", "moment__", "identity__")])
        .limit(limit)
    )


def _order(measure: Measure, found: ir.Table) -> list[Any] | None:
    """Say in which order the row comes first that the number is of; none where it is of several."""
    newest = [ibis.desc(aggregates.moment(found)), ibis.desc(aggregates.identity(found))]
    match measure.take:
        case "latest":
            return newest
        case "days since":
            return [ibis.desc(found.on), *newest]
        case "min":
            return [found.sorted__, *newest]
        case "max":
            return [ibis.desc(found.sorted__), *newest]
        case _:
            return None


def _totals(measure: Measure, table: Table, chosen: AsOfRows, among: Sequence[str]) -> ir.Table:
    """Query what the rows add up to, by the aggregate of the measure itself, beside how many there are."""
    rows = chosen.rows
    is_seen = operands.column("account_id", rows).isin(list(among))
    return queries.in_double(
        rows.agg(
            **aggregates.from_rows(_unfiltered(measure), table, rows, None, chosen.reads_on),
            rows__=rows.count(),
            shown__=rows.count(where=is_seen),
            filled__=rows.count(where=rows.filled__),
            part__=rows.count(where=rows.part__),
            newest_on__=rows.on.max(),
            marked_on__=rows.on.max(where=rows.marked__),
        )
    )


def _unfiltered(measure: Measure) -> Measure:
    """The measure over rows that have passed its filter already."""
    return replace(measure, where=None, each="")


def _row(found: Mapping[str, Any], named: Sequence[str], divisor: int) -> Row:
    number = found["number__"]
    return Row(
        found["on__"],
        found["account__"],
        found["identity__"],
        tuple(found[f"cell__{nth}"] for nth in range(len(named))),
        None if number is None else float(number) / divisor,
        found["part__"],
        found["batch__"],
        found["marked__"],
    )


def _rejected(
    facts: Facts,
    cache: QueryCache,
    measure: Measure,
    account: str,
    states: Sequence[FeedState],
    among: Sequence[str],
) -> tuple[RejectedRows, ...]:
    """Find the rejected rows that may be of these days: of the account and those below, and of nobody who could be read."""
    if measure.table not in facts.rejected:
        return ()
    asked = rejected_rows.query(facts, measure.table, "reason")
    asked = asked.filter((asked.account_id == account) | asked.account_id.isnull())
    found = cache.fetch(asked.order_by([ibis.desc("last_on"), ibis.desc("batch"), "reason"]))
    rows = rejected_rows.read(found, pa.array([account], pa.string()))
    # As rejected rows are counted: of a feature's rhythm nothing is known of a row that was not read.
    window = Window(measure.window.days, is_now=measure.window.is_now)
    is_within = np.zeros(len(found), bool)
    for state in states:
        is_within |= (rows.feeds == state.name) & rejected_rows.are_within(
            rows, window, state.reads_on
        )
    return tuple(
        RejectedRows(
            each["account_id"], each["feed"], each["first_on"], each["last_on"], each["reason"], each["batch"], each["count"],
        )
        for each, shows in zip(found.to_pylist(), is_within, strict=True)
        if shows and (each["account_id"] is None or account in among)
    )  # fmt: skip


def _finite(number: Any) -> float | None:
    """Give a number; none where there is none, or none that is finite."""
    return float(number) if np.isfinite(number) else None
