"""This file lists the columns that a measure reads, and those that must be filled before silence
can mean zero."""

from __future__ import annotations

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
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.operand import End, Operand, Progress, Span
from keepwell.health.definition.table import Reference, Table

RHYTHM = "feature.rhythm"


def read_by(measure: Measure) -> set[str]:
    """List the columns of its table, and of what that points to, that a measure reads."""
    names = {measure.whole, measure.each} | of_operand(measure.column)
    names |= of_condition(measure.where) | of_condition(measure.part)
    if measure.window.by_rhythm:
        names.add(RHYTHM)
    return names - {""}


def needed_by(measure: Measure) -> set[str]:
    """List the columns without which silence says nothing: all but those for which the card says
    what holds without them."""
    optional = {RHYTHM} | optional_of(measure.column)
    for condition in (measure.where, measure.part):
        for test in _tests(condition):
            if isinstance(test, IsMissing):
                optional |= of_operand(test.column)
            else:
                for operand in _operands(test):
                    optional |= optional_of(operand)
    return read_by(measure) - optional


def reference(table: Table, name: str) -> Reference | None:
    """Find what a name such as `person.role` is read by; none for a column of the table itself."""
    found = [each for each in table.references if name.split(".")[:-1] == [each.name]]
    return found[0] if found else None


def of_condition(condition: Condition | None) -> set[str]:
    return {
        column
        for test in _tests(condition)
        for operand in _operands(test)
        for column in of_operand(operand)
    }


def of_operand(operand: Operand) -> set[str]:
    if isinstance(operand, str):
        return {operand} - {""}
    less = operand.less if isinstance(operand, Span) else ""
    return {less, *(end.column for end in _ends(operand))} - {""}


def optional_of(operand: Operand) -> set[str]:
    """List the columns of an operand that may be empty: it says what counts then."""
    if isinstance(operand, str):
        return set()
    return {end.column for end in _ends(operand) if end.column and end.or_as_of}


def _ends(operand: Span | Progress) -> list[End]:
    ends = [operand.start, operand.end]
    return [*ends, operand.of] if isinstance(operand, Progress) else ends


def _tests(condition: Condition | None) -> list[Compare | OneOf | IsMissing]:
    match condition:
        case None:
            return []
        case AllOf(parts) | AnyOf(parts):
            return [test for part in parts for test in _tests(part)]
        case Not(part):
            return _tests(part)
        case _:
            return [condition]


def _operands(test: Compare | OneOf | IsMissing) -> list[Operand]:
    if isinstance(test, Compare) and isinstance(test.value, OtherOperand):
        return [test.column, test.value.operand]
    return [test.column]
