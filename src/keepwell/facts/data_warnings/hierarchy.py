"""This file finds accounts whose parent cannot be right: one that is unknown, or is below the account itself."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.facts.data_warnings.warning import DataWarning, Facts, examples, warn


def find(facts: Facts) -> Iterator[DataWarning]:
    if not facts.has("accounts"):
        return
    view = facts.views["accounts"]
    latest = f"SELECT account_id, arg_max_null(parent_id, valid_from) AS parent_id FROM {view} GROUP BY 1"
    # UNION without ALL ends the recursion in a circle, where every pair has been seen.
    own_ancestors = f"""
        WITH RECURSIVE latest AS ({latest}), above AS (
            SELECT account_id, parent_id FROM latest WHERE parent_id IS NOT NULL
            UNION
            SELECT above.account_id, latest.parent_id FROM above JOIN latest ON latest.account_id = above.parent_id
            WHERE latest.parent_id IS NOT NULL
        )
        SELECT account_id FROM above WHERE account_id = parent_id
    """
    unknown_parents = f"""
        SELECT account_id FROM ({latest})
        WHERE parent_id IS NOT NULL AND parent_id NOT IN (SELECT account_id FROM {view})
    """
    for code, query, what in (
        (
            "above_itself",
            own_ancestors,
            "accounts are their own ancestor, so they are treated as having no parent",
        ),
        ("unknown_parent", unknown_parents, "accounts have an unknown parent"),
    ):
        of = f"(SELECT count(DISTINCT account_id) FROM {view})"
        counts = facts.counts(
            f"SELECT count(*), {of}, {examples('account_id', 'true')} FROM ({query})"
        )
        yield from warn(code, "accounts", counts, what)
