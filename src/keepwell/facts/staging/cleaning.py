"""This file writes the SQL that cleans the text of a value before it is looked up, translated or read as its type."""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.facts.duckdb_session import literal
from keepwell.facts.mapping.mapping import Cleaning


def cleaned(text: str, cleaning: Cleaning) -> str:
    """Clean a text in the order of `Cleaning`; NULL where nothing is left, or where `take` finds nothing."""
    found = text
    if cleaning.strip:
        found = f"trim({found}, {literal(cleaning.strip)})"
    if cleaning.take:
        pattern, group = literal(cleaning.take), int(cleaning.has_group)
        found = f"CASE WHEN regexp_matches({found}, {pattern}) THEN regexp_extract({found}, {pattern}, {group}) END"
    if cleaning.cut is not None:
        found = f"left({found}, {cleaning.cut:d})"
    found = f"nullif({found}, '')"
    if cleaning.pad is not None:
        # DuckDB's own padding would cut a longer text.
        found = f"lpad({found}, greatest(length({found}), {cleaning.pad:d})::INTEGER, '0')"
    return f"lower({found})" if cleaning.lower else found


def first(texts: Sequence[str]) -> str:
    """Take the first text that is there."""
    return f"coalesce({', '.join(texts)})"


def joined(texts: Sequence[str], between: str) -> str:
    """Put texts together; those that are missing leave no mark, and all missing are missing."""
    return f"nullif(concat_ws({literal(between)}, {', '.join(texts)}), '')"
