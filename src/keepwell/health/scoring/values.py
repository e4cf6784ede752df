"""This file holds the values of one measure: of many accounts as arrays, and of a single
account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from keepwell.health.definition.measure import REASONS
from keepwell.health.scoring import lacking
from keepwell.health.scoring.arrays import Codes, Flags, Numbers, Rows, Words
from keepwell.health.scoring.lacking import Lacking

# A reason is stored as its place in this list, in one byte an account; 0 means that there is a
# value.
REASON_CODES = {reason: at for at, reason in enumerate(("", *REASONS))}


@dataclass(frozen=True)
class Values:
    """One measure of every account: a number each, or a label each where it is a category.

    Days since what never happened are infinite, so that they compare, rank and earn as what is
    beyond every number; lines and JSON say `never` instead.
    `missing` holds codes of `REASON_CODES`, `ages` the days since the newest fact behind each
    value, `carried` the days that a value was carried forward, `peers` the group of accounts
    that each is ranked in, `rejected` what was rejected of the rows behind them (none: nothing), and
    `empty` which of those that were not have an empty cell.
    """

    numbers: Numbers
    labels: Words | None
    missing: Codes
    targets: Numbers
    is_stale: Flags
    ages: Numbers
    carried: Numbers
    peers: Words | None = None
    rejected: Lacking | None = None
    empty: Lacking | None = None

    def take(self, rows: Rows) -> Values:
        """Select the accounts at these places."""
        return Values(
            self.numbers[rows],
            None if self.labels is None else self.labels[rows],
            self.missing[rows],
            self.targets[rows],
            self.is_stale[rows],
            self.ages[rows],
            self.carried[rows],
            None if self.peers is None else self.peers[rows],
            None if self.rejected is None else self.rejected.take(rows),
            None if self.empty is None else self.empty.take(rows),
        )

    def marked(self, missing: Codes) -> Values:
        """Set why there are no values. What does not count is told beside a value, and where it is the reason for
        none."""
        return replace(
            self,
            missing=missing,
            rejected=lacking.told(self.rejected, missing, REASON_CODES["rows_rejected"]),
            empty=lacking.told(self.empty, missing, REASON_CODES["no_number"]),
        )

    @property
    def uncovered(self) -> Numbers | float:
        """The part of the weight that rows leave uncovered, rejected or without their number: the
        larger share."""
        found = lacking.larger(self.rejected, self.empty)
        return 0.0 if found is None else found.share

    @property
    def is_known(self) -> Flags:
        return np.equal(self.missing, 0)


@dataclass(frozen=True)
class Value:
    """One measure of one account: a number or a label, or the reason why there is neither.

    `peers` are the sorted values that a measure ranked among peers was placed in.
    """

    number: float | None = None
    label: str | None = None
    missing: str | None = None
    target: float | None = None
    is_stale: bool = False
    data_age_days: int | None = None
    carried_days: int | None = None
    peers: tuple[float, ...] = ()


def stack(values: Sequence[Value], is_category: bool) -> Values:
    """Turn single values into arrays, one row each; without groups of peers."""
    return Values(
        numbers=_numbers([None if value.missing else value.number for value in values]),
        labels=np.array([value.label for value in values], dtype=object) if is_category else None,
        missing=np.array([REASON_CODES[value.missing or ""] for value in values], dtype=np.int8),
        targets=_numbers([value.target for value in values]),
        is_stale=np.array([value.is_stale for value in values], dtype=np.bool_),
        ages=_numbers([value.data_age_days for value in values]),
        carried=_numbers([value.carried_days for value in values]),
    )


def _numbers(cells: Sequence[float | None]) -> Numbers:
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
