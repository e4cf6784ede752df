"""This file tells accounts at risk that somebody worked on from those that were left alone: a score that is acted on is judged by what is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

import numpy as np

from keepwell.health.judge import rates
from keepwell.health.judge.judgement import FalseAlarm, Treated
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.landmarks import HEADLINE, Landmark
from keepwell.health.judge.spells import Spell, by_account
from keepwell.health.scoring.arrays import Flags


def flags(table: Table, treatments: Sequence[Spell]) -> Flags:
    """Say of each row whether a play ran between its day and what came of it: the leaving, or the end of the 90 days."""
    plays = by_account(treatments)
    return np.array([bool(_plays(row, plays)) for row in table.landmarks], bool)


def apart(table: Table, treatments: Sequence[Spell], is_treated: Flags) -> Treated:
    """Compare rows at risk that were treated with those that were not, and count the calls of either kind."""
    rows, at_risk = table.rows(HEADLINE), table.is_in(table.scored.bands.at_risk)
    treated, alone = at_risk & is_treated, at_risk & ~is_treated
    decides, plays = table.decides(HEADLINE), by_account(treatments)
    count, kinds = Counter[str](), Counter[str]()
    for call in calls(table):
        own = [at for at in call if is_treated[at]]
        how = "treated" if own else "untreated"
        count[how] += 1
        count[f"{how} left"] += bool(rows.left[call].any())
        count["rescued"] += bool(not rows.left[call].any() and decides[own].any())
        kinds.update({each.kind for at in own for each in _plays(table.landmarks[at], plays)})
    return Treated(
        accounts=rows.distinct(at_risk),
        treated_accounts=rows.distinct(treated),
        treated=rates.leaving(rows.only(treated)),
        untreated=rates.leaving(rows.only(alone)),
        difference=rates.share_difference(rows, alone, treated),
        treated_calls=count["treated"],
        treated_left=count["treated left"],
        rescued=count["rescued"],
        untreated_calls=count["untreated"],
        untreated_left=count["untreated left"],
        plays=tuple(sorted(kinds.items(), key=lambda each: (-each[1], each[0]))),
    )


def false_alarms(table: Table, is_treated: Flags) -> Iterator[FalseAlarm]:
    """List the calls on accounts that stayed though nobody worked on them: the mirror of whom a score missed."""
    left = table.rows(HEADLINE).left
    for call in calls(table):
        if left[call].any() or is_treated[call].any():
            continue
        first, latest = call[0], call[-1]
        row, score = table.landmarks[first], float(table.score[first])
        yield FalseAlarm(
            account_id=row.account_id,
            first_on=row.on,
            last_on=table.landmarks[latest].on,
            score=None if np.isnan(score) else score,
            band=table.scored.bands.names[int(table.band[first])],
            revenue=row.revenue,
            worst=table.worst(first)[:3],
        )


def calls(table: Table) -> Iterator[list[int]]:
    """Give the rows of each call, in the order of accounts and months: months at risk in a row are one call."""
    at_risk = table.is_in(table.scored.bands.at_risk)
    order = np.lexsort((table.month, table.account)).tolist()
    for _, own in groupby(order, key=lambda at: table.account[at]):
        for is_call, rows in groupby(own, key=lambda at: bool(at_risk[at])):
            if is_call:
                yield list(rows)


def _plays(row: Landmark, plays: Mapping[str, Sequence[Spell]]) -> list[Spell]:
    end = row.on + timedelta(days=HEADLINE)
    if row.left_on is not None:
        end = min(end, row.left_on)
    return [each for each in plays.get(row.account_id, ()) if each.touches(row.on, end)]
