"""This file answers what is known of accounts themselves: when each began, its attributes, and who
is below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from keepwell.health.definition.measure import Scope
from keepwell.health.engines.oracle import hierarchy
from keepwell.health.engines.oracle.operands import Row


class Accounts:
    """The rows of accounts; `above` names the parent of each, as of the date that `place` was
    given."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.above: Mapping[str, str] = {}

    def place(self, as_of: date) -> None:
        """Fix the hierarchy of the date that is scored; earlier values of it are read in the same
        hierarchy."""
        self.above = hierarchy.parents(self.rows, as_of)

    def counting(self, scope: Scope, account_id: str) -> set[str]:
        """Give the accounts whose rows count for an account."""
        # A row counts for every account above its own, also where that one has no rows itself.
        return {account_id} if scope == "own" else hierarchy.subtree(account_id, self.above)

    def all_above(self, account_id: str) -> list[str]:
        """List the accounts above an account, without itself."""
        return hierarchy.chain(account_id, self.above)[1:]

    def population(self, as_of: date) -> list[str]:
        """List every account that has begun, or of which nobody knows when, in order."""
        accounts = {row["account_id"] for row in self.rows}
        return sorted(
            account
            for account in accounts
            if (start := self.started(account)) is None or start < as_of
        )

    def started(self, account_id: str) -> date | None:
        rows = [row for row in self.rows if row["account_id"] == account_id]
        return min((row["started_on"] for row in rows if row.get("started_on")), default=None)

    def attribute(self, column: str, account_id: str, as_of: date) -> Any:
        return self.current(account_id, as_of).get(column)

    def current(self, account_id: str, as_of: date) -> Row:
        """Give the newest row of an account before a date; empty where there is none."""
        rows = [row for row in self.rows if row["account_id"] == account_id and row["on"] < as_of]
        return max(rows, key=lambda row: row["on"], default={})
