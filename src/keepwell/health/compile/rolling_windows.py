"""This file computes windows on many dates in one pass over the rows: what enters them and what leaves them, day by day."""

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
from keepwell.health.compile.aggregates import Test
from keepwell.health.compile.conditions import Day, day, holds
from keepwell.health.definition.aggregation import Aggregation
from keepwell.health.definition.condition import Condition, is_relative
from keepwell.health.definition.measure import Measure, Scope
from keepwell.health.definition.table import Table
from keepwell.health.definition.window import Window

ADDED: frozenset[Aggregation] = frozenset(
    {"count", "sum", "mean", "share", "active days", "days since"}
)
MICRO = 10**6
EXACT = 2**53  # up to here an integer is a double
NEVER = np.iinfo(np.int64).min
Aggregate = Callable[[Measure, ir.Table, Test, Day], dict[str, ir.Value]]
Integers = npt.NDArray[Any]  # of int64, or of Python's own where those do not reach


@dataclass(frozen=True)
class Distinct:
    """A count of distinct cells over windows: the column, which rows count, and by window the name of the result."""

    column: str
    where: Condition | None
    names: Mapping[str, int | None]


def is_stepped(measure: Measure, table: Table) -> bool:
    """Whether running sums over days give a measure: what a row says must not depend on the date that reads it."""
    columns = [table.column(name) for name in measure.reads]
    return (
        measure.take in ADDED | {"distinct"}
        and not measure.window.is_now
        and isinstance(measure.column, str)
        and not measure.each
        and not any(column is not None and column.happens for column in columns)
        and not any(table.reference(name) for name in measure.reads)
        and not any(is_relative(asked) for asked in (measure.where, measure.part) if asked)
    )


def daily(rows: ir.Table, measures: Sequence[Measure], aggregate: Aggregate) -> ir.Table | None:
    """Ask for what each day of an account adds to the measures that add up, in the columns of one date."""
    added = [measure for measure in measures if measure.take in ADDED]
    columns: dict[str, ir.Value] = {}
    for measure in added:
        columns |= aggregate(measure, rows, None, date.max)
    return rows.group_by("account_id", "on").agg(**columns) if columns else None


def distincts(measures: Sequence[Measure], users: set[Window], scope: Scope) -> list[Distinct]:
    """Put the measures that count the same cells of the same rows together; `users` are windows of active users."""
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
    """Ask for each day of an account how many cells came whom a window did not hold, and how many it loses after it."""
    cell = operands.column(distinct.column, rows)
    kept = cell.notnull()
    if distinct.where is not None:
        kept = kept & holds(distinct.where, rows, date.max)
    seen = rows.filter(kept).select("account_id", "on", cell__=cell).distinct()
    order = ibis.window(group_by=("account_id", "cell__"), order_by="on")
    seen = seen.mutate(
        since__=seen.on.delta(seen.on.lag().over(order), unit="day"),
        until__=seen.on.lead().over(order).delta(seen.on, unit="day"),
    )
    columns: dict[str, ir.Value] = {}
    for days in set(distinct.names.values()):
        is_new, is_last = seen.since__.isnull(), seen.until__.isnull()
        columns[f"came__{days}"] = seen.count(
            where=is_new | (seen.since__ > days) if days else is_new
        )
        if days:
            columns[f"left__{days}"] = seen.count(where=is_last | (seen.until__ > days))
    return seen.group_by("account_id", "on").agg(**columns)


def longest(windows: Iterable[int | None]) -> int | None:
    """The longest of some windows in days; none where one of them has no beginning."""
    days = list(windows)
    return None if None in days else max((each for each in days if each), default=None)


def read(rows: ir.Table, reads: Sequence[date], longest_days: int | None) -> ir.Table:
    """The rows that some date reads, for windows of at most so many days."""
    rows = rows.filter(rows.on < day(max(reads)))
    return (
        rows.filter(rows.on >= day(min(reads) - timedelta(days=longest_days)))
        if longest_days
        else rows
    )


