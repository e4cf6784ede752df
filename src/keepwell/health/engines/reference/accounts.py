"""This file says what is known of the accounts themselves: when each began, what it says of itself, who stands below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from keepwell.health.definition.measure import Scope
from keepwell.health.engines.reference import hierarchy
from keepwell.health.engines.reference.cells import Row


class Accounts:
    """The rows of accounts; `above` is the account above each on the date on which they `stand`."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.above: Mapping[str, str] = {}

    def stand(self, as_of: date) -> None:
        """Let each stand where it does on a date: that of the score, also for what was before it."""
        self.above = hierarchy.parents(self.rows, as_of)

    def counting(self, scope: Scope, account_id: str) -> set[str]:
        """The accounts whose rows count for an account."""
        return {account_id} if scope == "own" else hierarchy.subtree(account_id, self.above)

    def population(self, as_of: date) -> list[str]:
        """Every account that has begun, or of which the beginning is not known, in order."""
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
        """What the row that holds on a date says."""
        return self.current(account_id, as_of).get(column)

    def current(self, account_id: str, as_of: date) -> Row:
        rows = [row for row in self.rows if row["account_id"] == account_id and row["on"] < as_of]
        return max(rows, key=lambda row: row["on"], default={})
