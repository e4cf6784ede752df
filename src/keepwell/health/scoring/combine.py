"""This file combines the points of a group's children into the group's, and splits the group's
among them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keepwell.health.definition.scorecard import Group
from keepwell.health.scoring.arrays import DECIMALS, Numbers, Rows, divide


@dataclass(frozen=True)
class Combined:
    """A group's points, not-a-number where no child has any, and the part of the group that each
    child makes.

    The parts of the children with points add up to 1; parts times points add up to the group's
    points.
    """

    points: Numbers
    parts: tuple[Numbers, ...]


def combine(group: Group, points: Sequence[Numbers]) -> Combined:
    """Combine the points of the children, given in their order."""
    if group.combine == "mean":
        return _mean(group, points)
    if group.combine != "gate":
        return _choose(_extreme(group, points), points)
    # The first child under its gate sets the group; where none is, the weighted mean does.
    shut = np.full(len(points[0]), -1, dtype=np.intp)
    for nth, (child, own) in enumerate(zip(group.children, points, strict=True)):
        if child.gate is not None:
            shut = np.where((shut < 0) & (np.round(own, DECIMALS) < child.gate), nth, shut)
    mean, gated = _mean(group, points), _choose(shut, points)
    return Combined(
        np.where(shut >= 0, gated.points, mean.points),
        tuple(
            np.where(shut >= 0, one, other)
            for one, other in zip(gated.parts, mean.parts, strict=True)
        ),
    )


def _mean(group: Group, points: Sequence[Numbers]) -> Combined:
    """Take the weighted mean of the children that have points: a missing one leaves its weight to
    the others."""
    # Added child by child and not by np.sum, which adds pairwise: the order decides the last bit,
    # and a replay compares bits.
    total = whole = np.zeros(len(points[0]))
    for child, own in zip(group.children, points, strict=True):
        total = total + np.where(np.isnan(own), 0.0, child.weight * own)
        whole = whole + np.where(np.isnan(own), 0.0, child.weight)
    parts = [
        np.nan_to_num(divide(np.where(np.isnan(own), 0.0, child.weight), whole))
        for child, own in zip(group.children, points, strict=True)
    ]
    return Combined(divide(total, whole), tuple(parts))


def _extreme(group: Group, points: Sequence[Numbers]) -> Rows:
    """Find the child with the lowest or highest points, the first of equals; -1 where no child has
    any."""
    # A child of weight 0 is watched and does not count, however low it is.
    counted = np.array(
        [
            own if child.weight else np.full(len(own), np.nan)
            for child, own in zip(group.children, points, strict=True)
        ]
    )
    sign = 1.0 if group.combine == "lowest" else -1.0
    ranked = np.where(np.isnan(counted), np.inf, np.round(counted * sign, DECIMALS))
    return np.where(np.isnan(counted).all(axis=0), -1, np.argmin(ranked, axis=0))


def _choose(chosen: Rows, points: Sequence[Numbers]) -> Combined:
    """Give the group the points of one child; `chosen` is its place, -1 for none."""
    result = np.full(len(chosen), np.nan)
    for nth, own in enumerate(points):
        result = np.where(chosen == nth, own, result)
    return Combined(result, tuple(np.where(chosen == nth, 1.0, 0.0) for nth in range(len(points))))
