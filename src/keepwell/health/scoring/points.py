"""This file turns values into points by their scale, with the reason where they earn none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from keepwell.health.compile.frame import Numbers, Words
from keepwell.health.compile.values import CODES, Values
from keepwell.health.definition.scale import Baseline, Line, Lookup, OwnTarget, Peers, Scale, Steps
from keepwell.health.definition.scorecard import NEUTRAL_POINTS, Leaf
from keepwell.health.scoring import peers
from keepwell.health.scoring.peers import Distributions


def points(
    scale: Scale, values: Values, frozen: Distributions | None = None
) -> tuple[Numbers, npt.NDArray[np.int8]]:
    """Give the points (0..100, not-a-number where missing) and the codes of reasons (0 where there are points).

    `frozen` are the distributions among which a measure is placed that is judged among peers.
    """
    earned, reason = _earned(scale, values, frozen or {})
    without = values.is_known & np.isnan(earned)
    return earned, np.where(without, CODES[reason], values.missing).astype(np.int8)


def decided(leaf: Leaf, earned: Numbers) -> Numbers:
    """Apply the decision about gaps: neutral and zero put points in, the others leave the gap."""
    instead = {"neutral": NEUTRAL_POINTS, "zero": 0.0}.get(leaf.policy)
    return earned if instead is None else np.where(np.isnan(earned), instead, earned)


def _earned(scale: Scale, values: Values, frozen: Distributions) -> tuple[Numbers, str]:
    """The points, and the reason that stands for those that a known value does not earn."""
    match scale:
        case Line(worst, best):
            return _line(values.numbers, worst, best), "undefined"
        case OwnTarget(_, worst, best):
            targets = np.where(values.targets == 0, np.nan, values.targets)
            return _line(values.numbers / targets, worst, best), "no_target"
        case Baseline(_, worst, best):
            usual = np.where(values.targets == 0, np.nan, values.targets)
            return _line(values.numbers / usual, worst, best), "no_baseline"
        case Peers(_, is_higher_better):
            placed = peers.percentiles(values, frozen)
            return (placed if is_higher_better else 100.0 - placed), "few_peers"
        case Steps(steps, otherwise):
            tests = [values.numbers < below for below, _ in steps]
            earned = (
                np.select(tests, [earned for _, earned in steps], otherwise) if steps else otherwise
            )
            return np.where(np.isnan(values.numbers), np.nan, earned), "undefined"
        case Lookup(listed, otherwise):
            return _looked_up(dict(listed), otherwise, values.labels), "no_match"


def _line(numbers: Numbers, worst: float, best: float) -> Numbers:
    return np.clip((numbers - worst) / (best - worst) * 100.0, 0.0, 100.0)


def _looked_up(listed: dict[str, float], otherwise: float | None, labels: Words | None) -> Numbers:
    rest = np.nan if otherwise is None else otherwise
    cells = labels if labels is not None else ()
    return np.array(
        [np.nan if label is None else listed.get(label, rest) for label in cells], dtype=np.float64
    )
