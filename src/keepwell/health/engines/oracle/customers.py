"""This file says whether an account is still a customer on a date, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Table
from keepwell.health.engines.oracle import feeds
from keepwell.health.engines.oracle.operands import Row

GAP_DAYS = 60  # within which a renewal may be signed late


def is_former(lines: Sequence[Row], renewals: Sequence[Row], as_of: date) -> bool:
    """Say whether an account is gone: `lines` and `renewals` are its own and those of all accounts below it.

    Without any recurring line nobody can say so. While one runs, or within the days in which a renewal may be late, it is a
    customer; unless it had said that it leaves.
    """
    recurring = [
        line for line in lines if line["on"] < as_of and line.get("kind") in (None, "recurring")
    ]
    if not recurring or any(line.get("ends_on") is None for line in recurring):
        return False
    last_end = max(line["ends_on"] for line in recurring)
    if last_end >= as_of:
        return False
    if as_of > last_end + timedelta(days=GAP_DAYS):
        return True
    return any(_leaves(row, last_end, as_of) for row in renewals)


def known_until(feeds_: Sequence[Feed], tables: Mapping[str, Table], as_of: date) -> date:
    """Give the date up to which contracts are known: while a feed of theirs is late nobody can be said to have left since."""
    until = [
        feeds.read_until(feed, tables["contracts"], as_of)
        for feed in feeds_
        if "contracts" in feed.tables and "contracts" in tables
    ]
    return min((day for day in until if day), default=as_of)


def _leaves(row: Row, last_end: date, as_of: date) -> bool:
    """Say whether a renewal is the word, known before a date, that they leave when their last line ends or later."""
    if row.get("movement") != "churn":
        return False
    said = [day for day in (row.get("noticed_on"), row.get("decided_on")) if day is not None]
    if not said or min(said) >= as_of:
        return False
    takes_effect = row.get("effective_on") or row.get("due_on")
    return takes_effect is None or takes_effect >= last_end
