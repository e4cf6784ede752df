"""This file turns the values of one column into points by what is known of some accounts: by rank, or by how many of each kind left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import optimize

from keepwell.health.definition.scale import Lookup, Peers, Scale, Steps
from keepwell.health.judge.customer_table import Column
from keepwell.health.judge.rows import Codes
from keepwell.health.scoring.arrays import Flags, Numbers

# Accounts added to each kind at the mean leaving rate, so that two that left are not yet 100 %
# (an m-estimate: Cestnik 1990, "Estimating probabilities", ECAI).
PRIOR = 10.0
MOST_STEPS = 10
ACCOUNTS_A_STEP = 10  # leavers, or stayers where those are fewer


@dataclass(frozen=True, eq=False)
class Counts:
    """How many accounts left and stayed at each value of a column, and at none (the last entry).

    An account with several rows counts once, in parts.
    """

    left: Numbers
    stayed: Numbers

    @property
    def all(self) -> Numbers:
        return self.left + self.stayed

    def rates(self) -> Numbers:
        """The leaving rate at each value, drawn to the mean; the mean where nobody is."""
        total = self.all.sum()
        mean = self.left.sum() / total if total else 0.5
        found: Numbers = (self.left + PRIOR * mean) / (self.all + PRIOR)
        return found

    def by_step(self, step: Codes) -> Counts:
        """Add up the values of each step; those at none stay the last entry."""
        size = int(step.max()) + 1 if len(step) else 0
        left, stayed = (
            np.r_[np.bincount(step, each[:-1], size), each[-1]] for each in (self.left, self.stayed)
        )
        return Counts(left, stayed)


# Gives the points of each value of a column; not-a-number for a category that no account has.
Kind: TypeAlias = Callable[[Column, Counts], Numbers]


def shares(accounts: Codes) -> Numbers:
    """Give the part of its account that each row stands for.

    >>> shares(np.array([0, 0, 1])).tolist()
    [0.5, 0.5, 1.0]
    """
    found: Numbers = 1.0 / np.bincount(accounts)[accounts]
    return found


def count(column: Column, left: Flags, share: Numbers) -> Counts:
    """Count accounts by value; `share` is the part of its account that each row stands for."""
    return count_by_fold(column, left, share, np.zeros(len(left), dtype=np.int64), 1)[0]


def count_by_fold(
    column: Column, left: Flags, share: Numbers, fold: Codes, folds: int
) -> list[Counts]:
    """Count accounts by value in each fold."""
    size = column.size + 1
    places = np.where(column.codes < 0, column.size, column.codes) + fold * size
    by_outcome = [
        np.bincount(places, weights=share * of, minlength=size * folds).reshape(folds, size)
        for of in (left, ~left)
    ]
    return [Counts(by_outcome[0][nth], by_outcome[1][nth]) for nth in range(folds)]


def out_of_fold(
    columns: tuple[Column, ...], left: Flags, accounts: Codes, fold: Codes, kind: Kind
) -> Numbers:
    """Give each row the points that the other folds give it: rows x columns, not-a-number where missing."""
    share, folds = shares(accounts), int(fold.max()) + 1
    found = np.full((len(left), len(columns)), np.nan)
    for at, column in enumerate(columns):
        counts = count_by_fold(column, left, share, fold, folds)
        tables = np.empty((folds, column.size))
        for nth in range(folds):
            others = [each for other, each in enumerate(counts) if other != nth]
            left_there = np.sum([each.left for each in others], axis=0)
            stayed_there = np.sum([each.stayed for each in others], axis=0)
            tables[nth] = kind(column, Counts(left_there, stayed_there))
        found[:, at] = np.where(column.is_known, tables[fold, np.maximum(column.codes, 0)], np.nan)
    return found


def of_rows(column: Column, table: Numbers) -> Numbers:
    """Look up the points of each row; not-a-number where the value is missing."""
    return np.where(column.is_known, table[np.maximum(column.codes, 0)], np.nan)


def is_higher_better(column: Column, counts: Counts) -> bool | None:
    """Tell whether more of a number goes with staying; none for categories, which have no order."""
    if column.numbers is None:
        return None
    left, stayed = counts.left[:-1], counts.stayed[:-1]
    below = np.cumsum(stayed) - stayed / 2
    # How many stayers have less than each leaver, ties half: Mann and Whitney (1947).
    return bool((left * below).sum() <= left.sum() * stayed.sum() / 2)


def ranks(column: Column, counts: Counts) -> Numbers:
    """Give points by percentile among the accounts counted, ties half, in the better direction.

    Numbers are ordered by size, in the direction that goes with staying; categories by how few left.
    """
    own = counts.all[:-1]
    if not own.sum():
        return np.full(column.size, np.nan)
    if column.numbers is not None:
        found: Numbers = (np.cumsum(own) - own / 2) / own.sum() * 100.0
        return found if is_higher_better(column, counts) else 100.0 - found
    order = np.argsort(-counts.rates()[:-1], kind="stable")
    placed = np.empty(column.size)
    placed[order] = (np.cumsum(own[order]) - own[order] / 2) / own.sum() * 100.0
    return np.where(own > 0, placed, np.nan)


def by_leaving(column: Column, counts: Counts) -> Numbers:
    """Give points by the leaving rate of each step or category: 100 where fewest left, 0 where most did."""
    return _by_rate(column, counts, is_monotone=False)


def rising(column: Column, counts: Counts) -> Numbers:
    """Give points by leaving rate that only rise, or only fall, with a number (isotonic regression)."""
    return _by_rate(column, counts, is_monotone=True)


def _by_rate(column: Column, counts: Counts, *, is_monotone: bool) -> Numbers:
    own = counts.all[:-1]
    if not own.sum():
        return np.full(column.size, np.nan)
    step = steps_of(column, counts)
    merged = counts.by_step(step)
    size, rates = merged.all[:-1], merged.rates()[:-1]
    if is_monotone and column.numbers is not None:
        is_falling = bool(is_higher_better(column, counts))
        # A step without accounts has no say; steps of numbers always have some.
        rates = optimize.isotonic_regression(rates, weights=size, increasing=not is_falling).x
    low, high = rates[size > 0].min(), rates[size > 0].max()
    # Rates that differ by less than this differ by rounding alone.
    flat = high - low < 1e-9
    points = np.full(len(rates), 50.0) if flat else 100.0 * (high - rates) / (high - low)
    found: Numbers = points[step]
    return found if column.numbers is not None else np.where(own > 0, found, np.nan)


def steps_of(column: Column, counts: Counts) -> Codes:
    """Give the step of each value: numbers in parts of about as many accounts, categories each its own."""
    if column.numbers is None:
        return np.arange(column.size, dtype=np.int64)
    own = counts.all[:-1]
    fewer = min(counts.left.sum(), counts.stayed.sum())
    parts = max(2, min(MOST_STEPS, int(fewer // ACCOUNTS_A_STEP)))
    middle = (np.cumsum(own) - own / 2) / max(own.sum(), 1e-9)
    part = np.minimum((middle * parts).astype(np.int64), parts - 1)
    filled = np.unique(part[own > 0])
    # A number that nobody has goes with the step below it.
    found: Codes = np.maximum(np.searchsorted(filled, part, "right") - 1, 0).astype(np.int64)
    return found


def staying(column: Column, counts: Counts) -> Numbers:
    """Give the share that stays at each value, and last where there is none: what a column alone tells.

    What is missing is a kind of its own here, for a gap can give the answer away.
    """
    step = steps_of(column, counts)
    rates = counts.by_step(step).rates()
    found: Numbers = 1.0 - np.r_[rates[:-1][step], rates[-1]]
    return found


def scale(kind: Kind, column: Column, table: Numbers, *, is_higher_better: bool | None) -> Scale:
    """Write points as a scale of a card, which earns the same."""
    if column.numbers is None:
        known = ~np.isnan(table)
        return Lookup(
            tuple(
                (label, float(points))
                for label, points, has in zip(column.labels, table, known, strict=True)
                if has
            )
        )
    if kind is ranks:
        return Peers("", bool(is_higher_better))
    # A new step begins where the points change.
    begins = np.flatnonzero(np.diff(table) != 0) + 1
    below = [(float(column.numbers[at]), float(table[at - 1])) for at in begins]
    return Steps(tuple(below), float(table[-1]))
