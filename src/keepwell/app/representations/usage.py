"""This file gives the shape of an account's usage: everybody who could use the product, and when they last did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.app.queries.usage import AccountUsage, UserRow


def of_account(found: AccountUsage, people: Sequence[UserRow]) -> Json:
    """Show an account's usage with some of its people."""
    return {
        "account_id": found.account_id,
        "account_name": found.name,
        "newest_on": plain(found.newest_on),
        "since_on": plain(found.since_on),
        "known": len(found.people),
        "unused": len(found.unused),
        "unmatched": found.unmatched,
        "people": [user(each) for each in people],
    }


def user(row: UserRow) -> Json:
    """Show one person."""
    return {
        "person": row.person,
        "name": row.name,
        "known_as": row.known_as,
        "role": row.role,
        "last_on": plain(row.last_on),
        "days": row.days,
        "feature": row.feature,
        "is_unused": row.is_unused,
    }
