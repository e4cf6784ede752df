"""This file says why no account of an owner is listed: nobody of that name has one, or none of them was scored."""

from __future__ import annotations

from keepwell.app import queries
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import did_you_mean


def without_accounts(owner: str) -> str:
    """Say it of an owner of whom a list has no account, with the nearest name where nobody is called so."""
    names = {row.owner for row in queries.accounts.everyone(VIEWER) if row.owner}
    if owner in names:
        return f"None of the accounts of {owner} was scored."
    return f"Nobody called `{owner}` owns an account. {did_you_mean(owner, names)}".rstrip()
