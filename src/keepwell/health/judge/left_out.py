"""This file counts the accounts that a judgement leaves out, and what became of them: else it would speak of survivors alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from keepwell.health.judge.judgement import LeftOut
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.leaving import Term

GONE, YOUNG, UNKNOWN, UNSCORED = "gone_before", "too_young", "not_known", "no_score"


def count(table: Table, terms: Mapping[str, Sequence[Term]]) -> tuple[LeftOut, ...]:
    """Count accounts by why they are in no row of the headline, or in none with a score, and those among them that have left.

    `gone_before` had left before the first month; `too_young` became customers in the last month or later; `not_known` were customers in
    between, but not on the first of a month on which that was known; `no_score` had too little data in every month.
    """
    if not len(table.landmarks):
        return ()
    dates = [row.on for row in table.landmarks]
    first, last = min(dates), max(dates)
    there = {row.account_id for row in table.landmarks}
    with_score = {
        row.account_id
        for row, score in zip(table.landmarks, table.score, strict=True)
        if not np.isnan(score)
    }
    why: dict[str, str] = dict.fromkeys(there - with_score, UNSCORED)
    why |= {each: _why(terms[each], first, last) for each in terms.keys() - there}
    left = {account for account, own in terms.items() if own[-1].left_on is not None}
    return tuple(
        LeftOut(each, len(own), len(own & left))
        for each in (UNSCORED, YOUNG, GONE, UNKNOWN)
        if (own := {account for account, found in why.items() if found == each})
    )


def _why(own: Sequence[Term], first: date, last: date) -> str:
    if own[0].begins >= last:
        return YOUNG
    if all(term.left_on is not None and term.left_on < first for term in own):
        return GONE
    return UNKNOWN
