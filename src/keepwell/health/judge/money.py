"""This file sums what accounts that left paid, by how the score saw them before."""

from __future__ import annotations

from datetime import date

from keepwell.health.judge.judgement import Money
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.landmarks import HEADLINE


def of(table: Table) -> Money:
    """Sum what each account that left paid, by its band at the first landmark whose lead holds its leaving."""
    total = dict.fromkeys(("left", "at_risk", "healthy"), 0.0)
    unknown = 0
    names = table.scored.bands
    for at in first_of_leavers(table):
        paid = table.landmarks[at].revenue
        if paid is None:
            unknown += 1
            continue
        total["left"] += paid
        total["at_risk"] += paid * (int(table.band[at]) in names.at_risk)
        total["healthy"] += paid * (int(table.band[at]) in names.healthy)
    return Money(**total, unknown=unknown)


def first_of_leavers(table: Table) -> list[int]:
    """Find for each leaving the first landmark within whose lead it lies."""
    first: dict[tuple[str, date], int] = {}
    for at, row in enumerate(table.landmarks):
        if row.left_on is not None and row.has_left(HEADLINE):
            key = (row.account_id, row.left_on)
            if key not in first or row.on < table.landmarks[first[key]].on:
                first[key] = at
    return [first[key] for key in sorted(first, key=lambda key: (key[1], key[0]))]
