"""This file turns facts into values: one row an account, and for each measure its number or category, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import aggregates, covers
from keepwell.health.compile.aggregates import Test
from keepwell.health.compile.conditions import Day, day, days_before
from keepwell.health.compile.covers import Reach
from keepwell.health.spec.feed import Feed
from keepwell.health.spec.measure import Measure
from keepwell.health.spec.scale import OwnTarget
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
    """Every account that has begun, or of which the beginning is not known: `account_id`, `started_on`."""
    accounts = facts.rows["accounts"]
    started = accounts.group_by("account_id").agg(started_on=accounts.started_on.min())
    return started.filter(started.started_on.isnull() | (started.started_on < day(as_of)))


def values(facts: Facts, measures: Sequence[Measure], as_of: date) -> ir.Table:
    """Compute the measures on a date: `account_id`, and for each measure `name__value` (double), `__label`, `__missing`
    (the reason), `__target`, `__stale`, `__age` (days) and `__carried` (days)."""
    people = population(facts, as_of)
    wide = people
    tables = dict.fromkeys([measure.table for measure in measures] + _denominators(measures))
    for name in tables:
        reached = covers.reaches(facts.tables[name], facts.feeds, as_of)
        rows = covers.readable(facts.rows[name], reached) if reached else facts.rows[name].limit(0)
        cover = covers.cover(people, rows, reached)
        wide = _join(wide, cover.rename({f"{name}__{part}": part for part in cover.columns if part != "account_id"}))
        for pass_ in _passes(facts, name, measures, reached):
            wide = _join(wide, pass_)
    wide = _join(wide, _targets(facts, measures, as_of))
    parts = {f"{m.name}__{part}": column for m in measures for part, column in _value(wide, m, as_of).items()}
    return wide.select("account_id", **parts)


def carried(now: ir.Table, earlier: Sequence[tuple[int, ir.Table]], limits: Mapping[str, int]) -> ir.Table:
    """Fill gaps from earlier dates: for each measure of `limits`, the first value going back, up to its age in days.

    `earlier` gives (days back, table of values) in rising order.
    """
    wide = now
    for days, then in earlier:
        wide = _join(
            wide, then.rename({f"before_{days}__{name}": name for name in then.columns if name != "account_id"})
        )
    filled: dict[str, ir.Value] = {}
    for measure, limit in limits.items():
        steps = [(0, "")] + [(days, f"before_{days}__") for days, _ in earlier if days <= limit]
        found = [(days, wide[f"{prefix}{measure}__missing"], prefix) for days, prefix in steps]
        for part in ("value", "label", "missing", "stale", "age"):
            cases = [
                (missing.isnull() & _exists(wide, prefix, measure), _aged(wide, prefix, measure, part, days))
                for days, missing, prefix in found
            ]
            filled[f"{measure}__{part}"] = ibis.cases(*cases, else_=wide[f"{measure}__{part}"])
        days_back = [
            (missing.isnull() & _exists(wide, prefix, measure), ibis.literal(days, "int64"))
            for days, missing, prefix in found
            if days
        ]
        is_now = (found[0][1].isnull(), ibis.null("int64"))
        filled[f"{measure}__carried"] = ibis.cases(is_now, *days_back, else_=ibis.null("int64"))
    return wide.mutate(**filled).select(*now.columns)


def _exists(wide: ir.Table, prefix: str, measure: str) -> ir.BooleanValue:
    """Whether the account was there at all on the earlier date: a row that the join did not find is no value."""
    return wide[f"{prefix}{measure}__value"].notnull() | wide[f"{prefix}{measure}__label"].notnull()


def _aged(wide: ir.Table, prefix: str, measure: str, part: str, days: int) -> ir.Value:
    column = wide[f"{prefix}{measure}__{part}"]
    return column + days if part == "age" and days else column


def _denominators(measures: Sequence[Measure]) -> list[str]:
    names = {"seat": "contracts", "active user": "usage"}
    return [names[measure.per] for measure in measures if measure.per]


def _passes(facts: Facts, name: str, measures: Sequence[Measure], reached: Sequence[Reach]) -> list[ir.Table]:
    """Aggregate a table in as few passes as its windows allow: by day where the roll-up serves, from rows, and of what holds now."""
    table = facts.tables[name]
    own = [measure for measure in measures if measure.table == name]
    seats = name == "contracts" and any(measure.per == "seat" for measure in measures)
    windows = {m.window for m in measures if m.per == "active user"} if name == "usage" else set()
    now = [measure for measure in own if measure.window.is_now]
    dated = [measure for measure in own if not measure.window.is_now]
    rolled = [m for m in dated if facts.rolled is not None and name == "usage" and aggregates.from_rolled(m)]
    raw = [measure for measure in dated if measure not in rolled]
    passes = []
    if facts.rolled is not None and (rolled or windows):
        passes.append(_dated(facts.rolled, rolled, reached, windows, aggregates.of_rolled))
        windows = set()
    if raw or windows:
        passes.append(_dated(facts.rows[name], raw, reached, windows, aggregates.of_rows))
    if now or seats:
        passes.append(_holding(facts.rows[name], table, now, reached, seats))
    return passes


def _dated(
    rows: ir.Table,
    measures: Sequence[Measure],
    reached: Sequence[Reach],
    windows: set[Window],
    aggregate: Callable[..., dict[str, ir.Value]],
) -> ir.Table:
    rows = covers.readable(rows, reached) if reached else rows.limit(0)
    reads = covers.reads_on(rows, reached) if reached else ibis.null("date")
    days = [m.window.days for m in measures] + [w.days for w in windows]
    first = covers.first_needed(reached, None if None in days else max(d for d in days if d))
    rows = rows.filter(rows.on >= day(first)) if first else rows
    columns: dict[str, ir.Value] = {}
    for measure in measures:
        columns |= aggregate(measure, rows, _in_window(rows, measure.window.days, reads), reads)
    for window in windows:
        size = window.days
        columns[aggregates.users_column(size)] = rows.user.nunique(where=_in_window(rows, size, reads))
    return rows.group_by("account_id").agg(**columns)


def _in_window(rows: ir.Table, days: int | None, reads: Day) -> Test:
    return rows.on >= days_before(reads, days) if days else None


def _holding(
    rows: ir.Table, table: Table, measures: Sequence[Measure], reached: Sequence[Reach], seats: bool
) -> ir.Table:
    """Aggregate what holds on the day before the reading date: running terms, and the latest row of each entity."""
    rows = covers.readable(rows, reached) if reached else rows.limit(0)
    reads = covers.reads_on(rows, reached) if reached else ibis.null("date")
    if table.time == "term":
        rows = rows.filter(rows[table.ends_by].isnull() | (rows[table.ends_by] >= reads))
    else:
        newest = ibis.row_number().over(group_by=table.entity, order_by=ibis.desc("on"))
        rows = rows.mutate(newest__=newest).filter(lambda ranked: ranked.newest__ == 0).drop("newest__")
    reads = covers.reads_on(rows, reached) if reached else ibis.null("date")
    columns: dict[str, ir.Value] = {}
    for measure in measures:
        columns |= aggregates.of_rows(measure, rows, None, reads)
    if seats:
        columns |= aggregates.seats(rows)
    return rows.group_by("account_id").agg(**columns)


def _targets(facts: Facts, measures: Sequence[Measure], as_of: date) -> ir.Table:
    """The accounts' own targets, from the row that holds on the date."""
    accounts = facts.rows["accounts"]
    names = sorted({measure.scale.column for measure in measures if isinstance(measure.scale, OwnTarget)})
    rows = accounts.filter(accounts.on < day(as_of))
    newest = ibis.row_number().over(group_by="account_id", order_by=ibis.desc("on"))
    current = rows.mutate(newest__=newest).filter(lambda ranked: ranked.newest__ == 0)
    return current.select("account_id", **{f"target__{name}": current[name].cast("float64") for name in names})


