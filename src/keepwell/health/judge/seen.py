"""This file looks up how a score saw an account before something happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.landmarks import HEADLINE
from keepwell.health.judge.partial_losses import PartialLoss


def partial_losses(table: Table, losses: Iterable[PartialLoss]) -> tuple[PartialLoss, ...]:
    """Give those losses that some month's 90 days hold, as they were seen on the first of these months."""
    found = []
    for loss in losses:
        at = place(table, loss.account_id, loss.lost_on)
        if at is not None:
            score, band = float(table.score[at]), int(table.band[at])
            found.append(
                replace(
                    loss,
                    seen_on=table.landmarks[at].on,
                    score=None if np.isnan(score) else score,
                    band=None if band < 0 else table.scored.bands.names[band],
                )
            )
    return tuple(found)


def place(table: Table, account_id: str, on: date) -> int | None:
    """Find the first landmark of an account whose 90 days hold a day."""
    places = [
        (row.on, at)
        for at, row in enumerate(table.landmarks)
        if row.account_id == account_id and row.on <= on < row.on + timedelta(days=HEADLINE)
    ]
    return min(places)[1] if places else None
