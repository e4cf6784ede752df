"""This file applies rules to a group's points: what each adds or takes for every account, and where it could not be decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.health.compile.frame import Flags, Numbers, Words
from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    Beside,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
    columns,
)
from keepwell.health.definition.operand import Operand
from keepwell.health.definition.rule import Rule

Names = Mapping[str, Numbers | Words]
DECIMALS = 9  # engines agree to this much: a comparison at an edge must not fall by less


@dataclass(frozen=True)
class Effect:
    """What a rule did to each account: points added (below 0 taken), whether it applied, whether it was not decided."""

    points: Numbers
    applied: Flags
    undecided: Flags


def apply(rule: Rule, earned: Numbers, names: Names) -> tuple[Numbers, Effect]:
    """Hold points to one rule; gives the points after it. A condition that reads what is missing does not apply."""
    holds, fails = decide(rule.when, names)
    applied = holds & ~np.isnan(earned)
    after = np.where(applied, _changed(rule, earned, names), earned)
    effect = np.where(applied, after - np.nan_to_num(earned), 0.0)
    return after, Effect(np.nan_to_num(effect), applied, ~holds & ~fails)


def _changed(rule: Rule, earned: Numbers, names: Names) -> Numbers:
    match rule.kind:
        case "cap":
            return np.asarray(np.minimum(earned, rule.points))
        case "floor":
            return np.maximum(earned, rule.points)
        case _:
            return np.asarray(np.clip(earned + rule.points * _left(rule, names), 0.0, 100.0))


def _left(rule: Rule, names: Names) -> Any:
    """How much of a boost is left: half for every so many days since its fact; nothing where that day is not known."""
    if not rule.halves_days:
        return 1.0
    since = np.asarray(names[rule.since], dtype=np.float64)
    return np.nan_to_num(np.power(0.5, since / rule.halves_days))


def decide(condition: Condition, names: Names) -> tuple[Flags, Flags]:
    """For every account, whether the condition is known to hold and whether it is known to fail; neither is not known."""
    match condition:
        case AllOf(parts):
            decided = [decide(part, names) for part in parts]
            return np.logical_and.reduce([h for h, _ in decided]), np.logical_or.reduce(
                [f for _, f in decided]
            )
        case AnyOf(parts):
            decided = [decide(part, names) for part in parts]
            return np.logical_or.reduce([h for h, _ in decided]), np.logical_and.reduce(
                [f for _, f in decided]
            )
        case Not(part):
            holds, fails = decide(part, names)
            return fails, holds
        case IsMissing(cell):
            missing = ~_is_known(_named(cell, names))
            return missing, ~missing
        case OneOf(cell, values):
            known = _is_known(_named(cell, names))
            test = np.logical_or.reduce(
                [_compare(_named(cell, names), "=", value) for value in values]
            )
            return known & test, known & ~test
        case Compare(cell, operator, value):
            known = _is_known(_named(cell, names))
            beside = _named(value.cell, names) if isinstance(value, Beside) else None
            known &= True if beside is None else _is_known(beside)
            test = _compare(_named(cell, names), operator, value if beside is None else beside)
            return known & test, known & ~test


def _named(cell: Operand, names: Names) -> Numbers | Words:
    assert isinstance(cell, str), "a rule reads what stands in the card by its name"
    return names[cell]


def _is_known(cells: Numbers | Words) -> Flags:
    if cells.dtype == object:
        return np.array([cell is not None for cell in cells], dtype=np.bool_)
    return ~np.isnan(cells.astype(np.float64))


def _compare(cells: npt.NDArray[Any], operator: str, value: Any) -> Flags:
    if cells.dtype == object:
        same = np.array([cell == value for cell in cells], dtype=np.bool_)
        return ~same if operator == "!=" else same
    numbers, number = (
        np.round(cells, DECIMALS),
        np.round(np.asarray(value, dtype=np.float64), DECIMALS),
    )
    tests = {
        "=": np.equal,
        "!=": np.not_equal,
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
    }
    return np.asarray(tests[operator](numbers, number), dtype=np.bool_)


def reads(rule: Rule) -> set[str]:
    """The names that a rule's condition and fading read."""
    return set(columns(rule.when)) | ({rule.since} if rule.since else set())
