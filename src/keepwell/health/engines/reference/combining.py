"""This file combines the points of a group's children for one account, and holds them to the group's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    Beside,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
)
from keepwell.health.definition.operand import Operand
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scorecard import Group

DECIMALS = 9


def combine(group: Group, earned: Sequence[float | None]) -> tuple[float | None, list[float]]:
    """Give the group's points, and each child's part of them."""
    weights = [child.weight for child in group.children]
    if group.combine == "gate":
        for at, (child, own) in enumerate(zip(group.children, earned, strict=True)):
            if child.gate is not None and own is not None and round(own, DECIMALS) < child.gate:
                return own, _only(at, len(earned))
    if group.combine in ("lowest", "highest"):
        spoken = [
            (round(own, DECIMALS), at)
            for at, own in enumerate(earned)
            if own is not None and weights[at]
        ]
        if not spoken:
            return None, [0.0] * len(earned)
        sign = 1 if group.combine == "lowest" else -1
        _, at = min(spoken, key=lambda pair: (sign * pair[0], pair[1]))
        return earned[at], _only(at, len(earned))
    total = whole = 0.0
    for weight, own in zip(weights, earned, strict=True):
        if own is not None:
            total += weight * own
            whole += weight
    if not whole:
        return None, [0.0] * len(earned)
    return total / whole, [
        weight / whole if own is not None else 0.0
        for weight, own in zip(weights, earned, strict=True)
    ]


def _only(at: int, count: int) -> list[float]:
    return [1.0 if nth == at else 0.0 for nth in range(count)]


def apply(
    rules: Sequence[Rule], points: float | None, names: Mapping[str, Any]
) -> tuple[float | None, list[tuple[float, bool | None]]]:
    """Hold points to rules, one after the other; for each, what it added and whether it applied (None: not known)."""
    effects: list[tuple[float, bool | None]] = []
    for rule in rules:
        holds = decide(rule.when, names)
        if points is None or not holds:
            effects.append((0.0, None if holds is None else False))
            continue
        after = _changed(rule, points, names)
        effects.append((after - points, True))
        points = after
    return points, effects


def _changed(rule: Rule, points: float, names: Mapping[str, Any]) -> float:
    if rule.kind == "cap":
        return min(points, rule.points)
    if rule.kind == "floor":
        return max(points, rule.points)
    left = 1.0
    if rule.halves_days:
        since = names[rule.since]
        left = 0.0 if since is None else 0.5 ** (since / rule.halves_days)
    return min(100.0, max(0.0, points + rule.points * left))


def decide(condition: Condition, names: Mapping[str, Any]) -> bool | None:
    """Whether a condition holds; None where what it reads is not known and could change the answer."""
    match condition:
        case AllOf(parts):
            decided = [decide(part, names) for part in parts]
            return False if False in decided else None if None in decided else True
        case AnyOf(parts):
            decided = [decide(part, names) for part in parts]
            return True if True in decided else None if None in decided else False
        case Not(part):
            inner = decide(part, names)
            return None if inner is None else not inner
        case IsMissing(cell):
            return _named(cell, names) is None
        case OneOf(cell, values):
            found = _named(cell, names)
            return None if found is None else any(_compare(found, "=", value) for value in values)
        case Compare(cell, operator, value):
            found, beside = (
                _named(cell, names),
                _named(value.cell, names) if isinstance(value, Beside) else value,
            )
            return None if found is None or beside is None else _compare(found, operator, beside)


def _named(cell: Operand, names: Mapping[str, Any]) -> Any:
    assert isinstance(cell, str), "a rule reads what stands in the card by its name"
    return names[cell]


def _compare(left: Any, operator: str, right: Any) -> bool:
    if not isinstance(left, str):
        left, right = round(left, DECIMALS), round(float(right), DECIMALS)
    tests = {"=": left == right, "!=": left != right}
    if isinstance(left, str):
        return bool(tests[operator])
    return bool(
        {**tests, "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
            operator
        ]
    )
