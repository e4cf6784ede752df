"""This file finds who is no customer any more on a date: the last recurring line has ended, for long or for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.health.compile import feed_coverage
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.queries import Facts
from keepwell.health.definition.customer import GAP_DAYS, LEAVING, RECURRING
from keepwell.health.scoring.arrays import Flags

NEVER_ENDS = np.datetime64("9999-12-31", "D")
LONG_AGO = np.datetime64("0001-01-01", "D")
Days = npt.NDArray[Any]


@dataclass(frozen=True)
class ContractEnds:
    """The recurring contract lines of all accounts and what was said about leaving, each with the place of its account.

    A line counts for its account and all above: a parent whose children pay is a customer.
    """

    count: int
    of_line: npt.NDArray[np.intp]
    starts: Days
    ends: Days
    of_leave: npt.NDArray[np.intp]
    said: Days
    effective: Days

    def former(self, as_of: date) -> Flags:
        """Say which accounts are no customers on a date, by what was known before it.

        The last recurring line ended more than the gap before, or ended and they had said that they leave.
        """
        today = np.datetime64(as_of, "D")
        known = self.starts < today
        last = np.full(self.count, LONG_AGO)
        np.maximum.at(last, self.of_line[known], self.ends[known])
        has_lines = last > LONG_AGO
        left = np.zeros(self.count, bool)
        # Somebody who gave notice of an earlier term and signed again has a line that ends later.
        leaves = (self.said < today) & (self.effective >= last[self.of_leave])
        left[self.of_leave[leaves]] = True
        days = (today - last).astype("timedelta64[D]").astype(np.int64)
        return has_lines & (last < today) & (left | (days > GAP_DAYS))


def known_until(facts: Facts, as_of: date) -> date:
    """Give the date up to which contracts are known: while a feed of theirs is late nobody can be said to have left since."""
    table = facts.tables.get("contracts")
    states = feed_coverage.feed_states(table, facts.feeds, as_of) if table else ()
    return min((state.reads_on for state in states), default=as_of)


def contract_ends(facts: Facts, accounts: pa.Table, cache: QueryCache) -> ContractEnds:
    """Read the lines and leaves of some accounts, in the order of `accounts`."""
    names = accounts["account_id"].to_pylist()
    places = {name: place for place, name in enumerate(names)}
    of_line, starts, ends = _days(cache, _lines(facts), ("on", "ends_on"), places)
    of_leave, said, effective = _days(cache, _leaves(facts), ("said_on", "effective_on"), places)
    return ContractEnds(len(names), of_line, starts, ends, of_leave, said, effective)


def _lines(facts: Facts) -> ir.Table | None:
    rows = facts.rows.get("contracts")
    if rows is None:
        return None
    rows = rows.filter(rows.kind.fill_null(RECURRING) == RECURRING)
    return facts.expand(rows).select("account_id", "on", "ends_on")


def _leaves(facts: Facts) -> ir.Table | None:
    """Query when accounts said that they leave, and for when: the earlier of notice and decision."""
    rows = facts.rows.get("renewals")
    if rows is None:
        return None
    rows = rows.filter(
        (rows.movement == LEAVING) & (rows.noticed_on.notnull() | rows.decided_on.notnull())
    )
    rows = rows.mutate(
        said_on=ibis.least(
            ibis.coalesce(rows.noticed_on, rows.decided_on),
            ibis.coalesce(rows.decided_on, rows.noticed_on),
        ),
        effective_on=ibis.coalesce(rows.effective_on, rows.due_on),
    )
    return facts.expand(rows).select("account_id", "said_on", "effective_on")


def _days(
    cache: QueryCache, query: ir.Table | None, names: tuple[str, str], places: dict[str, int]
) -> tuple[npt.NDArray[np.intp], Days, Days]:
    """Fetch two columns of days with the place of each row's account; no day is one that never comes."""
    if query is None:
        nothing = np.array([], "datetime64[D]")
        return np.array([], np.intp), nothing, nothing
    found = cache.fetch(query)
    of = np.array([places.get(name, -1) for name in found["account_id"].to_pylist()], np.intp)
    first, second = (
        _filled(found[name].to_numpy().astype("datetime64[D]"), NEVER_ENDS) for name in names
    )
    return of[of >= 0], first[of >= 0], second[of >= 0]


def _filled(days: Days, value: Any) -> Days:
    return np.where(np.isnat(days), value, days)
