"""This file draws the accounts of the simulated world: who they are when it begins, or when they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.simulate import vendor
from keepwell.simulate.world import World

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STARTED_BEFORE = 0.6  # the share of accounts that were there when the world begins
IN_GROUPS = 0.10  # the share of accounts that are a daughter of another
STALLED = 0.06
NEVER_CONVERTS = 0.12  # of the small ones, who begin with a trial
NO_SPONSOR = 0.22


@dataclass(frozen=True)
class Accounts:
    """One place for each account in every array; days are numbers, categories places in the vendor's lists.

    `parent` is the place of the account above, or -1. `fit` is how well the product suits them, in spreads: nobody sees
    it. `is_monthly` pays by the month; `is_doomed_trial` tries and does not buy; `is_stalled` does not get through its
    onboarding for most of a year; `csm` looks after it at the end, `former_csm` before the handover.
    """

    segment: Ints
    industry: Ints
    country: Ints
    employees: Ints
    seats: Ints
    started: Ints
    parent: Ints
    csm: Ints
    former_csm: Ints
    fit: Floats
    is_monthly: Flags
    is_trial: Flags
    is_doomed_trial: Flags
    is_stalled: Flags
    has_sponsor: Flags
    has_parts: Flags
    has_insight: Flags
    has_multi_year: Flags
    is_auto_renewing: Flags

    def __len__(self) -> int:
        return len(self.segment)

    def of_segment(self, name: str) -> Floats:
        """A number of the segment for each account."""
        return np.array([float(getattr(segment, name)) for segment in vendor.SEGMENTS])[
            self.segment
        ]

    @property
    def bought(self) -> Ints:
        """When they began to pay: a month later where they tried first."""
        return self.started + np.where(self.is_trial, 30, 0)

    @property
    def terms(self) -> Ints:
        """The days for which they sign."""
        return np.where(self.is_monthly, 30, np.where(self.has_multi_year, 3 * 365, 365))

    def has(self, product: str, who: int) -> bool:
        """Whether an account bought a product; the first one everybody did."""
        bought = {vendor.PARTS: self.has_parts, vendor.INSIGHT: self.has_insight}
        return product not in bought or bool(bought[product][who])

    @property
    def has_optimist(self) -> Flags:
        """Whose CSM sees them too bright."""
        return np.asarray(self.csm == self.csm.max())

    @property
    def is_american(self) -> Flags:
        """Whose workspace lies in the American data centre."""
        american = np.array([country in vendor.AMERICAN for country in vendor.COUNTRIES])
        return np.asarray(american[self.country])


def csms(accounts: int) -> int:
    """How many CSMs look after so many accounts; the last of them is the optimistic one, the first left.

    >>> csms(400)
    8
    """
    return max(3, -(-accounts // vendor.MOST_ACCOUNTS_OF_A_CSM))


def drawn(world: World) -> Accounts:
    """Draw all accounts of a world."""
    dice, n = world.dice("accounts"), world.accounts
    shares = np.array([segment.share for segment in vendor.SEGMENTS])
    segment = dice.choice(len(shares), n, p=shares)
    middle, spread = (
        np.array([each.seats[at] for each in vendor.SEGMENTS])[segment] for at in (0, 1)
    )
    seats = np.maximum(2, np.round(middle * np.exp(dice.normal(0, 1, n) * spread))).astype(np.int64)
    before = dice.random(n) < STARTED_BEFORE
    started = world.first_day + np.where(
        before,
        -dice.integers(30, 3 * 365, n),
        dice.integers(0, world.end_day - world.first_day - 35, n),
    )
    is_small, is_large = segment == 0, segment == len(shares) - 1
    is_trial = is_small & ~before & (dice.random(n) < 0.6)
    csm, former_csm = _books(n, dice)
    parent = _parents(segment, dice)
    country = dice.choice(len(vendor.COUNTRIES), n, p=vendor.COUNTRY_SHARES)
    # However few there are, each data centre has somebody.
    country[0] = vendor.COUNTRIES.index(vendor.AMERICAN[0])
    started[0], is_trial[0], parent[0] = world.first_day - 200, False, -1
    return Accounts(
        segment=segment,
        industry=_of_the_group(dice.integers(0, len(vendor.INDUSTRIES), n), parent),
        country=_like_the_parent(country, parent, dice),
        employees=np.round(
            seats * dice.uniform(1.5, 4.5, n) * np.array([1.0, 2.2, 5.0])[segment]
        ).astype(np.int64),
        seats=seats,
        started=started,
        parent=parent,
        csm=csm,
        former_csm=former_csm,
        fit=dice.normal(0, 0.75, n),
        is_monthly=is_small & (dice.random(n) < 0.45),
        is_trial=is_trial,
        is_doomed_trial=is_trial & (dice.random(n) < NEVER_CONVERTS / (0.4 * 0.6)),
        is_stalled=~before & ~is_small & (dice.random(n) < STALLED / 0.4),
        has_sponsor=dice.random(n) >= NO_SPONSOR * np.where(is_large, 0.6, 1.0),
        has_parts=dice.random(n) < 0.25 + 0.2 * segment,
        has_insight=dice.random(n) < 0.15 + 0.25 * segment,
        has_multi_year=is_large & (dice.random(n) < 0.4),
        is_auto_renewing=dice.random(n) < 0.8 - 0.2 * segment,
    )


def _books(n: int, dice: np.random.Generator) -> tuple[Ints, Ints]:
    """Who looks after each account at the end, and who did before the first of the CSMs left."""
    count = csms(n)
    former = dice.integers(0, count, n)
    return np.where(former == 0, 1, former), former


def _parents(segment: Ints, dice: np.random.Generator) -> Ints:
    """Put some accounts below large ones, in groups of two to five daughters."""
    parent = np.full(len(segment), -1)
    heads = dice.permutation(np.flatnonzero(segment == len(vendor.SEGMENTS) - 1))
    free = list(dice.permutation(np.flatnonzero(segment != len(vendor.SEGMENTS) - 1)))
    left = round(IN_GROUPS * len(segment))
    for head in heads[: max(1, len(heads) // 2)]:
        for _ in range(min(int(dice.integers(2, 6)), left, len(free))):
            parent[free.pop()] = head
            left -= 1
    return parent


def _of_the_group(industry: Ints, parent: Ints) -> Ints:
    """A group is of one trade."""
    return np.where(parent >= 0, industry[np.maximum(parent, 0)], industry)


def _like_the_parent(country: Ints, parent: Ints, dice: np.random.Generator) -> Ints:
    """Most daughters of a group are at home where it is; all lie in the same data centre."""
    away: Any = dice.random(len(country)) < 0.4
    american = np.array([name in vendor.AMERICAN for name in vendor.COUNTRIES])
    above = country[np.maximum(parent, 0)]
    follows = (parent >= 0) & (~away | (american[country] != american[above]))
    return np.where(follows, above, country)
