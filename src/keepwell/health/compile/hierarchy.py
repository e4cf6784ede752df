"""This file holds which accounts are below which on a date, and gives each row to every account
that it counts for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeAlias

import ibis.expr.types as ir
import pyarrow as pa

from keepwell.health.compile import operands

# An account, the day from which it has a parent, and that parent; sorted by account and then by
# day.
ParentRow: TypeAlias = "tuple[str, date, str | None]"


@dataclass(frozen=True)
class Hierarchy:
    """The parents that accounts have had over time.

    On a date the newest row before it counts; before its first row an account has the parent of
    that one. Accounts that are each other's parents in a circle have none.
    """

    rows: Sequence[ParentRow]

    def version_on(self, as_of: date) -> int:
        """Count the days before a date on which any parent changed: dates of the same version have
        the same tree."""
        return bisect_left(self._change_days, as_of)

    def parents(self, as_of: date) -> dict[str, str]:
        """Give the parent of each account that has one."""
        named: dict[str, str | None] = {}
        for account, on, parent in self.rows:
            if account not in named or on < as_of:
                named[account] = parent
        above = {account: parent for account, parent in named.items() if parent}
        return {
            account: parent
            for account, parent in above.items()
            if not _is_in_circle(account, above)
        }

    def closure(
        self, as_of: date, apart: Collection[str] = frozenset()
    ) -> Iterator[tuple[str, str]]:
        """Give each account with itself, and with every account above it: (descendant,
        ancestor). Those that stand `apart` count with all below them for nobody above."""
        parents = self.parents(as_of)
        for account in dict.fromkeys(account for account, _, _ in self.rows):
            ancestor: str | None = account
            while ancestor is not None:
                yield account, ancestor
                ancestor = None if ancestor in apart else parents.get(ancestor)

    def with_descendants(self, accounts: Sequence[str], as_of: date) -> list[str]:
        """Add to some accounts all that are below them."""
        asked = set(accounts)
        below = {account for account, ancestor in self.closure(as_of) if ancestor in asked}
        return sorted(below | asked)

    @cached_property
    def _change_days(self) -> list[date]:
        latest: dict[str, str | None] = {}
        days = set()
        for account, on, parent in self.rows:
            if account in latest and latest[account] != parent:
                days.add(on)
            latest[account] = parent
        return sorted(days)


def _is_in_circle(account: str, above: Mapping[str, str]) -> bool:
    seen, at = {account}, above.get(account)
    while at is not None and at not in seen:
        seen.add(at)
        at = above.get(at)
    return at == account  # an account that only leads into a circle keeps its parent


def parent_rows(accounts: ir.Table) -> ir.Table:
    """Query all rows in which accounts name their parent: `account_id`, `on`, `parent_id`."""
    return accounts.select("account_id", "on", "parent_id").order_by("account_id", "on")


def from_rows(found: pa.Table) -> Hierarchy | None:
    """Build a hierarchy from the result of `parent_rows`; none where no account ever had a
    parent."""
    if found["parent_id"].null_count == len(found):
        return None
    columns = (found[name].to_pylist() for name in ("account_id", "on", "parent_id"))
    return Hierarchy(list(zip(*columns, strict=True)))


def closure_table(
    hierarchy: Hierarchy, as_of: date, apart: Collection[str] = frozenset()
) -> pa.Table:
    """Write the closure of a date as a table: `descendant__`, `ancestor__`."""
    descendants, ancestors = zip(*hierarchy.closure(as_of, apart), strict=True)
    return pa.table(
        {
            "descendant__": pa.array(descendants, pa.string()),
            "ancestor__": pa.array(ancestors, pa.string()),
        }
    )


def expand_to_ancestors(rows: ir.Table, closure: ir.Table) -> ir.Table:
    """Repeat each row for its account and all above it: `account_id` says for whom it counts, OWN
    whose it is."""
    found = rows.join(closure, rows.account_id == closure.descendant__)
    return found.drop("descendant__").rename(
        {operands.OWN: "account_id", "account_id": "ancestor__"}
    )


def expand_to_descendants(rows: ir.Table, closure: ir.Table) -> ir.Table:
    """Repeat each row for all accounts below its own, and not for that one: `account_id` says for
    whom it counts."""
    found = rows.join(closure, rows.account_id == closure.ancestor__)
    found = found.filter(found.descendant__ != found.ancestor__)
    return found.drop("account_id", "ancestor__").rename({"account_id": "descendant__"})
