"""This file gives the points of one value by its scale, or the reason why it earns none."""

from __future__ import annotations

import math
from collections.abc import Sequence

from keepwell.health.definition.scale import (
    Baseline,
    Linear,
    Lookup,
    OwnTarget,
    Peers,
    Scale,
    Steps,
)
from keepwell.health.engines.oracle.values import DECIMALS, Value

FEWEST_PEERS = 20


def scale_points(scale: Scale, value: Value) -> tuple[float | None, str | None]:
    """Give the points of a value, or the reason why it earns none."""
    if value.missing:
        return None, value.missing
    if isinstance(scale, Lookup):
        for label, points in scale.points:
            if label == value.label:
                return points, None
        return scale.otherwise, "no_match" if scale.otherwise is None else None
    if value.never:
        return _of_never(scale, value)
    number = value.number
    assert number is not None, "a value that is not missing has a number"
    if isinstance(scale, Steps):
        for below, points in scale.steps:
            if number < below:
                return points, None
        return scale.otherwise, None
    if isinstance(scale, Peers):
        return _percentile(number, value.peers, scale.is_higher_better)
    if isinstance(scale, OwnTarget | Baseline):
        if not value.target:
            return None, "no_target" if isinstance(scale, OwnTarget) else "no_baseline"
        number = number / value.target
    # On a straight line from the worst value, which earns 0, to the best, which earns 100.
    share = (number - scale.worst) / (scale.best - scale.worst)
    return 0.0 if share <= 0 else 100.0 if share >= 1 else share * 100, None


def far_number(scale: Scale, target: float | None) -> float:
    """Give the number of days beyond which more of them earn the same; 0 where the scale names
    none."""
    if isinstance(scale, Linear):
        return max(scale.worst, scale.best)
    if isinstance(scale, Steps):
        return max((below for below, _ in scale.steps), default=0.0)
    if isinstance(scale, OwnTarget) and target is not None:
        return max(scale.worst * target, scale.best * target)
    return 0.0


def _of_never(scale: Scale, value: Value) -> tuple[float | None, str | None]:
    """Give the points of what never happened: those of the end of the scale that more days lead
    to."""
    if isinstance(scale, Steps):
        return scale.otherwise, None
    if isinstance(scale, Peers):
        return _percentile(math.inf, value.peers, scale.is_higher_better)
    assert not isinstance(scale, Lookup), "days are no category"
    is_more_better = scale.best > scale.worst
    if isinstance(scale, OwnTarget | Baseline):
        if not value.target:
            return None, "no_target" if isinstance(scale, OwnTarget) else "no_baseline"
        is_more_better = is_more_better == (value.target > 0)
    return (100.0 if is_more_better else 0.0), None


def _percentile(
    number: float, peers: Sequence[float], is_higher_better: bool
) -> tuple[float | None, str | None]:
    """Give the share of peers below, ties counted half; 20 peers are the fewest."""
    if len(peers) < FEWEST_PEERS:
        return None, "few_peers"
    own, others = round(number, DECIMALS), [round(other, DECIMALS) for other in peers]
    below = sum(1.0 if other < own else 0.5 if other == own else 0.0 for other in others)
    percentile = below / len(others) * 100.0
    return (percentile if is_higher_better else 100.0 - percentile), None
