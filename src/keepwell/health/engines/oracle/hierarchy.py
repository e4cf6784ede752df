"""This file finds which accounts are below which on a date, by asking each for the one above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from keepwell.health.engines.oracle.operands import Row


def parents(rows: Sequence[Row], as_of: date) -> dict[str, str]:
    """Find the parent of each account: by its newest row before the date, else by its first; none
    within a circle."""
    above: dict[str, str] = {}
    for account in {row["account_id"] for row in rows}:
        own = sorted(
            (row for row in rows if row["account_id"] == account), key=lambda row: row["on"]
        )
        row = [row for row in own if row["on"] < as_of][-1:] or own[:1]
        if row[0].get("parent_id"):
            above[account] = row[0]["parent_id"]
    return {
        account: parent for account, parent in above.items() if account not in chain(parent, above)
    }


def chain(account: str, above: Mapping[str, str]) -> list[str]:
    """List an account and all that are above it, up to the first that comes again."""
    found: list[str] = []
    at: str | None = account
    while at is not None and at not in found:
        found.append(at)
        at = above.get(at)
    return found


def subtree(account: str, above: Mapping[str, str]) -> set[str]:
    """List an account and all that are below it."""
    return {account} | {below for below in above if account in chain(below, above)}
