"""This file holds that of rejected rows and rows without their number the larger share is not covered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from keepwell.health.scoring.lacking import Lacking
from keepwell.health.scoring.values import Value, stack


def test_the_larger_share_is_not_covered() -> None:
    none = np.full(3, None, dtype=object)
    rejected = Lacking(np.array([1.0, 3.0, np.nan]), np.array([10.0, 10.0, np.nan]), none)
    empty = Lacking(np.array([2.0, 1.0, np.nan]), np.array([10.0, 10.0, np.nan]), none)
    values = stack([Value(1.0)] * 3, is_category=False)
    assert values.uncovered == 0.0
    assert list(np.atleast_1d(replace(values, rejected=rejected).uncovered)) == [0.1, 0.3, 0.0]
    both = replace(values, rejected=rejected, empty=empty)
    assert list(np.atleast_1d(both.uncovered)) == [0.2, 0.3, 0.0]
    assert list(np.atleast_1d(both.take(np.array([1])).uncovered)) == [0.3]
