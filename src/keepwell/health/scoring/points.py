"""This file turns values into points by their scale, with the reason where they earn none."""

from __future__ import annotations

import numpy as np

from keepwell.health.definition.scale import (
    Baseline,
    Linear,
    Lookup,
    OwnTarget,
    Peers,
    Scale,
    Steps,
)
from keepwell.health.definition.scorecard import NEUTRAL_POINTS, Leaf
from keepwell.health.scoring import peers
from keepwell.health.scoring.arrays import Codes, Numbers
from keepwell.health.scoring.peers import Distributions
from keepwell.health.scoring.values import REASON_CODES, Values


def earn(
    scale: Scale, values: Values, frozen: Distributions | None = None
) -> tuple[Numbers, Codes]:
    """Give the points (0..100, not-a-number where missing) and the codes of reasons (0 where there
    are points).

    `frozen` are the distributions in which a measure is ranked whose scale is among peers.
    """
    points, reason = _on_scale(scale, values, frozen or {})
    has_no_points = values.is_known & np.isnan(points)
    return points, np.where(has_no_points, REASON_CODES[reason], values.missing).astype(np.int8)


def apply_policy(leaf: Leaf, points: Numbers) -> Numbers:
    """Fill gaps as the card decided: neutral and zero put points in; skip and carry leave
    the gap."""
    # Carrying is no matter of points: an older value was put in place of the gap before it came
    # here.
    instead = {"neutral": NEUTRAL_POINTS, "zero": 0.0}.get(leaf.policy)
    return points if instead is None else np.where(np.isnan(points), instead, points)


def _on_scale(scale: Scale, values: Values, frozen: Distributions) -> tuple[Numbers, str]:
    """Give the points, and the reason for known values that earn none."""
    match scale:
        case Linear(worst, best):
            return _on_line(values.numbers, worst, best), "undefined"
        case OwnTarget(_, worst, best) | Baseline(_, worst, best):
            # Nobody can be measured against a target of 0.
            targets = np.where(values.targets == 0, np.nan, values.targets)
            reason = "no_target" if isinstance(scale, OwnTarget) else "no_baseline"
            return _on_line(values.numbers / targets, worst, best), reason
        case Peers(_, is_higher_better):
            ranked = peers.percentiles(values, frozen)
            return (ranked if is_higher_better else 100.0 - ranked), "few_peers"
        case Steps(steps, otherwise):
            points = np.full(len(values.numbers), otherwise)
            for below, earned in reversed(steps):  # thresholds rise: the lowest one above wins
                points = np.where(values.numbers < below, earned, points)
            return np.where(np.isnan(values.numbers), np.nan, points), "undefined"
        case Lookup(listed, otherwise):
            assert values.labels is not None, "a lookup is for categories"
            table, rest = dict(listed), np.nan if otherwise is None else otherwise
            listed_points = [
                np.nan if label is None else table.get(label, rest) for label in values.labels
            ]
            return np.array(listed_points, dtype=np.float64), "no_match"


def _on_line(numbers: Numbers, worst: float, best: float) -> Numbers:
    return np.clip((numbers - worst) / (best - worst) * 100.0, 0.0, 100.0)
