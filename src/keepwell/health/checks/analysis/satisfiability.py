"""This file finds whether a rule's condition can ever be true, and whether it can ever not be,
whatever the facts are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product

from keepwell.health.checks.analysis import ranges
from keepwell.health.definition import condition as conditions
from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    Comparand,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
    OtherOperand,
)
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Lookup

MOST_CASES = 2000  # with more, the answer is undecided rather than slow
OTHER = "\0any other word"
Value = float | str | None


@dataclass(frozen=True)
class Bounds:
    """The range of a number or word whatever the facts are, and whether it may be missing."""

    least: float
    most: float
    may_be_missing: bool = True
    is_word: bool = False


@dataclass(frozen=True)
class Truth:
    """Whether a condition can be true, and whether it can be anything else; both where it is
    undecided."""

    can_hold: bool
    can_fail: bool

    @property
    def always(self) -> bool:
        return self.can_hold and not self.can_fail


UNDECIDED = Truth(True, True)


def bounds_of(measure: Measure) -> Bounds:
    """Find the bounds of a measure's value."""
    least, most = ranges.of(measure)
    return Bounds(least, most, is_word=isinstance(measure.scale, Lookup))


def of(condition: Condition, bounds: Mapping[str, Bounds]) -> Truth:
    """Evaluate a condition on a value from every range between the numbers that it names, and on a
    missing one.

    >>> of(Compare("usage_points", ">=", Decimal(0)), {"usage_points": Bounds(0.0, 100.0, False)}).always
    True
    """
    names = list(dict.fromkeys(conditions.columns(condition)))
    operands = _operands(condition)
    if not set(names) <= set(bounds) or any(
        isinstance(each, OtherOperand) for own in operands.values() for each in own
    ):
        return UNDECIDED
    tried = [_tried(bounds[name], operands.get(name, ())) for name in names]
    if math.prod(len(values) for values in tried) > MOST_CASES:
        return UNDECIDED
    results = {
        evaluate(condition, dict(zip(names, values, strict=True))) for values in product(*tried)
    }
    return Truth(True in results, bool(results - {True}))


def evaluate(condition: Condition, values: Mapping[str, Value]) -> bool | None:
    """Evaluate a condition on values; none where a missing one leaves it open."""
    match condition:
        case AllOf(parts):
            results = {evaluate(part, values) for part in parts}
            return False if False in results else None if None in results else True
        case AnyOf(parts):
            results = {evaluate(part, values) for part in parts}
            return True if True in results else None if None in results else False
        case Not(part):
            inner = evaluate(part, values)
            return None if inner is None else not inner
        case IsMissing(column):
            return values[str(column)] is None
        case OneOf(column, operands):
            value = values[str(column)]
            return None if value is None else any(value == _plain(each) for each in operands)
        case Compare(column, operator, operand):
            value = values[str(column)]
            return None if value is None else _compared(value, operator, _plain(operand))


def _compared(value: float | str, operator: str, with_: float | str) -> bool:
    if operator in ("=", "!=") or isinstance(value, str) or isinstance(with_, str):
        return (value == with_) == (operator == "=")
    return {"<": value < with_, "<=": value <= with_, ">": value > with_, ">=": value >= with_}[
        operator
    ]


def _tried(bounds: Bounds, operands: tuple[Comparand, ...]) -> list[Value]:
    """List a value for every case that a condition can distinguish."""
    missing: list[Value] = [None] if bounds.may_be_missing else []
    if bounds.is_word:
        return [*dict.fromkeys(str(each) for each in operands), OTHER, *missing]
    named = sorted({float(each) for each in operands if isinstance(each, Decimal)})
    edges = [
        each for each in (bounds.least, *named, bounds.most) if bounds.least <= each <= bounds.most
    ]
    finite = [each for each in edges if math.isfinite(each)]
    between = [(low + high) / 2 for low, high in pairwise(finite)]
    beyond = [finite[0] - 1] if edges[0] == -math.inf and finite else []
    beyond += [finite[-1] + 1] if edges[-1] == math.inf and finite else []
    return [*(sorted({*finite, *between, *beyond}) or [0.0]), *missing]


def _operands(condition: Condition) -> dict[str, tuple[Comparand, ...]]:
    """List what each column is compared with."""
    found: dict[str, tuple[Comparand, ...]] = {}
    for test in conditions.tests(condition):
        match test:
            case Compare(column, _, value):
                found[str(column)] = (*found.get(str(column), ()), value)
            case OneOf(column, values):
                found[str(column)] = (*found.get(str(column), ()), *values)
    return found


def _plain(operand: Comparand) -> float | str:
    return float(operand) if isinstance(operand, Decimal) else str(operand)
