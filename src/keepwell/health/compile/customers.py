"""This file finds what every account is on a date by its contract lines: a customer, on trial, gone, or a prospect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.health.compile import feed_coverage, hierarchy
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.queries import Facts
from keepwell.health.definition.customer import (
    GAP_DAYS,
    KINDS,
    LEAVING,
    RECURRING,
    TRIAL,
    Population,
)
from keepwell.health.scoring.arrays import Flags

NEVER_ENDS = np.datetime64("9999-12-31", "D")
LONG_AGO = np.datetime64("0001-01-01", "D")
Days: TypeAlias = npt.NDArray[Any]
Places: TypeAlias = npt.NDArray[np.intp]
CUSTOMER, ON_TRIAL, FORMER, PROSPECT = range(len(KINDS))


@dataclass(frozen=True)
class Terms:
    """Stretches of days, each with the place of the account for which it counts.

    `is_above` says of each whether it belongs to an account above that one.
    """

    of: Places
    first: Days
    last: Days
    is_above: Flags

    def take(self, chosen: Flags) -> Terms:
        return Terms(self.of[chosen], self.first[chosen], self.last[chosen], self.is_above[chosen])

    def flags(self, count: int) -> Flags:
        """Say which of so many accounts have any."""
        found = np.zeros(count, bool)
        found[self.of] = True
        return found


@dataclass(frozen=True)
class Contracts:
    """The contract lines of all accounts and what was said about leaving: `recurring` and `trials` run from `first` to `last`, and
    of `leaves` is `first` the day on which it was said and `last` the one for which.

    A line counts for its account and all above: a parent whose children pay is a customer. It counts for those below, too,
    which have no recurring line of their own: they work under the contract of their group.
    """

    started: Days
    recurring: Terms
    trials: Terms
    leaves: Terms

    def running(self, until: date) -> Flags:
        """Say for which accounts a recurring line of their own or below runs, by what is known up to a day."""
        today = np.datetime64(until, "D")
        lines = self.recurring
        runs = (lines.first < today) & (lines.last >= today) & ~lines.is_above
        return lines.take(runs).flags(len(self.started))

    def have_lines(self, until: date) -> Flags:
        """Say for which accounts a recurring line is known up to a day."""
        return self._known(self.recurring, until).flags(len(self.started))

    def kinds(self, until: date, *, covers_all: bool) -> npt.NDArray[np.int8]:
        """Give the place in `KINDS` of what each account is, by what is known up to a day.

        A former customer's last recurring line ended more than the gap before, or ended and they had said that they leave.
        Who never had one is a prospect where a feed `covers_all`, or has named it for a trial; else it may be a customer.
        """
        today = np.datetime64(until, "D")
        last, has_lines = self._last(until), self.have_lines(until)
        leaves = self._known(self.leaves, until)
        # Somebody who gave notice of an earlier term and signed again has a line that ends later.
        left = leaves.take(leaves.last >= last[leaves.of]).flags(len(last))
        days = (today - last).astype("timedelta64[D]").astype(np.int64)
        is_former = has_lines & (last < today) & (left | (days > GAP_DAYS))
        trials = self._known(self.trials, until)
        is_on_trial = trials.take(trials.last >= today).flags(len(last))
        # Whoever began on a day of which no contract is known yet may have signed on it.
        is_covered = covers_all & ~(self.started >= today)
        is_prospect = ~has_lines & (is_covered | trials.flags(len(last)))
        return np.select(
            [has_lines & ~is_former, is_on_trial, is_former, is_prospect],
            [np.int8(CUSTOMER), np.int8(ON_TRIAL), np.int8(FORMER), np.int8(PROSPECT)],
            default=np.int8(CUSTOMER),
        )

    def last_days(self, until: date) -> Days:
        """Give the last day of each account's last recurring line, where that has ended by what is known up to a day; else NaT."""
        last = self._last(until)
        has_ended = self.have_lines(until) & (last < np.datetime64(until, "D"))
        # A line's end is the day after its last.
        return np.where(has_ended, last - np.timedelta64(1, "D"), np.datetime64("NaT", "D"))

    def _last(self, until: date) -> Days:
        last = np.full(len(self.started), LONG_AGO)
        lines = self._known(self.recurring, until)
        np.maximum.at(last, lines.of, lines.last)
        return last

    def _known(self, terms: Terms, until: date) -> Terms:
        """Choose what is known up to a day and counts: of accounts above, where one has no recurring line of its own."""
        today = np.datetime64(until, "D")
        own = self.recurring.take((self.recurring.first < today) & ~self.recurring.is_above)
        pays = own.flags(len(self.started))
        return terms.take((terms.first < today) & ~(terms.is_above & pays[terms.of]))


def known_until(facts: Facts, as_of: date) -> date:
    """Give the date up to which contracts are known: while a feed of theirs is late nobody can be said to have left since."""
    return min((state.reads_on for state in _states(facts, as_of)), default=as_of)


def are_scored(
    population: Population, contracts: Contracts, facts: Facts, as_of: date, cache: QueryCache
) -> Flags:
    """Say which accounts a card for this population scores on a date, if they have begun."""
    scored = np.array([population.includes(kind) for kind in KINDS])
    return scored[kinds(contracts, facts, as_of, cache)]


def kinds(
    contracts: Contracts, facts: Facts, as_of: date, cache: QueryCache
) -> npt.NDArray[np.int8]:
    """Give the place in `KINDS` of what each account is on a date."""
    until = known_until(facts, as_of)
    # Nobody else's lines are read for accounts that have some.
    asks = not contracts.have_lines(until).all()
    covers_all = asks and _covers_all(facts, as_of, until, cache)
    return contracts.kinds(until, covers_all=covers_all)


