"""This file names the arrays that scoring works on, and how closely their numbers are compared."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

# Each array holds one cell for every account, and all arrays of a run hold the accounts in the same
# order.
Numbers: TypeAlias = npt.NDArray[np.float64]  # not-a-number where missing
Dates: TypeAlias = npt.NDArray[np.datetime64]  # not-a-time where missing
Flags: TypeAlias = npt.NDArray[np.bool_]
Words: TypeAlias = npt.NDArray[np.object_]  # None where missing
Codes: TypeAlias = npt.NDArray[np.int8]  # reasons why a value is missing: values.REASON_CODES
Rows: TypeAlias = npt.NDArray[np.intp]  # places of accounts in that order

# Engines agree to nine decimals. Ties, thresholds and ranks are compared after rounding to these,
# so that the same facts never fall on different sides of a threshold in DuckDB and in Spark.
DECIMALS = 9

# Weights such as 0.1 add up to a hair under a round limit, which they still reach.
HAIR = 1e-12


def divide(number: Numbers, by: Numbers) -> Numbers:
    """Divide where the denominator is above 0; not-a-number elsewhere, without NumPy's warning.

    >>> divide(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    out: Numbers = np.full(len(number), np.nan)
    np.divide(number, by, out=out, where=by > 0)
    return out
