"""This file generates the accounts: what kind of company each is, and when it starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepwell.simulate import vendor
from keepwell.simulate.world import World

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STARTED_BEFORE = 0.6  # share of accounts that exist when the simulation begins
IN_GROUPS = 0.10  # share of accounts that are a subsidiary of another
STALLED = 0.06
NEVER_CONVERTS = 0.12  # share of small accounts whose trial ends without a purchase
NO_SPONSOR = 0.22
TRIAL_DAYS = 30


@dataclass(frozen=True)
class Accounts:
    """One array per attribute, with an element per account.

    Days are day numbers, categories are indexes into the vendor's tuples. `parent` is the index of
    the account above, or -1. `fit` is how well the product suits the account, in standard
    deviations; no system records it. `is_stalled` accounts make no progress with their onboarding
    for most of a year. `csm` owns the account at the end, `former_csm` did before the handover.
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

    def by_segment(self, field: str) -> Floats:
        """Return a field of each account's segment."""
        values = np.array([float(getattr(segment, field)) for segment in vendor.SEGMENTS])
        return values[self.segment]

    @property
    def paying_from(self) -> Ints:
        """The first paid day: trials are free."""
        return self.started + np.where(self.is_trial, TRIAL_DAYS, 0)

    @property
    def term_days(self) -> Ints:
        """The length of a contract term."""
        return np.where(self.is_monthly, 30, np.where(self.has_multi_year, 3 * 365, 365))

    def has_product(self, product: str, account: int) -> bool:
        """Tell whether an account has bought a product; every account has the first one."""
        bought = {vendor.PARTS: self.has_parts, vendor.INSIGHT: self.has_insight}
        return product not in bought or bool(bought[product][account])

    @property
    def has_optimistic_csm(self) -> Flags:
        """Whether the owner is the CSM who overrates all accounts."""
        return np.asarray(self.csm == self.csm.max())

    @property
    def is_us_hosted(self) -> Flags:
        """Whether the workspace is in the US data centre."""
        us_hosted = np.array([country in vendor.US_HOSTED for country in vendor.COUNTRIES])
        return np.asarray(us_hosted[self.country])


def csm_count(accounts: int) -> int:
    """Return the number of CSMs needed; the first one leaves, the last one is the optimist.

    >>> csm_count(400)
    8
    """
    return max(3, -(-accounts // vendor.MAX_ACCOUNTS_PER_CSM))


def generate(world: World) -> Accounts:
    """Generate all accounts of a world."""
    rng, n = world.rng("accounts"), world.account_count
    shares = np.array([segment.share for segment in vendor.SEGMENTS])
    segment = rng.choice(len(shares), n, p=shares)
    median, spread = (
        np.array([each.seats[at] for each in vendor.SEGMENTS])[segment] for at in (0, 1)
    )
    seats = np.maximum(2, np.round(median * np.exp(rng.normal(0, 1, n) * spread))).astype(np.int64)
    before = rng.random(n) < STARTED_BEFORE
    started = world.first_day + np.where(
        before,
        -rng.integers(30, 3 * 365, n),
        rng.integers(0, world.end_day - world.first_day - 35, n),
    )
    is_small, is_large = segment == 0, segment == len(shares) - 1
    is_trial = is_small & ~before & (rng.random(n) < 0.6)
    # The first CSM has left, so the second owns their accounts.
    former_csm = rng.integers(0, csm_count(n), n)
    csm = np.where(former_csm == 0, 1, former_csm)
    parent = _parents(segment, rng)
    country = rng.choice(len(vendor.COUNTRIES), n, p=vendor.COUNTRY_SHARES)
    # Even the smallest company needs an account in each data centre.
    country[0] = vendor.COUNTRIES.index(vendor.US_HOSTED[0])
    started[0], is_trial[0], parent[0] = world.first_day - 200, False, -1
    industry = rng.integers(0, len(vendor.INDUSTRIES), n)
    return Accounts(
        segment=segment,
        industry=np.where(parent >= 0, industry[np.maximum(parent, 0)], industry),
        country=_countries_in_groups(country, parent, rng),
        employees=np.round(
            seats * rng.uniform(1.5, 4.5, n) * np.array([1.0, 2.2, 5.0])[segment]
        ).astype(np.int64),
        seats=seats,
        started=started,
        parent=parent,
        csm=csm,
        former_csm=former_csm,
        fit=rng.normal(0, 0.75, n),
        is_monthly=is_small & (rng.random(n) < 0.45),
        is_trial=is_trial,
        is_doomed_trial=is_trial & (rng.random(n) < NEVER_CONVERTS / (0.4 * 0.6)),
        is_stalled=~before & ~is_small & (rng.random(n) < STALLED / 0.4),
        has_sponsor=rng.random(n) >= NO_SPONSOR * np.where(is_large, 0.6, 1.0),
        has_parts=rng.random(n) < 0.25 + 0.2 * segment,
        has_insight=rng.random(n) < 0.15 + 0.25 * segment,
        has_multi_year=is_large & (rng.random(n) < 0.4),
        is_auto_renewing=rng.random(n) < 0.8 - 0.2 * segment,
    )


def _parents(segment: Ints, rng: np.random.Generator) -> Ints:
    """Put some accounts below enterprise ones, in groups of two to five."""
    parent = np.full(len(segment), -1)
    heads = rng.permutation(np.flatnonzero(segment == len(vendor.SEGMENTS) - 1))
    free = list(rng.permutation(np.flatnonzero(segment != len(vendor.SEGMENTS) - 1)))
    left = round(IN_GROUPS * len(segment))
    for head in heads[: max(1, len(heads) // 2)]:
        for _ in range(min(int(rng.integers(2, 6)), left, len(free))):
            parent[free.pop()] = head
            left -= 1
    return parent


def _countries_in_groups(country: Ints, parent: Ints, rng: np.random.Generator) -> Ints:
    """Give most subsidiaries their parent's country, and all of them its data centre."""
    is_abroad = rng.random(len(country)) < 0.4
    us_hosted = np.array([name in vendor.US_HOSTED for name in vendor.COUNTRIES])
    above = country[np.maximum(parent, 0)]
    follows = (parent >= 0) & (~is_abroad | (us_hosted[country] != us_hosted[above]))
    return np.where(follows, above, country)
