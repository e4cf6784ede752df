"""This file holds who stands below whom on a date, and gives each row to every account that it counts for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis.expr.types as ir
import pyarrow as pa

from keepwell.health.compile import operands

# An account, the day from which it says so, and the account above it; by account and then by day.
Said = tuple[str, date, "str | None"]


@dataclass(frozen=True)
class Hierarchy:
    """What accounts have said of the account above them.

    On a date the newest row before it holds; before its first row an account stands where that puts it. Accounts that
    stand above each other in a circle have nobody above them.
    """

    said: Sequence[Said]

    def nth(self, as_of: date) -> int:
        """How often anybody had moved by a date: dates of the same number have the same tree."""
        return bisect_left(self._moves, as_of)

    def parents(self, as_of: date) -> dict[str, str]:
        """The account above each that has one."""
        named: dict[str, str | None] = {}
        for account, on, parent in self.said:
            if account not in named or on < as_of:
                named[account] = parent
        above = {account: parent for account, parent in named.items() if parent}
        return {
            account: parent
            for account, parent in above.items()
            if account not in _circle(account, above)
        }

    def pairs(self, as_of: date) -> Iterator[tuple[str, str]]:
        """Each account with itself, and with every account above it."""
        parents = self.parents(as_of)
        for account in dict.fromkeys(account for account, _, _ in self.said):
            above: str | None = account
            while above is not None:
                yield account, above
                above = parents.get(above)

    def below(self, accounts: Sequence[str], as_of: date) -> list[str]:
        """Some accounts and all that stand below them."""
        asked = set(accounts)
        return sorted({account for account, above in self.pairs(as_of) if above in asked} | asked)

    @cached_property
    def _moves(self) -> list[date]:
        """The days on which an account came to stand below another than before."""
        last: dict[str, str | None] = {}
        moves = set()
        for account, on, parent in self.said:
            if account in last and last[account] != parent:
                moves.add(on)
            last[account] = parent
        return sorted(moves)


def _circle(account: str, above: Mapping[str, str]) -> list[str]:
    """The accounts of the circle in which an account stands; none where it stands in none."""
    met, at = [account], above.get(account)
    while at is not None and at not in met:
        met.append(at)
        at = above.get(at)
    return met if at == account else []


def asked(accounts: ir.Table) -> ir.Table:
    """Ask for what accounts have said of the account above them: `account_id`, `on`, `parent_id`."""
    return accounts.select("account_id", "on", "parent_id").order_by("account_id", "on")


def read(found: pa.Table) -> Hierarchy | None:
    """Read what was asked for; none where no account ever stood below another."""
    if found["parent_id"].null_count == len(found):
        return None
    columns = (found[name].to_pylist() for name in ("account_id", "on", "parent_id"))
    return Hierarchy(list(zip(*columns, strict=True)))


def table(hierarchy: Hierarchy, as_of: date) -> pa.Table:
    """The pairs of a date as a table: `below__`, `above__`."""
    below, above = zip(*hierarchy.pairs(as_of), strict=True)
    return pa.table(
        {"below__": pa.array(below, pa.string()), "above__": pa.array(above, pa.string())}
    )


def gathered(rows: ir.Table, pairs: ir.Table) -> ir.Table:
    """Give each row to the account that it is of and to all above it: `account_id` says to whom, OWN of whom it is."""
    found = rows.join(pairs, rows.account_id == pairs.below__)
    return found.drop("below__").rename({operands.OWN: "account_id", "account_id": "above__"})
