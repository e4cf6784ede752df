"""This file tells whether a rule's condition can ever hold, and whether it can ever not, from the ranges of what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from keepwell.health.spec.checks import ranges
from keepwell.health.spec.condition import AllOf, AnyOf, Compare, Condition, IsMissing, Not, OneOf
from keepwell.health.spec.measure import Measure
from keepwell.health.spec.scale import Lookup


@dataclass(frozen=True)
class Cell:
    """What is known of a number before any fact is: its range, and whether it may be missing."""

    least: float
    most: float
    may_be_missing: bool = True
    is_word: bool = False


@dataclass(frozen=True)
class Known:
    """Whether a condition can hold, can fail, and can be not known; where nothing is sure it says yes to each."""

    can_hold: bool
    can_fail: bool
    can_be_unknown: bool

    @property
    def always(self) -> bool:
        return self.can_hold and not self.can_fail and not self.can_be_unknown


UNSURE = Known(True, True, True)


def cell(measure: Measure) -> Cell:
    """What is known of a measure's value."""
    least, most = ranges.of(measure)
    return Cell(least, most, is_word=isinstance(measure.scale, Lookup))


def of(condition: Condition, cells: Mapping[str, Cell]) -> Known:
    """Decide a condition as far as ranges go.

    >>> of(Compare("usage_points", ">=", Decimal(0)), {"usage_points": Cell(0.0, 100.0, False)}).always
    True
    """
    match condition:
        case AllOf(parts):
            known = [of(part, cells) for part in parts]
            return Known(all(k.can_hold for k in known), any(k.can_fail for k in known), _any_unknown(known))
        case AnyOf(parts):
            known = [of(part, cells) for part in parts]
            return Known(any(k.can_hold for k in known), all(k.can_fail for k in known), _any_unknown(known))
        case Not(part):
            inner = of(part, cells)
            return Known(inner.can_fail, inner.can_hold, inner.can_be_unknown)
        case IsMissing(column) if column in cells:
            return Known(cells[column].may_be_missing, True, False)
        case Compare(column, operator, value) if column in cells and not cells[column].is_word:
            return _compared(cells[column], operator, float(value)) if isinstance(value, Decimal) else UNSURE
        case OneOf(column, values) if column in cells and not cells[column].is_word:
            numbers = [float(value) for value in values if isinstance(value, Decimal)]
            within = [number for number in numbers if cells[column].least <= number <= cells[column].most]
            return Known(bool(within), True, cells[column].may_be_missing)
        case _:
            return UNSURE


def _any_unknown(known: list[Known]) -> bool:
    return any(each.can_be_unknown for each in known)


def _compared(cell: Cell, operator: str, number: float) -> Known:
    least, most = cell.least, cell.most
    holds, fails = {
        "<": (least < number, most >= number),
        "<=": (least <= number, most > number),
        ">": (most > number, least <= number),
        ">=": (most >= number, least < number),
        "=": (least <= number <= most, not least == number == most),
        "!=": (not least == number == most, least <= number <= most),
    }[operator]
    return Known(holds, fails, cell.may_be_missing)