def _value(wide: ir.Table, measure: Measure, as_of: date) -> dict[str, ir.Value]:
    """Decide for one measure between a number, a true zero and a reason for there being none."""
    cover = {part: wide[f"{measure.table}__{part}"] for part in ("start", "reads_on", "is_stale", "age")}
    number, label, last_on = aggregates.finished(wide, measure, cover)
    whole, whole_gap, whole_stale = _whole(wide, measure)
    gap = _gap(measure, cover, wide.started_on)
    empty = ibis.literal("undefined" if measure.take == "share" else "no_rows")
    is_empty = label.isnull() if label is not None else number.isnull()
    reasons: list[tuple[ir.BooleanValue, ir.Value]] = [(gap.notnull(), gap), (is_empty, empty)]
    if whole is not None:
        reasons += [
            (whole_gap, ibis.literal("not_covered")),
            (whole.isnull() | (whole == 0), ibis.literal("undefined")),
        ]
        number = number / whole.nullif(0)
    missing = ibis.cases(*reasons, else_=ibis.null("string"))
    stale = ibis.cases((gap.notnull() | is_empty, cover["is_stale"]), else_=cover["is_stale"] | whole_stale)
    age = cover["age"] if measure.silence_counts else day(as_of).delta(last_on, unit="day") - 1
    target = wide[f"target__{measure.scale.column}"] if isinstance(measure.scale, OwnTarget) else ibis.null("float64")
    spoken = missing.isnull()
    return {
        "value": ibis.ifelse(spoken, number.cast("float64"), ibis.null("float64")),
        "label": ibis.null("string") if label is None else ibis.ifelse(spoken, label, ibis.null("string")),
        "missing": missing,
        "target": target.cast("float64"),
        "stale": stale.fill_null(False),
        "age": ibis.ifelse(spoken, age.cast("int64"), ibis.null("int64")),
        "carried": ibis.null("int64"),
    }


