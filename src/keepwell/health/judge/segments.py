"""This file judges each segment of a card by itself: its leaving rate, its AUC, and the revenue that left."""

from __future__ import annotations

import numpy as np

from keepwell.health.judge import auc, money, rates
from keepwell.health.judge.judgement import SegmentPart
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.landmarks import HEADLINE
from keepwell.health.scoring.arrays import Flags


def parts(every: Table, whole: Table, deciding: Table) -> tuple[SegmentPart, ...]:
    """Judge each segment that has rows, where there is more than one: revenue of all that left, rates of all rows of which it is known who
    left, AUC of those that decide."""
    found = sorted({str(name) for name in _names(deciding)})
    if len(found) < 2:
        return ()
    return tuple(_part(name, every, whole, deciding) for name in found)


def _part(name: str, every: Table, whole: Table, deciding: Table) -> SegmentPart:
    of_every, of_whole, of_deciding = (_is(table, name) for table in (every, whole, deciding))
    own, decides = whole.only(of_whole), deciding.only(of_deciding)
    rows, at_risk = own.rows(HEADLINE), own.is_in(own.scored.bands.at_risk)
    return SegmentPart(
        name=name,
        accounts=rows.accounts,
        rate=rates.leaving(rows),
        at_risk=rates.leaving(rows.only(at_risk)),
        auc=auc.within_months(decides.rows(HEADLINE), decides.score),
        money=money.of(every.only(of_every)),
    )


def _names(table: Table) -> list[str]:
    return [table.scored.segment[at] for at in table.place] if table.scored.segment else []


def _is(table: Table, name: str) -> Flags:
    return np.array([each == name for each in _names(table)], bool)
