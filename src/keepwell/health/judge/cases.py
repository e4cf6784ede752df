"""This file tells losses one by one, where too few left for any figure: what the score said before, what moved, and what was known and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np

from keepwell.health.judge.circumstances import Circumstances
from keepwell.health.judge.judgement import Case, Loss, Moved, Noted, Seen
from keepwell.health.judge.kinds_of_loss import LOST_ACCOUNT
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.leaving import LEFT
from keepwell.health.judge.partial_losses import PartialLoss
from keepwell.health.judge.spells import Spell, by_account

MONTHS = 12  # of the history that is told
MOST = 3  # measures that moved


def tell(
    table: Table, losses: Iterable[Loss], partial: Iterable[PartialLoss], around: Circumstances
) -> tuple[Case, ...]:
    """Tell each loss, the earliest first: of accounts that left, and of products and amounts that were lost; where these stand in for
    leaving, each once."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(table.landmarks):
        places[row.account_id].append(at)
    plays, opened = by_account(around.treatments or ()), by_account(around.risks or ())
    name = LOST_ACCOUNT if around.outcome == LEFT else around.outcome
    whole = [
        (name, each.account_id, each.left_on, each.revenue, each.reason)
        for each in losses
        if not around.is_proxy
    ]
    parts = [
        (each.kind, each.account_id, each.lost_on, each.revenue, each.reason) for each in partial
    ]
    found = []
    for kind, account_id, lost_on, revenue, reason in [*whole, *parts]:
        own = sorted(
            (at for at in places[account_id] if table.landmarks[at].on <= lost_on),
            key=lambda at: table.landmarks[at].on,
        )[-MONTHS:]
        first = table.landmarks[own[0]].on if own else lost_on
        noted = _noted(plays.get(account_id, ()), opened.get(account_id, ()), first, lost_on)
        found.append(
            Case(
                kind=kind,
                account_id=account_id,
                lost_on=lost_on,
                revenue=revenue,
                reason=reason,
                history=tuple(_seen(table, at) for at in own),
                moved=_moved(table, own),
                noted=tuple(sorted(noted, key=lambda each: (each.known_on, each.on, each.what))),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.lost_on, each.account_id, each.kind)))


def _seen(table: Table, at: int) -> Seen:
    score, band = float(table.score[at]), int(table.band[at])
    names = table.scored.bands.names
    return Seen(
        table.landmarks[at].on,
        None if np.isnan(score) else score,
        None if band < 0 else names[band],
    )


def _moved(table: Table, own: Sequence[int]) -> tuple[Moved, ...]:
    """Name the measures whose points changed most from the first month in which they were known to the last, up or down."""
    points: dict[str, list[float]] = defaultdict(list)
    for at in own:
        for path, value in table.points(at):
            points[path].append(value)
    found = [
        Moved(path, values[0], values[-1])
        for path, values in points.items()
        if values[0] != values[-1]
    ]
    return tuple(sorted(found, key=lambda each: (-abs(each.after - each.before), each.path))[:MOST])


def _noted(
    plays: Sequence[Spell], risks: Sequence[Spell], first: date, lost_on: date
) -> Iterator[Noted]:
    """List what somebody wrote down from a day on until the loss."""
    spells = [("play", each) for each in plays] + [("risk", each) for each in risks]
    for what, spell in spells:
        if first <= spell.begins <= lost_on:
            yield Noted(spell.begins, max(spell.begins, spell.known_on), f"{what} began", spell.kind)  # fmt: skip
        if spell.ended and first <= spell.ended <= lost_on:
            yield Noted(spell.ended, max(spell.ended, spell.known_on), f"{what} ended", spell.kind)
