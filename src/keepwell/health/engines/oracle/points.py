"""This file gives the points of one value by its scale, or the reason why it earns none."""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.health.definition.scale import Baseline, Lookup, OwnTarget, Peers, Scale, Steps
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