def _gap(measure: Measure, cover: Mapping[str, ir.Value], started_on: ir.DateValue) -> ir.StringValue:
    """Why an account has no value whatever its rows say: not covered, or too young; null where neither holds."""
    start, reads = cover["start"], cover["reads_on"]
    not_covered = start.isnull() | (start >= reads) | (started_on >= reads).fill_null(False)
    latest_start = days_before(reads, measure.least_tenure_days)
    if measure.silence_counts:
        not_covered = not_covered | (start > latest_start)
    cases = [(not_covered.fill_null(True), ibis.literal("not_covered"))]
    if measure.least_tenure_days:
        cases.append(((started_on > latest_start).fill_null(False), ibis.literal("too_young")))
    return ibis.cases(*cases, else_=ibis.null("string"))


def _whole(wide: ir.Table, measure: Measure) -> tuple[ir.Value | None, ir.BooleanValue, ir.BooleanValue]:
    """What a measure is divided by, whether that is not covered, and whether it is stale."""
    if measure.per is None:
        return None, ibis.literal(False), ibis.literal(False)
    table = "contracts" if measure.per == "seat" else "usage"
    start, reads = wide[f"{table}__start"], wide[f"{table}__reads_on"]
    uncovered = (start.isnull() | (start >= reads)).fill_null(True)
    stale = ibis.ifelse(uncovered, False, wide[f"{table}__is_stale"])
    if measure.per == "seat":
        is_site = wide["seats__is_site"].fill_null(False)
        whole = ibis.ifelse(is_site, ibis.null("float64"), wide["seats__units"].cast("float64").fill_null(0.0))
    else:
        whole = wide[aggregates.users_column(measure.window.days)].cast("float64").fill_null(0.0)
    return whole, uncovered, stale


def _join(left: ir.Table, right: ir.Table) -> ir.Table:
    joined = left.left_join(right, "account_id")
    return joined.drop("account_id_right") if "account_id_right" in joined.columns else joined
