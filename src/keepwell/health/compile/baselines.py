"""This file compares a value with the account's own past: growth against the window before, and its
own baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from keepwell.health.scoring.arrays import divide
from keepwell.health.scoring.values import REASON_CODES, Values


def growth(now: Values, before: Values) -> Values:
    """Replace a number by its change against the window before, as a share of that; undefined where
    that was 0."""
    missing = np.where(now.is_known, before.missing, now.missing).astype(np.int8)
    missing[(missing == 0) & (before.numbers == 0)] = REASON_CODES["undefined"]
    known = missing == 0
    numbers = np.full(len(known), np.nan)
    np.divide(now.numbers - before.numbers, before.numbers, out=numbers, where=known)
    ages = np.where(known, now.ages, np.nan)
    return replace(now, numbers=numbers, missing=missing, ages=ages)


def baseline(now: Values, earlier: Sequence[Values]) -> Values:
    """Set the mean of the windows before as the target, where at least half of them are known."""
    total = count = np.zeros(len(now.numbers))
    for then in earlier:
        total = total + np.where(then.is_known, np.nan_to_num(then.numbers), 0.0)
        count = count + np.where(then.is_known, 1.0, 0.0)
    enough = np.where(count * 2 >= len(earlier), count, 0.0)
    return replace(now, targets=divide(total, enough))
