"""This file applies a rule to a group's points: what it adds or takes for every account, and where
it is undecided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

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
from keepwell.health.scoring.arrays import DECIMALS, Flags, Numbers, Words

# What a condition can read: values by the name of the measure, and points as `name_points`.
Columns: TypeAlias = Mapping[str, Numbers | Words]

OPERATORS = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True)
class Effect:
    """What a rule did to each account: points added (below 0: taken), whether it applied, whether
    it was undecided."""

    points: Numbers
    applied: Flags
    undecided: Flags


def apply(rule: Rule, points: Numbers, columns: Columns) -> tuple[Numbers, Effect]:
    """Give the points after one rule, and its effect. A rule whose condition is undecided does not
    apply."""
    holds, fails = decide(rule.when, columns)
    applied = holds & ~np.isnan(points)
    match rule.kind:
        case "cap":
            changed = np.asarray(np.minimum(points, rule.points))
        case "floor":
            changed = np.maximum(points, rule.points)
        case _:
            left: Any = 1.0
            if rule.halves_days:
                # Half of a boost is left after so many days since its fact; nothing where that day
                # is not known.
                days = np.asarray(columns[rule.since], dtype=np.float64)
                left = np.nan_to_num(np.power(0.5, days / rule.halves_days))
            changed = np.asarray(np.clip(points + rule.points * left, 0.0, 100.0))
    after = np.where(applied, changed, points)
    added = np.where(applied, after - np.nan_to_num(points), 0.0)
    return after, Effect(np.nan_to_num(added), applied, ~holds & ~fails)


def decide(condition: Condition, columns: Columns) -> tuple[Flags, Flags]:
    """Say for every account whether the condition is known to hold and whether it is known to fail.

    Neither means undecided: what it reads is missing and could change the answer (SQL's
    three-valued logic).
    """
    match condition:
        case AllOf(parts):
            holds, fails = zip(*(decide(part, columns) for part in parts), strict=True)
            return np.logical_and.reduce(holds), np.logical_or.reduce(fails)
        case AnyOf(parts):
            holds, fails = zip(*(decide(part, columns) for part in parts), strict=True)
            return np.logical_or.reduce(holds), np.logical_and.reduce(fails)
        case Not(part):
            part_holds, part_fails = decide(part, columns)
            return part_fails, part_holds
        case IsMissing(operand):
            missing = ~_is_known(_column(operand, columns))
            return missing, ~missing
        case OneOf(operand, values):
            cells = _column(operand, columns)
            known = _is_known(cells)
            test = np.logical_or.reduce([_compare(cells, "=", value) for value in values])
            return known & test, known & ~test
        case Compare(operand, operator, value):
            cells = _column(operand, columns)
            known = _is_known(cells)
            if isinstance(value, OtherOperand):
                other: Any = _column(value.operand, columns)
                known &= _is_known(other)
            else:
                other = value
            test = _compare(cells, operator, other)
            return known & test, known & ~test


def _column(operand: Operand, columns: Columns) -> Numbers | Words:
    assert isinstance(operand, str), "a rule reads the columns of the card by name"
    return columns[operand]


def _is_known(cells: Numbers | Words) -> Flags:
    if cells.dtype == object:
        return np.array([cell is not None for cell in cells], dtype=np.bool_)
    return ~np.isnan(cells.astype(np.float64))


def _compare(cells: npt.NDArray[Any], operator: str, value: Any) -> Flags:
    if cells.dtype == object:
        same = np.asarray(cells == value, dtype=np.bool_)  # one word for all, or one for each
        return ~same if operator == "!=" else same
    rounded = np.round(np.asarray(value, dtype=np.float64), DECIMALS)
    return np.asarray(OPERATORS[operator](np.round(cells, DECIMALS), rounded), dtype=np.bool_)
