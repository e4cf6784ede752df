"""This file simulates companies whose accounts leave by a risk of their own: rows by account and month, of one design whose truth can be had from many accounts."""

from __future__ import annotations

import numpy as np

from keepwell.health.judge.rows import Rows
from keepwell.health.scoring.arrays import Numbers

MONTHS = 15  # of landmarks; what happens is known for the lead after the last of them
LEAD = 3


def company(seed: int, accounts: int, knows: float = 1.0) -> tuple[Rows, Numbers]:
    """Simulate a company: its rows and their scores, in whole points, so that there are ties.

    Each account has a lasting risk and a mood that drifts from month to month, of both of which the
    score knows a part: none where `knows` is 0, and the wrong way where it is below. It joins in one of the months,
    and leaves at a rate that rises with both. A row is left when that falls within the lead.
    """
    random = np.random.default_rng(seed)
    lasting = random.normal(size=accounts)
    joins = np.where(random.random(accounts) < 0.6, 0, random.integers(MONTHS, size=accounts))
    mood, leaves = random.normal(size=accounts), np.full(accounts, MONTHS + LEAD)
    moods = np.empty((accounts, MONTHS + LEAD))
    for month in range(MONTHS + LEAD):
        mood = 0.8 * mood + 0.6 * random.normal(size=accounts)
        moods[:, month] = mood
        rate = 1 / (1 + np.exp(4.6 - 0.8 * lasting - 0.6 * mood))
        goes = (random.random(accounts) < rate) & (month >= joins) & (leaves == MONTHS + LEAD)
        leaves[goes] = month + 1
    noise = 1.4 * random.normal(size=accounts)[:, None] + 0.5 * random.normal(
        size=(accounts, MONTHS)
    )
    risk = knows * (lasting[:, None] + moods[:, :MONTHS]) + noise
    score = np.clip(np.round(60 - 9 * risk), 0, 100)
    month = np.arange(MONTHS)
    account, at = np.nonzero((month >= joins[:, None]) & (month < leaves[:, None]))
    left = leaves[account] <= at + LEAD
    return Rows(account, at, left), score[account, at]
