"""This file holds what a condition on a row is, and writes one as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class AsOf:
    """The date of the score, or so many days before it, as a value to compare with."""

    minus_days: int = 0


Operand = str | Decimal | bool | date | AsOf


@dataclass(frozen=True)
class Compare:
    """`column operator value`; false where the cell is missing, whatever the operator."""

    column: str
    operator: Operator
    value: Operand


@dataclass(frozen=True)
class OneOf:
    """`column in (...)`; false where the cell is missing."""

    column: str
    values: tuple[Operand, ...]


@dataclass(frozen=True)
class IsMissing:
    """`column is missing`: the only test that a missing cell passes."""

    column: str


@dataclass(frozen=True)
class Not:
    """True where its part is false."""

    part: Condition


@dataclass(frozen=True)
class AllOf:
    """True where every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """True where some part is."""

    parts: tuple[Condition, ...]


Condition = Compare | OneOf | IsMissing | Not | AllOf | AnyOf


def may_be_missing(condition: Condition) -> Iterator[str]:
    """Name the columns of which a condition asks whether they are missing."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from may_be_missing(part)
        case Not(part):
            yield from may_be_missing(part)
        case IsMissing(column):
            yield column


def is_relative(condition: Condition | None) -> bool:
    """Whether a condition asks for the reading date, so that a row may pass on one date and not on another."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return any(map(is_relative, parts))
        case Not(part):
            return is_relative(part)
        case Compare(value=value):
            return isinstance(value, AsOf)
        case OneOf(values=values):
            return any(isinstance(value, AsOf) for value in values)
        case _:
            return False


def columns(condition: Condition) -> Iterator[str]:
    """Name the columns that a condition reads."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from columns(part)
        case Not(part):
            yield from columns(part)
        case Compare(column) | OneOf(column) | IsMissing(column):
            yield column


def write(condition: Condition) -> str:
    """Write a condition as the text that `read` reads.

    >>> write(Not(IsMissing("resolved_at")))
    'resolved_at is not missing'
    """
    match condition:
        case Not(IsMissing(column)):
            return f"{column} is not missing"
        case IsMissing(column):
            return f"{column} is missing"
        case Compare(column, operator, value):
            return f"{column} {operator} {_written(value)}"
        case OneOf(column, values):
            return f"{column} in ({', '.join(_written(value) for value in values)})"
        case AllOf((Not(OneOf(column, values)), Not(IsMissing(same)))) if same == column:
            return f"{column} not in ({', '.join(_written(value) for value in values)})"
        case Not(part):
            return f"not {_bracketed(part, (AllOf, AnyOf))}"
        case AllOf(parts):
            return " and ".join(_bracketed(part, (AllOf, AnyOf)) for part in parts)
        case AnyOf(parts):
            return " or ".join(_bracketed(part, (AnyOf,)) for part in parts)


def _bracketed(part: Condition, kinds: tuple[type, ...]) -> str:
    """Put brackets round a part of several tests, so that it is read back as one part."""
    match part:
        case AllOf((Not(OneOf(column)), Not(IsMissing(same)))) if same == column:
            return write(part)  # `not in` is one test
        case _:
            return f"({write(part)})" if isinstance(part, kinds) else write(part)


def _written(value: Operand) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case AsOf(minus_days):
            return f"as_of - {minus_days}" if minus_days else "as_of"
        case str():
            quote = '"' if "'" in value else "'"
            return f"{quote}{value}{quote}"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
