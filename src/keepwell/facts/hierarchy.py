"""This file looks for accounts whose place below others cannot be: in a circle, or below one that is not known."""

from __future__ import annotations

LATEST = (
    "SELECT account_id, arg_max_null(parent_id, valid_from) AS parent_id FROM {accounts} GROUP BY 1"
)


def suspicious(accounts: str) -> dict[str, tuple[str, str]]:
    """For each warning the query for the accounts that it is about, and what is said of them."""
    return {
        "above_itself": (
            _in_circles(accounts),
            "accounts stand above themselves, so they count as below nobody",
        ),
        "unknown_parent": (
            _below_nobody(accounts),
            "accounts name an account above them that is not known",
        ),
    }


def _in_circles(accounts: str) -> str:
    return f"""
        WITH RECURSIVE latest AS ({LATEST.format(accounts=accounts)}), above AS (
            SELECT account_id, parent_id FROM latest WHERE parent_id IS NOT NULL
            UNION
            SELECT above.account_id, latest.parent_id FROM above JOIN latest ON latest.account_id = above.parent_id
            WHERE latest.parent_id IS NOT NULL
        )
        SELECT account_id FROM above WHERE account_id = parent_id
    """


def _below_nobody(accounts: str) -> str:
    return f"""
        SELECT account_id FROM ({LATEST.format(accounts=accounts)})
        WHERE parent_id IS NOT NULL AND parent_id NOT IN (SELECT account_id FROM {accounts})
    """
