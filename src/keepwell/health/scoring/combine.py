"""This file combines the points of a group's children into the group's, and says what part of it each child made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepwell.health.compile.frame import Numbers
from keepwell.health.definition.scorecard import Group


@dataclass(frozen=True)
class Combined:
    """A group's points (not-a-number where no child speaks), and for each child its part of them: the parts of those
    that speak add up to 1, and parts times points to the group's points."""

    points: Numbers
    parts: tuple[Numbers, ...]


def combine(group: Group, earned: Sequence[Numbers]) -> Combined:
    """Combine children in their order; a tie between lowest or highest goes to the first."""
    if group.combine == "mean":
        return _mean([child.weight for child in group.children], earned)
    if group.combine == "gate":
        return _gated(group, earned)
    chosen = _extreme(group, earned)
    return _chosen(chosen, earned)


def _mean(weights: Sequence[float], earned: Sequence[Numbers]) -> Combined:
    """The weighted mean of the children that speak, added in their order; what is missing gives its weight to the others."""
    total = whole = np.zeros(len(earned[0]))
    for weight, own in zip(weights, earned, strict=True):
        total = total + np.where(np.isnan(own), 0.0, weight * own)
        whole = whole + np.where(np.isnan(own), 0.0, weight)
    parts = [
        np.nan_to_num(divided(np.where(np.isnan(own), 0.0, weight), whole))
        for weight, own in zip(weights, earned, strict=True)
    ]
    return Combined(divided(total, whole), tuple(parts))


def _extreme(group: Group, earned: Sequence[Numbers]) -> npt.NDArray[np.intp]:
    """Which child is the lowest (or highest) of those that speak and weigh anything; -1 where none does."""
    stacked = np.array(
        [
            own if child.weight else np.full(len(own), np.nan)
            for child, own in zip(group.children, earned, strict=True)
        ]
    )
    sign = 1.0 if group.combine == "lowest" else -1.0
    ranked = np.where(np.isnan(stacked), np.inf, np.round(stacked * sign, 9))
    return np.where(np.isnan(stacked).all(axis=0), -1, np.argmin(ranked, axis=0))


def _chosen(chosen: npt.NDArray[np.intp], earned: Sequence[Numbers]) -> Combined:
    points = np.full(len(chosen), np.nan)
    for at, own in enumerate(earned):
        points = np.where(chosen == at, own, points)
    return Combined(points, tuple(np.where(chosen == at, 1.0, 0.0) for at in range(len(earned))))


def _gated(group: Group, earned: Sequence[Numbers]) -> Combined:
    """The first child under its gate sets the group; where none is, the weighted mean does."""
    chosen = np.full(len(earned[0]), -1, dtype=np.intp)
    for at, (child, own) in enumerate(zip(group.children, earned, strict=True)):
        if child.gate is not None:
            chosen = np.where((chosen < 0) & (np.round(own, 9) < child.gate), at, chosen)
    mean, gate = _mean([child.weight for child in group.children], earned), _chosen(chosen, earned)
    is_shut = chosen >= 0
    parts = tuple(
        np.where(is_shut, shut, open_) for shut, open_ in zip(gate.parts, mean.parts, strict=True)
    )
    return Combined(np.where(is_shut, gate.points, mean.points), parts)


def divided(number: Numbers, by: Numbers) -> Numbers:
    """Divide where there is something to divide by; not-a-number elsewhere."""
    out: Numbers = np.full(len(number), np.nan)
    np.divide(number, by, out=out, where=by > 0)
    return out
