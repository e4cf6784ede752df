"""This file computes leaving rates, of all rows, by band and by decile of the score, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from keepwell.health.judge.estimates import LEVEL, Estimate, estimate, unknown
from keepwell.health.judge.rows import Codes, Rows, quantile_bins, scored, sums
from keepwell.health.scoring.arrays import Flags, Numbers

WILSON, CLUSTERED = "wilson", "clustered_wilson"
LINEAR = "clustered_linear"
DECILES = 10


@dataclass(frozen=True)
class Part:
    """The rows of one band, or of one decile of the score: their leaving rate and its lift."""

    name: str
    rate: Estimate
    lift: Estimate  # the rate by the rate of all rows
    left: int  # rows that left
    lowest: float | None = None  # the range of scores, where the part is one
    highest: float | None = None


def wilson(left: float, rows: float, level: float = LEVEL) -> tuple[float, float]:
    """Give the interval of a share (Wilson 1927, JASA 22, 209-212); `rows` may be effective rows.

    >>> low, high = wilson(10, 100)
    >>> round(low, 4), round(high, 4)
    (0.0552, 0.1744)
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    share = left / rows
    centre = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
    reach = z * math.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2)) / (1 + z**2 / rows)
    # It holds the share itself, of which rounding may cut off the last digit.
    return max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach))


def leaving(rows: Rows) -> Estimate:
    """Give the share of rows that left.

    With one row an account the interval is Wilson's. With several, the variance is that of a ratio
    of sums by account (Cochran 1977, "Sampling techniques", 9A); by it rows shrink to effective
    rows, for which the interval is Wilson's (Korn and Graubard 1998, Survey Methodology 24, 193-201).
    """
    if not len(rows):
        return unknown(rows, WILSON)
    share = float(rows.left.mean())
    if rows.accounts == len(rows):
        return estimate(rows, share, wilson(rows.left.sum(), len(rows)), WILSON)
    effective = len(rows) / _design_effect(rows, share)
    return estimate(rows, share, wilson(share * effective, effective), CLUSTERED)


def by_band(rows: Rows, band: Codes, names: Sequence[str]) -> tuple[Part, ...]:
    """Give the leaving rate of each band, the worst first; `band` has the place of each row's band
    in `names`, and -1 where it has none."""
    return tuple(_part(rows, band == place, name) for place, name in enumerate(names))


def by_decile(rows: Rows, score: Numbers, parts: int = DECILES) -> tuple[Part, ...]:
    """Give the leaving rate by tenths of the known scores, the lowest first.

    Equal scores share a part, so there may be fewer of them.
    """
    known, (numbers,) = scored(rows, score)
    bins, highest = quantile_bins(numbers, parts)
    return tuple(
        _part(known, bins == place, str(place + 1), numbers[bins == place])
        for place in range(len(highest))
    )


def share_difference(rows: Rows, first: Flags, second: Flags) -> Estimate:
    """Give the leaving rate of the first rows less that of the second, each of which may hold rows
    of the same accounts."""
    both = rows.only(first | second)
    if not first.any() or not second.any():
        return unknown(both, LINEAR)
    value = float(rows.left[first].mean() - rows.left[second].mean())
    influence = _influence(rows, first) - _influence(rows, second)
    reach = float(stats.norm.ppf((1 + LEVEL) / 2)) * _error(influence, both.accounts)
    return estimate(both, value, (max(-1.0, value - reach), min(1.0, value + reach)), LINEAR)


def _part(rows: Rows, chosen: Flags, name: str, scores: Numbers | None = None) -> Part:
    own = rows.only(chosen)
    lowest, highest = (None, None) if scores is None else (scores.min(), scores.max())
    ends = [None if end is None else float(end) for end in (lowest, highest)]
    return Part(name, leaving(own), _lift(rows, chosen, own), int(own.left.sum()), *ends)


def _lift(rows: Rows, chosen: Flags, own: Rows) -> Estimate:
    """Give the rate of the chosen rows by the rate of all, with an interval on the scale of logs."""
    if not len(own) or not rows.left.any():
        return unknown(own, LINEAR)
    share, of_all = float(own.left.mean()), float(rows.left.mean())
    if not share:  # no log of 0: what the rate itself may be at most, by the rate of all
        return estimate(own, 0.0, (0.0, (leaving(own).high or 0.0) / of_all), LINEAR)
    everything = np.ones(len(rows), dtype=np.bool_)
    influence = _influence(rows, chosen) / share - _influence(rows, everything) / of_all
    reach = float(stats.norm.ppf((1 + LEVEL) / 2)) * _error(influence, rows.accounts)
    lift = share / of_all
    return estimate(own, lift, (lift * math.exp(-reach), lift * math.exp(reach)), LINEAR)


def _influence(rows: Rows, chosen: Flags) -> Numbers:
    """Say how far each account moves the share of the chosen rows that left."""
    excess = np.where(chosen, rows.left - rows.left[chosen].mean(), 0.0)
    return sums(excess, rows.number, rows.accounts) / float(chosen.sum())


def _error(influence: Numbers, accounts: int) -> float:
    """Give the standard error of what accounts move so far, drawn independently."""
    return math.sqrt(accounts / max(accounts - 1, 1) * float((influence**2).sum()))


def _design_effect(rows: Rows, share: float) -> float:
    """Say how many of these rows tell as much as one that nothing is known about.

    At least 1, so that no luck makes an interval narrower than independent rows would; where all
    or none left, rows of one account tell the same thing, so that only accounts count.
    """
    if share in (0.0, 1.0):
        return len(rows) / rows.accounts
    everything = np.ones(len(rows), dtype=np.bool_)
    variance = _error(_influence(rows, everything), rows.accounts) ** 2
    return max(1.0, variance / (share * (1 - share) / len(rows)))
