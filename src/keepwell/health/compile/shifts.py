"""This file holds what a value is beside the account's own past: growth against the window before, and its own baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from keepwell.health.compile.values import CODES, Values
from keepwell.health.scoring.combine import divided


def growth(now: Values, before: Values) -> Values:
    """The change against the window before, as a share of it; nothing before is nothing to divide by."""
    missing = np.where(now.is_known, before.missing, now.missing).astype(np.int8)
    missing[(missing == 0) & (before.numbers == 0)] = CODES["undefined"]
    known = missing == 0
    numbers = np.full(len(known), np.nan)
    np.divide(now.numbers - before.numbers, before.numbers, out=numbers, where=known)
    ages = np.where(known, now.ages, np.nan)
    return replace(now, numbers=numbers, missing=missing, ages=ages)


def baseline(now: Values, earlier: Sequence[Values]) -> Values:
    """Set as target the mean of the windows before, where at least half of them are known; added in their order."""
    total = count = np.zeros(len(now.numbers))
    for then in earlier:
        total = total + np.where(then.is_known, np.nan_to_num(then.numbers), 0.0)
        count = count + np.where(then.is_known, 1.0, 0.0)
    enough = np.where(count * 2 >= len(earlier), count, 0.0)
    return replace(now, targets=divided(total, enough))
