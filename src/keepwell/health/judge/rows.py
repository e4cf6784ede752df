"""This file holds the rows that are judged: one for each account and month at which it could still leave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from keepwell.health.scoring.arrays import DECIMALS, Flags, Numbers

Codes: TypeAlias = npt.NDArray[np.integer[Any]]  # whole numbers that stand for something


@dataclass(frozen=True, eq=False)
class Rows:
    """One row for each account and landmark month; all arrays have one length.

    `account`, `month` and `stratum` are codes (any whole numbers), `left` says whether the account
    left within the lead. Rows are compared only where month and stratum are the same: accounts that
    cannot leave yet are a stratum, for they have not survived anything.
    """

    account: Codes
    month: Codes
    left: Flags
    stratum: Codes | None = None

    def __post_init__(self) -> None:
        kept = [self.account, self.month, self.left]
        kept += [] if self.stratum is None else [self.stratum]
        assert all(array.shape == (len(self.left),) for array in kept), (
            "account, month, left and stratum are flat arrays of one length"
        )
        assert self.left.dtype == np.bool_, "left is True or False for every row"
        assert all(array.dtype.kind in "iu" for array in kept if array is not self.left), (
            "account, month and stratum are whole numbers"
        )
        pairs = np.sort(pair_codes(self.account, self.month))
        assert (pairs[1:] != pairs[:-1]).all(), (
            "an account has one row in a month; two would be compared with each other"
        )

    def __len__(self) -> int:
        return len(self.left)

    @cached_property
    def cell(self) -> Codes:
        """Number the sets of rows that may be compared: those of one month and stratum."""
        if self.stratum is None:
            return numbered(self.month)
        return numbered(pair_codes(self.month, self.stratum))

    @cached_property
    def number(self) -> Codes:
        """Number the accounts 0, 1, 2 ..., in the order of their codes."""
        return numbered(self.account)

    @cached_property
    def accounts(self) -> int:
        return int(self.number.max()) + 1 if len(self) else 0

    @cached_property
    def leavers(self) -> int:
        """Count the accounts with at least one row that says they left."""
        return self.distinct(self.left)

    @property
    def stayers(self) -> int:
        """Count the other accounts: each is a leaver or a stayer, never both."""
        return self.accounts - self.leavers

    @cached_property
    def fewest(self) -> int:
        """Count the accounts of the rarer outcome, on which the width of an interval hangs; one that
        stayed before it left is on both sides."""
        return min(self.leavers, self.distinct(~self.left))

    def distinct(self, chosen: Flags) -> int:
        """Count the accounts of the chosen rows."""
        # Counting is a hundred times faster here than np.unique, which hashes.
        return int(np.count_nonzero(np.bincount(self.number[chosen])))

    def only(self, chosen: Flags) -> Rows:
        """Keep the chosen rows."""
        stratum = None if self.stratum is None else self.stratum[chosen]
        return Rows(self.account[chosen], self.month[chosen], self.left[chosen], stratum)


def scored(rows: Rows, *scores: Numbers) -> tuple[Rows, list[Numbers]]:
    """Keep the rows in which every score is known (not-a-number is missing), and round the scores
    as the engine does before it compares."""
    assert all(score.shape == rows.left.shape for score in scores), "one score for every row"
    known = np.logical_and.reduce([~np.isnan(score) for score in scores])
    return rows.only(known), [np.round(score[known], DECIMALS) for score in scores]


def numbered(codes: Codes) -> Codes:
    """Replace codes by 0, 1, 2 ..., in their order.

    >>> numbered(np.array([7, 3, 7])).tolist()
    [1, 0, 1]
    """
    found: Codes = np.unique(codes, return_inverse=True)[1]
    return found


def pair_codes(first: Codes, second: Codes) -> Codes:
    """Give one code to each pair of codes.

    >>> pair_codes(np.array([1, 1, 2]), np.array([5, 5, 5])).tolist()
    [0, 0, 1]
    """
    if not len(first):
        return np.zeros(0, dtype=np.int64)
    one, other = numbered(first).astype(np.int64), numbered(second).astype(np.int64)
    return one * (int(other.max()) + 1) + other


def sums(numbers: Numbers, codes: Codes, groups: int) -> Numbers:
    """Sum the numbers of each group, 0 where it has none."""
    return np.bincount(codes, weights=numbers, minlength=groups).astype(np.float64)


def quantile_bins(values: Numbers, bins: int) -> tuple[Codes, Numbers]:
    """Cut known values into bins of about the same size; equal values always share a bin.

    Gives the bin of each value, from the lowest on, and the highest value of each bin. There are
    fewer bins where many values are equal.

    >>> quantile_bins(np.array([0.0, 0.0, 0.0, 4.0, 8.0]), 2)[0].tolist()
    [0, 0, 0, 1, 1]
    """
    if not len(values):
        return np.zeros(0, dtype=np.int64), values
    cuts = np.arange(1, bins + 1) / bins
    highest = np.unique(np.quantile(values, cuts, method="inverted_cdf"))
    return np.searchsorted(highest, values, "left"), highest