def contracts(facts: Facts, accounts: pa.Table, cache: QueryCache) -> Contracts:
    """Read the lines and leaves of some accounts (`account_id`, `started_on`), in their order."""
    places = {name: place for place, name in enumerate(accounts["account_id"].to_pylist())}
    key = (facts.selection, facts.scope, facts.closure is not None)
    lines = cache.fetch_all(
        ("contract lines", *key),
        lambda: [*_of_all(facts, "contracts", _lines), *_rejected(facts)],
    )
    leaves = cache.fetch_all(("leaves", *key), lambda: _of_all(facts, "renewals", _leaves))
    is_trial = [found["is_trial"].to_numpy(zero_copy_only=False) for found in lines]
    return Contracts(
        accounts["started_on"].to_numpy().astype("datetime64[D]"),
        _terms(lines, ("on", "ends_on"), places, [~each for each in is_trial]),
        _terms(lines, ("on", "ends_on"), places, is_trial),
        _terms(leaves, ("said_on", "effective_on"), places),
    )


def _covers_all(facts: Facts, as_of: date, until: date, cache: QueryCache) -> bool:
    """Say whether some feed of contracts has everybody's recurring lines, by what is known up to a day.

    One that has never brought a recurring line of anybody may have none to bring.
    """
    since = [
        (state.name, state.starts_on)
        for state in _states(facts, as_of)
        if state.starts_on and state.starts_on < until
    ]
    if not since:
        return False
    firsts = cache.memoize("first recurring lines", lambda: _first_lines(facts, cache))
    return any(name in firsts and firsts[name] < until for name, _ in since)


def _first_lines(facts: Facts, cache: QueryCache) -> Mapping[str, date]:
    """Find the first day of any recurring line of each feed."""
    rows = (facts.everyone or facts).rows["contracts"]
    rows = rows.filter(rows.kind.fill_null(RECURRING) == RECURRING)
    found = cache.fetch(rows.group_by("feed").agg(first=rows.on.min()))
    return dict(zip(found["feed"].to_pylist(), found["first"].to_pylist(), strict=True))


def _states(facts: Facts, as_of: date) -> tuple[feed_coverage.FeedState, ...]:
    table = facts.tables.get("contracts")
    return feed_coverage.feed_states(table, facts.feeds, as_of) if table else ()


def _rejected(facts: Facts) -> list[ir.Table]:
    """Query rejected contract lines of accounts that could be read: each may be a recurring one, on the days that it may have.

    Nobody has left, and nobody is a prospect, because of a line that could not be read.
    """
    rejected = facts.rejected.get("contracts")
    if rejected is None:
        return []
    rejected = rejected.filter(rejected.account_id.notnull())
    lines = rejected.select(
        "account_id",
        on=ibis.coalesce(rejected.first_on, ibis.date(str(LONG_AGO))),
        ends_on=rejected.ends_on,
        is_trial=ibis.literal(False),
    )
    own = lines.semi_join(facts.rows["accounts"], "account_id")
    return _for_accounts(facts, own, lines, lambda rows: rows)


def _of_all(facts: Facts, name: str, select: Any) -> list[ir.Table]:
    """Query rows of a table for the accounts and all above them; then, where there is a hierarchy, for those below."""
    rows = facts.rows.get(name)
    if rows is None:
        return []
    return _for_accounts(facts, rows, (facts.everyone or facts).rows[name], select)


def _for_accounts(facts: Facts, rows: ir.Table, every: ir.Table, select: Any) -> list[ir.Table]:
    found = [select(facts.expand(rows)).mutate(is_above=False)]
    if facts.closure is not None and facts.scope != "own":
        below = hierarchy.expand_to_descendants(every, facts.closure)
        if facts.selection:
            below = below.semi_join(facts.rows["accounts"], "account_id")
        found.append(select(below).mutate(is_above=True))
    return found


def _lines(rows: ir.Table) -> ir.Table:
    kind = rows.kind.fill_null(RECURRING)
    rows = rows.mutate(is_trial=kind == TRIAL).filter(kind.isin((RECURRING, TRIAL)))
    return rows.select("account_id", "on", "ends_on", "is_trial")


def _leaves(rows: ir.Table) -> ir.Table:
    """Query when accounts said that they leave, and for when: the earlier of notice and decision."""
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
    return rows.select("account_id", "said_on", "effective_on")


def _terms(
    tables: Sequence[pa.Table],
    names: tuple[str, str],
    places: Mapping[str, int],
    chosen: Sequence[Flags] | None = None,
) -> Terms:
    """Take two columns of days with the place of each row's account; no day is one that never comes."""
    parts = []
    for nth, found in enumerate(tables):
        of = np.array([places.get(name, -1) for name in found["account_id"].to_pylist()], np.intp)
        first, last = (
            _filled(found[name].to_numpy().astype("datetime64[D]"), NEVER_ENDS) for name in names
        )
        is_above = found["is_above"].to_numpy(zero_copy_only=False).astype(bool)
        here = of >= 0 if chosen is None else (of >= 0) & chosen[nth].astype(bool)
        parts.append(Terms(of, first, last, is_above).take(here))
    nothing = np.array([], "datetime64[D]")
    parts = parts or [Terms(np.array([], np.intp), nothing, nothing, np.array([], bool))]
    return Terms(
        np.concatenate([part.of for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.last for part in parts]),
        np.concatenate([part.is_above for part in parts]),
    )


def _filled(days: Days, value: Any) -> Days:
    return np.where(np.isnat(days), value, days)
