"""This file places values among those of their peers: the share of peers below, ties counted half."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from keepwell.health.compile.frame import Numbers
from keepwell.health.compile.values import Values
from keepwell.health.definition.scale import LEAST_PEERS

DECIMALS = 9  # engines agree to this much: a tie must not be broken by less

# For each group of peers, the values that they had, rising: what a run freezes for live scores and explanations.
Distributions: TypeAlias = Mapping[str, Numbers]


def distributions(values: Values) -> dict[str, Numbers]:
    """The known values of each group of peers, rising; an account without a group has none."""
    assert values.peers is not None, "a measure among peers knows the group of every account"
    found: dict[str, Numbers] = {}
    for group in {group for group in values.peers if group is not None}:
        own = np.array([peer == group for peer in values.peers], dtype=np.bool_) & values.is_known
        found[group] = np.sort(np.round(values.numbers[own], DECIMALS))
    return found


def percentiles(values: Values, frozen: Distributions) -> Numbers:
    """The percentile (0..100) of each account's value among its peers; not-a-number with fewer than 20 of them."""
    assert values.peers is not None, "a measure among peers knows the group of every account"
    found = np.full(len(values.numbers), np.nan)
    for at, (group, number) in enumerate(
        zip(values.peers, np.round(values.numbers, DECIMALS), strict=True)
    ):
        peers = frozen.get(group) if group is not None else None
        if peers is not None and len(peers) >= LEAST_PEERS and not np.isnan(number):
            below, up_to = (
                np.searchsorted(peers, number, "left"),
                np.searchsorted(peers, number, "right"),
            )
            found[at] = (below + (up_to - below) / 2) / len(peers) * 100.0
    return found
