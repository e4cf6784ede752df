"""This file combines the points of a group's children for one account."""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.health.definition.scorecard import Group
from keepwell.health.engines.oracle.values import DECIMALS


def combine(group: Group, points: Sequence[float | None]) -> tuple[float | None, list[float]]:
    """Give the group's points, and the part of them that each child makes."""
    weights = [child.weight for child in group.children]
    nobody = [0.0] * len(points)
    if group.combine == "gate":
        for nth, (child, own) in enumerate(zip(group.children, points, strict=True)):
            if child.gate is not None and own is not None and round(own, DECIMALS) < child.gate:
                return own, _only(nth, len(points))
    if group.combine in ("lowest", "highest"):
        counted = [
            (round(own, DECIMALS), nth)
            for nth, own in enumerate(points)
            if own is not None and weights[nth]
        ]
        if not counted:
            return None, nobody
        wanted = min if group.combine == "lowest" else max
        extreme = wanted(number for number, _ in counted)
        first = next(nth for number, nth in counted if number == extreme)
        return points[first], _only(first, len(points))
    total = whole = 0.0
    for weight, own in zip(weights, points, strict=True):
        if own is not None:
            total += weight * own
            whole += weight
    if not whole:
        return None, nobody
    return total / whole, [
        weight / whole if own is not None else 0.0
        for weight, own in zip(weights, points, strict=True)
    ]


def _only(chosen: int, count: int) -> list[float]:
    return [1.0 if nth == chosen else 0.0 for nth in range(count)]
