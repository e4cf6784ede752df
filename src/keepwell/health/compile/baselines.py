"""This file compares a value with the account's own past: growth against the window before, and its
own baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from keepwell.health.scoring import lacking
from keepwell.health.scoring.arrays import divide
from keepwell.health.scoring.values import REASON_CODES, Values


def growth(now: Values, before: Values) -> Values:
    """Replace a number by its change against the window before, as a share of that; undefined where
    that was 0."""
    missing = np.where(now.is_known, before.missing, now.missing).astype(np.int8)
    # Between a number and never, or between two that never happened, there is no share.
    is_never = np.isinf(now.numbers) | np.isinf(before.numbers)
    missing[(missing == 0) & (is_never | (before.numbers == 0))] = REASON_CODES["undefined"]
    known = missing == 0
    numbers = np.full(len(known), np.nan)
    change = np.subtract(now.numbers, before.numbers, out=numbers.copy(), where=known)
    np.divide(change, before.numbers, out=numbers, where=known)
    ages = np.where(known, now.ages, np.nan)
    # Of two windows the one of which more does not count; where there is no number now, only that is told.
    rejected, empty = (
        lacking.where(now.is_known, lacking.larger(own, earlier), own)
        for own, earlier in ((now.rejected, before.rejected), (now.empty, before.empty))
    )
    found = replace(now, numbers=numbers, ages=ages, rejected=rejected, empty=empty)
    return found.marked(missing)


def baseline(now: Values, earlier: Sequence[Values]) -> Values:
    """Set the mean of the windows before as the target, where at least half of them are known;
    undefined where one of them is never."""
    total = count = np.zeros(len(now.numbers))
    for then in earlier:
        total = total + np.where(then.is_known, then.numbers, 0.0)
        count = count + np.where(then.is_known, 1.0, 0.0)
    enough = np.where(count * 2 >= len(earlier), count, 0.0)
    found = replace(now, targets=divide(total, enough))
    is_never = np.isinf(total)
    if not is_never.any():
        return found
    missing = np.where(now.is_known & is_never, REASON_CODES["undefined"], now.missing)
    found = replace(
        found,
        numbers=np.where(missing == 0, now.numbers, np.nan),
        targets=np.where(is_never, np.nan, found.targets),
        ages=np.where(missing == 0, now.ages, np.nan),
    )
    return found.marked(missing.astype(np.int8))
