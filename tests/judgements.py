"""This file makes judgements of companies that are drawn by chance, so that tests show one of any size without scoring anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from keepwell.app.judged import Judged
from keepwell.health.definition.band import band_of
from keepwell.health.definition.scorecard import Definition
from keepwell.health.judge.backtest import judge
from keepwell.health.judge.judgement import Scored
from keepwell.health.judge.landmarks import Landmark, Landmarks, months

FIRST, LAST, UNTIL = date(2025, 1, 1), date(2025, 12, 1), date(2026, 8, 1)
REASONS = ("price", "own_tool", "competitor", "")


def judged(
    card: Definition,
    *,
    leavers: int,
    stayers: int,
    knows: float = 1.0,
    accounts: Sequence[str] = (),
    version: int | None = 1,
    seed: int = 7,
    **more: Any,
) -> Judged:
    """Judge a card on accounts of which some left: the score is lower before by as much as it knows, and nothing where that is 0.

    `accounts` are ids that the first accounts have; the others have ids of their own.
    """
    random = np.random.default_rng(seed)
    dates = tuple(months(FIRST, LAST))
    rows, levels = [], []
    for nth in range(leavers + stayers):
        # They leave in turn with those who stay, so that given ids are of both.
        is_leaving = (nth % 2 == 0 and nth // 2 < leavers) or nth >= 2 * stayers
        is_leaving = is_leaving and not (nth % 2 and nth // 2 < stayers)
        id = accounts[nth] if nth < len(accounts) else f"X-{nth}"
        left_on = FIRST + timedelta(days=int(random.integers(100, 330))) if is_leaving else None
        paid = None if nth % 9 == 5 else float(random.integers(1_000, 60_000))
        lasting = 70 - 22 * knows * is_leaving + 14 * random.normal()
        for on in dates:
            if left_on is None or on <= left_on:
                decides_on = on + timedelta(days=20) if (nth + on.month) % 3 else on + timedelta(days=200)  # fmt: skip
                if left_on and (left_on - on).days < 90:
                    decides_on = left_on
                rows.append(Landmark(id, on, left_on, decides_on, paid, REASONS[nth % 4]))
                levels.append(lasting + 6 * random.normal())
    scored = Scored.nothing(card, len(rows))
    for at, level in enumerate(levels):
        score = float(np.clip(level, 0, 100))
        known = None if at % 41 == 0 else score
        band = None if known is None else band_of(known, card.bands).name
        scored.put(at, "large" if at % 3 else "small", known, band)
        for nth, path in enumerate(scored.points):
            points = None if (at + nth) % 7 == 0 else level + 20 * nth * random.normal()
            scored.put_points(at, path, None if points is None else float(np.clip(points, 0, 100)))
    found = judge(Landmarks(tuple(rows), dates, gone=3), scored, UNTIL, seed=1, draws=60)
    whole = Judged(file="the published card", version=version, scores="known", backtest=found)
    return replace(whole, **more)
