"""This file scores parents that pay for themselves by what their own contracts cover: each is then one of its own children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.health.compile import customers, hierarchy
from keepwell.health.compile.backend import QueryCache
from keepwell.health.compile.hierarchy import Hierarchy
from keepwell.health.compile.queries import Facts
from keepwell.health.compile.value_cache import ValueCache
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scorecard import Leaf
from keepwell.health.scoring.arrays import Flags, Rows
from keepwell.health.scoring.values import Values


class OwnParts:
    """The parents that have a running recurring line of their own, and their values by what these
    lines cover: themselves, and the accounts below that never had a contract of their own.

    `rows` are their places among `accounts` (`account_id`, `started_on`), by date. On all dates
    the accounts have the same parents in `tree`.
    """

    def __init__(
        self,
        facts: Facts,
        cache: QueryCache,
        accounts: pa.Table,
        tree: Hierarchy,
        begun: Mapping[date, Rows],
    ) -> None:
        self._facts, self._cache, self._accounts, self._tree = facts, cache, accounts, tree
        self._names = np.array(accounts["account_id"].to_pylist(), object)
        lines = customers.contracts(replace(facts, scope="own"), accounts, cache)
        above = tree.parents(next(iter(begun)))
        is_head = np.isin(self._names, sorted(set(above.values())))
        is_below = np.isin(self._names, sorted(above))
        self.rows, contracted = {}, {}
        for on, rows in begun.items():
            until = customers.known_until(facts, on)
            self.rows[on] = rows[(is_head & lines.running(until))[rows]]
            contracted[on] = is_below & lines.have_lines(until)
        self._places = np.unique(np.concatenate(list(self.rows.values())))
        # Whom a contract covers changes only when an account signs its first one.
        same = groupby(begun, key=lambda on: contracted[on].tobytes())
        self._parts = [(found, contracted[found[0]]) for found in (list(on) for _, on in same)]
        self._caches: dict[date, ValueCache] = {}
        self._closures: dict[date, pa.Table] = {}

    def prefetch(self, leaves: Sequence[Leaf]) -> None:
        """Compute all that the leaves need on all dates."""
        if not len(self._places):
            return
        few = self._accounts.take(pa.array(self._places))
        for nth, (dates, contracted) in enumerate(self._parts):
            closure = self._closure(dates[0], contracted)
            cache = ValueCache(self._facts_of(closure, nth), few, self._cache)
            self._closures |= dict.fromkeys(dates, closure)
            rows = [np.searchsorted(self._places, self.rows[on]) for on in dates]
            cache.prefetch(leaves, dates, rows)
            self._caches |= dict.fromkeys(dates, cache)

    def values(self, leaves: Sequence[Leaf], as_of: date) -> dict[Measure, Values]:
        """Give the values of a date in the order of its `rows`; none where the date has no such
        parents."""
        if not len(self.rows[as_of]):
            return {}
        rows = np.searchsorted(self._places, self.rows[as_of])
        cache = self._caches[as_of]
        return {leaf.measure: cache.values(leaf, as_of).take(rows) for leaf in leaves}

    def covered(self, as_of: date) -> set[str]:
        """List the accounts that a contract of a parent's pays for, which is not their own."""
        if not len(self.rows[as_of]):
            return set()
        heads = set(self._names[self.rows[as_of]])
        closure = self._closures[as_of]
        pairs = zip(*(closure[name].to_pylist() for name in closure.column_names), strict=True)
        return {account for account, above in pairs if above in heads and account != above}

    def _closure(self, as_of: date, contracted: Flags) -> pa.Table:
        """List whose rows count for these parents; those that ever had a contract stand apart."""
        closure = hierarchy.closure_table(self._tree, as_of, set(self._names[contracted]))
        heads = pa.array(self._names[self._places], pa.string())
        return closure.filter(pc.is_in(closure["ancestor__"], heads))

    def _facts_of(self, closure: pa.Table, nth: int) -> Facts:
        # Few accounts of many are such parents or paid for by one: nobody else's rows are read.
        ids = closure.select(["descendant__"]).rename_columns(["account_id"])
        few = self._facts.only(self._cache.register(ids, f"own_parts_{nth}"), f"own parts {nth}")
        return replace(few, closure=self._cache.register(closure, f"covered_{nth}"))
