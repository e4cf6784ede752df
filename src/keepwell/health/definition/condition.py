"""This file holds what a condition on a row is, and writes one as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from keepwell.health.definition import operand
from keepwell.health.definition.operand import Operand

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class AsOf:
    """The date of the score, or so many days before it, to compare with."""

    minus_days: int = 0


@dataclass(frozen=True)
class OtherOperand:
    """Another operand of the same row to compare with; if it is missing, no comparison is true."""

    operand: Operand


Comparand = str | Decimal | bool | date | AsOf | OtherOperand


@dataclass(frozen=True)
class Compare:
    """`column operator value`; false where the operand is missing, whatever the operator."""

    column: Operand
    operator: Operator
    value: Comparand


@dataclass(frozen=True)
class OneOf:
    """`column in (...)`; false where the operand is missing."""

    column: Operand
    values: tuple[Comparand, ...]


@dataclass(frozen=True)
class IsMissing:
    """`column is missing`: the only test that a missing operand passes."""

    column: Operand


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
    """Name the columns that may be missing: the condition says what applies then."""
    for part in tests(condition):
        match part:
            case IsMissing(read):
                yield from operand.columns(read)
            case _:
                for read in _operands(part):
                    yield from operand.may_be_missing(read)


def is_relative(condition: Condition) -> bool:
    """Whether a condition may depend on the date of the score, so that a row passes on one date but
    not on another."""
    values = [
        value
        for part in tests(condition)
        for value in (
            part.values
            if isinstance(part, OneOf)
            else (part.value,)
            if isinstance(part, Compare)
            else ()
        )
    ]
    return any(isinstance(value, AsOf) for value in values) or any(
        True for _ in computed_operands(condition)
    )


def columns(condition: Condition) -> Iterator[str]:
    """Name the columns that a condition reads."""
    for part in tests(condition):
        for read in _operands(part):
            yield from operand.columns(read)


def computed_operands(condition: Condition) -> Iterator[Operand]:
    """Yield the operands of a condition that are computed from several columns."""
    for part in tests(condition):
        yield from (read for read in _operands(part) if not isinstance(read, str))


def tests(condition: Condition) -> Iterator[Compare | OneOf | IsMissing]:
    """Yield the single tests of a condition."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from tests(part)
        case Not(part):
            yield from tests(part)
        case _:
            yield condition


def _operands(test: Compare | OneOf | IsMissing) -> Iterator[Operand]:
    match test:
        case Compare(read, _, OtherOperand(other)):
            yield from (read, other)
        case Compare(read) | OneOf(read) | IsMissing(read):
            yield read


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


def _written(value: Comparand) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case AsOf(minus_days):
            return f"as_of - {minus_days}" if minus_days else "as_of"
        case OtherOperand(other):
            return str(other)
        case str():
            quote = '"' if "'" in value else "'"
            return f"{quote}{value}{quote}"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
