"""This file computes windows on many dates in one pass over the rows: what enters and what leaves
them, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.health.compile import aggregates, operands
from keepwell.health.compile.as_of_rows import Test
from keepwell.health.compile.conditions import holds
from keepwell.health.compile.operands import Day, day
from keepwell.health.definition.aggregation import Aggregation
from keepwell.health.definition.condition import Condition, is_relative
from keepwell.health.definition.measure import Measure, Scope
from keepwell.health.definition.table import Table
from keepwell.health.definition.window import Window

ADDED: frozenset[Aggregation] = frozenset(
    {"count", "sum", "mean", "share", "active days", "days since"}
)
MICRO = 10**6  # decimals have six places: in millionths they are whole
EXACT = 2**53  # up to here a double holds every integer
NEVER = np.iinfo(np.int64).min  # read as a day it is NaT
Aggregate = Callable[[Measure, Table, ir.Table, Test, Day], dict[str, ir.Value]]
Integers = npt.NDArray[Any]  # of int64, or of Python's own where those do not reach


@dataclass(frozen=True)
class Distinct:
    """A count of distinct cells over windows: the column, which rows count, and by window the name
    of the result."""

    column: str
    where: Condition | None
    names: Mapping[str, int | None]


def is_summable(measure: Measure, table: Table) -> bool:
    """Say whether running sums over days give a measure: what a row says must not depend on the
    date that reads it."""
    columns = [table.column(name) for name in measure.reads]
    return (
        measure.take in ADDED | {"distinct"}
        and not measure.window.is_now
        and isinstance(measure.column, str)
        and not measure.each
        and not any(column is not None and column.happens for column in columns)
        and not any(table.reference(name) for name in measure.reads)
        and not any(is_relative(each) for each in (measure.where, measure.part) if each)
    )


def daily(
    table: Table, rows: ir.Table, measures: Sequence[Measure], aggregate: Aggregate
) -> ir.Table | None:
    """Query what each day of an account adds to the measures that add up, in the columns of one
    date."""
    added = [measure for measure in measures if measure.take in ADDED]
    columns: dict[str, ir.Value] = {}
    for measure in added:
        columns |= aggregate(measure, table, rows, None, date.max)
    return rows.group_by("account_id", "on").agg(**columns) if columns else None


def distincts(measures: Sequence[Measure], users: set[Window], scope: Scope) -> list[Distinct]:
    """Group the measures that count the same cells of the same rows; `users` are windows of active
    users."""
    found: dict[tuple[str, Condition | None], dict[str, int | None]] = {}
    for measure in measures:
        if measure.take == "distinct" and isinstance(measure.column, str):
            found.setdefault((measure.column, measure.where), {})[f"{measure.name}__raw"] = (
                measure.window.days
            )
    for window in users:
        found.setdefault(("user", None), {})[aggregates.users_column(window.days, scope)] = (
            window.days
        )
    return [Distinct(column, where, names) for (column, where), names in found.items()]


def gaps(rows: ir.Table, distinct: Distinct) -> ir.Table:
    """Query for each day of an account how many cells enter a window that did not hold them, and
    how many leave after it."""
    cell = operands.column(distinct.column, rows)
    kept = cell.notnull()
    if distinct.where is not None:
        kept = kept & holds(distinct.where, rows, date.max)
    seen = rows.filter(kept).select("account_id", "on", cell__=cell).distinct()
    order = ibis.window(group_by=("account_id", "cell__"), order_by="on")
    seen = seen.mutate(
        days_since__=seen.on.delta(seen.on.lag().over(order), unit="day"),
        days_until__=seen.on.lead().over(order).delta(seen.on, unit="day"),
    )
    columns: dict[str, ir.Value] = {}
    for days in set(distinct.names.values()):
        is_first, is_last = seen.days_since__.isnull(), seen.days_until__.isnull()
        enters = is_first | (seen.days_since__ > days) if days else is_first
        columns[f"entered__{days}"] = seen.count(where=enters)
        if days:
            columns[f"left__{days}"] = seen.count(where=is_last | (seen.days_until__ > days))
    return seen.group_by("account_id", "on").agg(**columns)


def longest(windows: Iterable[int | None]) -> int | None:
    """Find the longest of some windows in days; none where one of them has no beginning."""
    days = list(windows)
    return None if None in days else max((each for each in days if each), default=None)


def select(rows: ir.Table, reads_on: Sequence[date], longest_days: int | None) -> ir.Table:
    """Select the rows that some date reads, for windows of at most so many days."""
    rows = rows.filter(rows.on < day(max(reads_on)))
    if not longest_days:
        return rows
    return rows.filter(rows.on >= day(min(reads_on) - timedelta(days=longest_days)))


class Sums:
    """Running sums over dates, for the accounts in the order of `accounts`.

    `reads_on` are the dates up to which rows are read. They do not always rise: a feed that falls
    behind is read up to its watermark, which may lie before the date that an earlier score read.

    A count over a window rises on the day of a row and falls when the window has passed it. A count
    of distinct users rises when one comes whom the window no longer held, and falls when the last
    day of a run of theirs has left it (the gaps between a user's days say which: "gaps and
    islands"). So the engine gives what happened on each day, once for all dates, and running sums
    over the days give every date.
    """

    # All numbers stay integers until the last step, as the sums of one date are decimals: both ways
    # give the same bits, which a replay of one date out of a backfill of many compares.

    def __init__(self, reads_on: Sequence[date], accounts: pa.Array) -> None:
        days = np.array(reads_on, "datetime64[D]")
        self.reads_on, self._order = np.unique(days, return_inverse=True)
        self.accounts = accounts

    def of_measures(
        self, found: pa.Table, measures: Sequence[Measure]
    ) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Turn what `daily` gave into the columns of every date: name, and an array of dates by
        accounts."""
        whose, on = self._places(found)
        for measure in measures:
            if measure.take not in ADDED:
                continue
            raw, days = f"{measure.name}__raw", measure.window.days
            if measure.take == "days since":
                yield raw, self._latest(whose, found[raw])
                continue
            for name in (raw, f"{raw}_of", f"{raw}_kept", f"{raw}_empty"):
                if name in found.column_names:
                    yield name, self._sum(whose, on, found[name], days)
            if f"{raw}_on" in found.column_names:
                yield f"{raw}_on", self._latest(whose, found[f"{raw}_on"])

    def of_distinct(
        self, found: pa.Table, distinct: Distinct
    ) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Turn what `gaps` gave into the columns of every date."""
        whose, on = self._places(found)
        for name, days in distinct.names.items():
            changes = self._empty(np.dtype(np.int64))
            self._add(changes, whose, on, _integers(found[f"entered__{days}"]))
            if days:
                left = _integers(found[f"left__{days}"])
                self._add(changes, whose, on + np.timedelta64(days, "D"), -left)
            yield name, self._running(changes)

    def _places(self, found: pa.Table) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.datetime64]]:
        """Find the place of each row's account, and its day; one past the last for an account that
        is not asked for."""
        places = pc.fill_null(
            pc.index_in(found["account_id"], value_set=self.accounts), len(self.accounts)
        )
        return places.to_numpy().astype(np.intp), found["on"].to_numpy().astype("datetime64[D]")

    def _empty(self, kind: np.dtype[Any]) -> Integers:
        """Make a grid of dates by accounts, with one row and one column more: what no date reads,
        and what is of no account that is asked for, is added there and cut off."""
        return np.zeros((len(self.reads_on) + 1, len(self.accounts) + 1), kind)

    def _add(
        self, changes: Integers, whose: npt.NDArray[np.intp], on: Any, amounts: Integers
    ) -> None:
        """Add amounts at the first date that reads beyond their day."""
        np.add.at(changes, (np.searchsorted(self.reads_on, on, side="right"), whose), amounts)

    def _sum(
        self, whose: npt.NDArray[np.intp], on: Any, column: pa.ChunkedArray, days: int | None
    ) -> Any:
        amounts = _integers(column)
        changes = self._empty(amounts.dtype)
        self._add(changes, whose, on, amounts)
        if days:
            self._add(changes, whose, on + np.timedelta64(days, "D"), -amounts)
        total = self._running(changes)
        return _in_double(total) if _has_decimals(column) else total

    def _latest(
        self, whose: npt.NDArray[np.intp], column: pa.ChunkedArray
    ) -> npt.NDArray[np.datetime64]:
        """Find for every date the latest day so far of those in a column."""
        days = column.to_numpy().astype("datetime64[D]")
        known = ~np.isnat(days)
        latest = self._empty(np.dtype(np.int64))
        latest[:] = NEVER
        first = np.searchsorted(self.reads_on, days[known], side="right")
        np.maximum.at(latest, (first, whose[known]), days[known].astype(np.int64))
        running = np.maximum.accumulate(latest, axis=0)[:-1, :-1]
        return running.astype("datetime64[D]")[self._order]

    def _running(self, changes: Integers) -> Integers:
        return np.cumsum(changes, axis=0, dtype=changes.dtype)[:-1, :-1][self._order]


def _has_decimals(column: pa.ChunkedArray) -> bool:
    # Sums of whole numbers come as decimals too, of scale 0.
    return bool(pa.types.is_decimal(column.type) and column.type.scale > 0)


def _integers(column: pa.ChunkedArray) -> Integers:
    """Turn a column into whole numbers, or millionths: int64, or Python's own integers where a sum
    may not fit."""
    if not pa.types.is_decimal(column.type):
        return np.asarray(pc.fill_null(column, 0).to_numpy(), dtype=np.int64)
    cells = pc.fill_null(column, pa.scalar(0, column.type)).combine_chunks()
    # A decimal128 is two little-endian halves. Read as such they are millionths at once; a Python
    # object for each of millions of sums would take longer than the query.
    halves = np.frombuffer(cells.buffers()[1], "<i8")
    halves = halves[2 * cells.offset : 2 * (cells.offset + len(cells))].reshape(-1, 2)
    low, high = halves[:, 0], halves[:, 1]
    # The high half only repeats the sign where a number fits the low one; their sum must fit as
    # well.
    fits = np.array_equal(low >> 63, high) and float(np.abs(low.astype(np.float64)).sum()) < 2.0**62
    if fits:
        return low.copy()
    exact = [int(cell.scaleb(column.type.scale)) for cell in cells.to_pylist()]
    return np.array(exact, dtype=object)


def _in_double(total: Integers) -> npt.NDArray[np.float64]:
    """Turn millionths into doubles as DuckDB turns decimals, to the bit."""
    # DuckDB divides the integer where a double holds it, and else converts the whole and the rest
    # apart.
    size = np.abs(total)
    whole, rest = size // MICRO, size % MICRO
    parts = whole.astype(np.float64) + rest.astype(np.float64) / MICRO
    exact = size.astype(np.float64) / MICRO
    return np.where(total < 0, -1.0, 1.0) * np.where(size <= EXACT, exact, parts)
