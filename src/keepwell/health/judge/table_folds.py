"""This file splits a table of customers into rows to fit on and rows to judge on: by account, and with times the past from what came later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepwell.health.judge.customer_table import CustomerTable
from keepwell.health.judge.rows import Codes
from keepwell.health.scoring.arrays import Flags

FOLDS = 5
PAST = 2 / 3  # of the rows, nearly
SEED = 14  # of the order in which accounts are dealt; any will do, and the same file gives the same folds


@dataclass(frozen=True, eq=False)
class Split:
    """Places of the rows to fit on and of those to judge on; no account is in both."""

    fit: npt.NDArray[np.intp]
    judge: npt.NDArray[np.intp]


def deal(left: Flags, accounts: Codes, folds: int = FOLDS, seed: int = SEED) -> Codes:
    """Give the fold of each row. All rows of an account are in one fold, and each fold has its share
    of the accounts that left.

    >>> fold = deal(np.array([True, True, False, False]), np.array([0, 0, 1, 2]), folds=2)
    >>> bool(fold[0] == fold[1])
    True
    """
    rows = np.bincount(accounts)
    has_left = np.bincount(accounts[left], minlength=len(rows)) > 0
    by_account = np.full(len(rows), -1, dtype=np.int64)
    random = np.random.default_rng(seed)
    place = 0
    for outcome in (True, False):
        who = random.permutation(np.flatnonzero((rows > 0) & (has_left == outcome)))
        by_account[who] = (place + np.arange(len(who))) % folds
        place += len(who)
    return by_account[accounts]


def splits(table: CustomerTable, folds: int = FOLDS) -> Iterator[Split]:
    """Split by folds of accounts; with times, each account is judged on its later rows by what was
    fitted on earlier rows of other accounts."""
    fold = deal(table.left, table.accounts, folds)
    if table.periods is None:
        for nth in range(folds):
            yield Split(np.flatnonzero(fold != nth), np.flatnonzero(fold == nth))
        return
    past = table.periods < later_from(table.periods)
    if not set(table.accounts[past]) & set(table.accounts[~past]):
        yield Split(np.flatnonzero(past), np.flatnonzero(~past))
        return
    for nth in range(folds):
        yield Split(np.flatnonzero(past & (fold != nth)), np.flatnonzero(~past & (fold == nth)))


def later_from(periods: Codes) -> int:
    """Find the period from which on rows are judged: about two thirds of them lie before."""
    found, counts = np.unique(periods, return_counts=True)
    before = np.r_[0, np.cumsum(counts)[:-1]] / len(periods)
    return int(found[np.argmin(np.abs(before - PAST))]) if len(found) else 0
