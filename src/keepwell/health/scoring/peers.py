"""This file ranks values among those of their peers: the share of peers below, ties counted
half."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from keepwell.health.definition.scale import LEAST_PEERS
from keepwell.health.scoring.arrays import DECIMALS, Numbers
from keepwell.health.scoring.values import Values

# The sorted values of each group of peers: what a run freezes for live scores and explanations.
Distributions: TypeAlias = Mapping[str, Numbers]


def distributions(values: Values) -> dict[str, Numbers]:
    """Collect the known values of each group of peers; an account without a group is in none."""
    assert values.peers is not None, "a measure ranked among peers has the group of every account"
    found: dict[str, Numbers] = {}
    for group in {group for group in values.peers if group is not None}:
        own = np.array([peer == group for peer in values.peers], dtype=np.bool_) & values.is_known
        found[group] = np.sort(np.round(values.numbers[own], DECIMALS))
    return found


def percentiles(values: Values, frozen: Distributions) -> Numbers:
    """Rank each account (0..100) in the distribution of its group; not-a-number with fewer than 20
    peers."""
    assert values.peers is not None, "a measure ranked among peers has the group of every account"
    found = np.full(len(values.numbers), np.nan)
    numbers = np.round(values.numbers, DECIMALS)
    for row, (group, number) in enumerate(zip(values.peers, numbers, strict=True)):
        peers = frozen.get(group) if group is not None else None
        if peers is not None and len(peers) >= LEAST_PEERS and not np.isnan(number):
            below = np.searchsorted(peers, number, "left")
            up_to = np.searchsorted(peers, number, "right")
            found[row] = (below + (up_to - below) / 2) / len(peers) * 100.0
    return found