class Sums:
    """Running sums over dates: `reads` are the dates up to which rows are read (not always rising: a feed that falls
    behind is read up to where it was on time); `accounts` the order of results.

    A count over a window rises on the day of a row and falls when the window has passed it. A count of distinct users
    rises when one comes whom the window no longer held, and falls when the last day of a run of theirs has left it (the
    gaps between a user's days say which: "gaps and islands"). So the engine gives what happened on each day, once for
    all dates, and running sums over the days give every date. All numbers are integers until the last step, as the
    sums of one date are, so that both ways give the same bits.
    """

    def __init__(self, reads: Sequence[date], accounts: pa.Array) -> None:
        self.reads, self._order = np.unique(np.array(reads, "datetime64[D]"), return_inverse=True)
        self.accounts = accounts

    def of_measures(
        self, found: pa.Table, measures: Sequence[Measure]
    ) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Turn what `daily` gave into the columns of every date: name, and an array of dates by accounts."""
        whose, on = self._placed(found)
        for measure in (measure for measure in measures if measure.take in ADDED):
            raw, days = f"{measure.name}__raw", measure.window.days
            if measure.take == "days since":
                yield raw, self._latest(whose, found[raw])
                continue
            for name in (raw, f"{raw}_of"):
                if name in found.column_names:
                    yield name, self._summed(whose, on, found[name], days)
            if f"{raw}_on" in found.column_names:
                yield f"{raw}_on", self._latest(whose, found[f"{raw}_on"])

    def of_distinct(
        self, found: pa.Table, distinct: Distinct
    ) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Turn what `gaps` gave into the columns of every date."""
        whose, on = self._placed(found)
        for name, days in distinct.names.items():
            moves = self._empty(np.dtype(np.int64))
            self._add(moves, whose, on, _integers(found[f"came__{days}"]))
            if days:
                self._add(
                    moves, whose, on + np.timedelta64(days, "D"), -_integers(found[f"left__{days}"])
                )
            yield name, self._running(moves)

    def _placed(self, found: pa.Table) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.datetime64]]:
        """The place of each row's account, one past the last for an account that nobody asked for; and its day."""
        at = pc.fill_null(
            pc.index_in(found["account_id"], value_set=self.accounts), len(self.accounts)
        )
        return at.to_numpy().astype(np.intp), found["on"].to_numpy().astype("datetime64[D]")

    def _empty(self, kind: np.dtype[Any]) -> Integers:
        """A row more and an account more than asked for: what no date reads, and whom nobody asked for, falls there."""
        return np.zeros((len(self.reads) + 1, len(self.accounts) + 1), kind)

    def _add(
        self, moves: Integers, whose: npt.NDArray[np.intp], on: Any, amounts: Integers
    ) -> None:
        """Let amounts enter at the first date that reads beyond their day."""
        np.add.at(moves, (np.searchsorted(self.reads, on, side="right"), whose), amounts)

    def _summed(
        self, whose: npt.NDArray[np.intp], on: Any, column: pa.ChunkedArray, days: int | None
    ) -> Any:
        amounts = _integers(column)
        moves = self._empty(amounts.dtype)
        self._add(moves, whose, on, amounts)
        if days:
            self._add(moves, whose, on + np.timedelta64(days, "D"), -amounts)
        total = self._running(moves)
        return _in_double(total) if _has_decimals(column) else total

    def _latest(
        self, whose: npt.NDArray[np.intp], column: pa.ChunkedArray
    ) -> npt.NDArray[np.datetime64]:
        """The latest day so far of those that a column names."""
        days = column.to_numpy().astype("datetime64[D]")
        known = ~np.isnat(days)
        latest = self._empty(np.dtype(np.int64))
        latest[:] = NEVER
        first = np.searchsorted(self.reads, days[known], side="right")
        np.maximum.at(latest, (first, whose[known]), days[known].astype(np.int64))
        days = np.maximum.accumulate(latest, axis=0)[:-1, :-1].astype(
            "datetime64[D]"
        )  # the least integer is no day
        return days[self._order]

    def _running(self, moves: Integers) -> Integers:
        return np.cumsum(moves, axis=0, dtype=moves.dtype)[:-1, :-1][self._order]


def _has_decimals(column: pa.ChunkedArray) -> bool:
    return bool(
        pa.types.is_decimal(column.type) and column.type.scale > 0
    )  # sums of whole numbers come as decimals of none


def _integers(column: pa.ChunkedArray) -> Integers:
    """Whole numbers, or millionths where there are six decimals: as int64, or as Python's own where a sum may not fit."""
    if not pa.types.is_decimal(column.type):
        return np.asarray(pc.fill_null(column, 0).to_numpy(), dtype=np.int64)
    cells = pc.fill_null(column, pa.scalar(0, column.type)).combine_chunks()
    halves = np.frombuffer(cells.buffers()[1], "<i8")[
        2 * cells.offset : 2 * (cells.offset + len(cells))
    ].reshape(-1, 2)
    low, high = halves[:, 0], halves[:, 1]
    fits = np.array_equal(low >> 63, high) and float(np.abs(low.astype(np.float64)).sum()) < 2.0**62
    return (
        low.copy()
        if fits
        else np.array(
            [int(cell.scaleb(column.type.scale)) for cell in cells.to_pylist()], dtype=object
        )
    )


def _in_double(total: Integers) -> npt.NDArray[np.float64]:
    """Turn millionths into doubles as the engine turns decimals: whole and rest apart where one double cannot hold both."""
    size = np.abs(total)
    whole, rest = size // MICRO, size % MICRO
    parts = whole.astype(np.float64) + rest.astype(np.float64) / MICRO
    exact = size.astype(np.float64) / MICRO
    return np.where(total < 0, -1.0, 1.0) * np.where(size <= EXACT, exact, parts)
