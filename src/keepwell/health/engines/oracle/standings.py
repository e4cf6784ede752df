"""This file says what every account is on a date, and when its last contract ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Table
from keepwell.health.engines.oracle import customers
from keepwell.health.engines.oracle.accounts import Accounts
from keepwell.health.engines.oracle.operands import Row
from keepwell.health.engines.protocol import Standing


def of_all(
    accounts: Accounts,
    rows: Mapping[str, Sequence[Row]],
    feeds: Sequence[Feed],
    tables: Mapping[str, Table],
    as_of: date,
    rejected: Mapping[str, Sequence[Row]],
) -> dict[str, Standing]:
    """Say it of every account that has begun; `accounts` are placed on the date."""
    until = customers.known_until(feeds, tables, as_of)
    covers_all = customers.covers_all(feeds, tables, rows.get("contracts", ()), as_of, until)
    rows = {**rows, "contracts": customers.lines(rows, rejected)}
    found = {}
    for account in accounts.population(as_of):
        own = _papers(rows, accounts.counting("subtree", account))
        above = _papers(rows, set(accounts.all_above(account)))
        started = accounts.started(account)
        is_covered = covers_all and (started is None or started < until)
        kind = customers.kind(own, above, until, is_covered)
        found[account] = Standing(kind, customers.ended(own, above, until))
    return found


def _papers(rows: Mapping[str, Sequence[Row]], accounts: set[str]) -> customers.Papers:
    lines, renewals = (
        [row for row in rows.get(name, ()) if row["account_id"] in accounts]
        for name in ("contracts", "renewals")
    )
    return customers.Papers(lines, renewals)
