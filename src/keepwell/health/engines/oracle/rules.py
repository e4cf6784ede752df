"""This file applies the rules of a group to its points for one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
    OtherOperand,
)
from keepwell.health.definition.operand import Operand
from keepwell.health.definition.rule import Rule
from keepwell.health.engines.oracle.rows import ordered
from keepwell.health.engines.oracle.values import DECIMALS


def apply(
    rules: Sequence[Rule], points: float | None, names: Mapping[str, Any]
) -> tuple[float | None, list[tuple[float, bool | None]]]:
    """Apply rules, one after the other; gives for each what it added and whether it applied (None:
    undecided)."""
    effects: list[tuple[float, bool | None]] = []
    for rule in rules:
        holds = decide(rule.when, names)
        if points is None or not holds:
            effects.append((0.0, None if holds is None else False))
            continue
        after = _change(rule, points, names)
        effects.append((after - points, True))
        points = after
    return points, effects


def _change(rule: Rule, points: float, names: Mapping[str, Any]) -> float:
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
    """Say whether a condition holds; None where what it reads is missing and could change the
    answer."""
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
        case IsMissing(operand):
            return _read(operand, names) is None
        case OneOf(operand, values):
            found = _read(operand, names)
            return None if found is None else any(_compare(found, "=", value) for value in values)
        case Compare(operand, operator, value):
            found = _read(operand, names)
            other = _read(value.operand, names) if isinstance(value, OtherOperand) else value
            return None if found is None or other is None else _compare(found, operator, other)


def _read(operand: Operand, names: Mapping[str, Any]) -> Any:
    assert isinstance(operand, str), "a rule reads the columns of the card by name"
    return names[operand]


def _compare(left: Any, operator: str, right: Any) -> bool:
    if not isinstance(left, str):
        left, right = round(left, DECIMALS), round(float(right), DECIMALS)
    return ordered(left, operator, right)
