"""This file judges scores by renewals: what each said 30, 60 and 90 days before the notice deadline, and how the renewal went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from keepwell.health.judge import bootstrap, rates
from keepwell.health.judge.judgement import RenewalLead
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.renewals import Due
from keepwell.health.judge.rows import Rows

BEFORE = (30, 60, 90)  # days before the deadline
OLDEST = timedelta(days=31)  # of a score that still stands: months' firsts are no further apart


def leads(
    table: Table, renewals: Sequence[Due], *, seed: int, draws: int
) -> tuple[RenewalLead, ...]:
    """Judge the score of each renewal's account on so many days before its deadline: the newest of a month's first, up to 31 days older.

    Left out are renewals that were not known then, or were signed or lost before. Of several that one month's score stands for, the first
    counts. Renewals are compared with those that were scored on the same day.
    """
    places: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for at, row in enumerate(table.landmarks):
        places[row.account_id].append((row.on, at))
    return tuple(_lead(table, renewals, places, days, seed, draws) for days in BEFORE)


def _lead(
    table: Table,
    renewals: Sequence[Due],
    places: dict[str, list[tuple[date, int]]],
    days: int,
    seed: int,
    draws: int,
) -> RenewalLead:
    left: dict[int, bool] = {}
    for renewal in renewals:
        asked_on = renewal.deadline - timedelta(days=days)
        if renewal.known_on >= asked_on or (renewal.signed_on and renewal.signed_on < asked_on):
            continue
        own = [each for each in places.get(renewal.account_id, ()) if asked_on - OLDEST <= each[0] <= asked_on]  # fmt: skip
        if not own or (renewal.left_on and renewal.left_on < asked_on):
            continue
        left.setdefault(max(own)[1], renewal.left_on is not None)
    at = np.array(list(left), dtype=np.int64)
    rows = Rows(table.account[at], table.month[at], np.array(list(left.values()), dtype=np.bool_))
    score = table.score[at]
    unscored = rows.only(np.isnan(score))
    return RenewalLead(
        days=days,
        renewals=len(rows),
        left=int(rows.left.sum()),
        auc=bootstrap.within_months(rows, score, seed=seed, draws=draws),
        bands=rates.by_band(rows, table.band[at], table.scored.bands.names) if len(rows) else (),
        unscored=len(unscored),
        unscored_left=int(unscored.left.sum()),
    )
