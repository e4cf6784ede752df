"""This file says of which accounts a likelihood to renew is: never of one account, but of those like it."""

from __future__ import annotations

from collections.abc import Collection

from keepwell.health.explain.tree import Branch


def accounts_alike(root: Branch, beside: Collection[str]) -> str:
    """Name those with this score and, where some measures count besides it (`beside`, by path), with such points for them."""
    titles = " and ".join(leaf.title for leaf in root.leaves() if leaf.line.path in beside)
    return "accounts with this score" + (f" and as many points for {titles}" if titles else "")
