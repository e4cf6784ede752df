"""This file finds out whether a filter can be met at all, where some of its words never came."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Not,
    OneOf,
)
from keepwell.health.definition.table import Column, Reference, Table

# Says whether a column has ever had a word.
HasHad = Callable[[str, str], bool]


def outcomes(condition: Condition | None, has_had: HasHad) -> set[bool]:
    """List what a condition can come out as, for some row that could come."""
    match condition:
        case None:
            return {True}
        case Not(part):
            return {not each for each in outcomes(part, has_had)}
        case AllOf(parts):
            return {all(each) for each in product(*(outcomes(part, has_had) for part in parts))}
        case AnyOf(parts):
            return {any(each) for each in product(*(outcomes(part, has_had) for part in parts))}
        case Compare(str(column), "=", str(text)):
            return {True, False} if has_had(column, text) else {False}
        case OneOf(str(column), values):
            texts = [value for value in values if isinstance(value, str)]
            can_hold = len(texts) < len(values) or any(has_had(column, text) for text in texts)
            return {True, False} if can_hold else {False}
        case _:
            return {True, False}


def has_own_list(table: Table, name: str) -> bool:
    """Say whether a column lists the words that it can have: then none of them is a mistake."""
    return any(column.name == far(name) and column.choices for column in _columns(table, name))


def far(name: str) -> str:
    """Give the name of a column in its own table: `role` of `person.role`."""
    return name.split(".")[-1]


def pointing(table: Table, name: str) -> list[Reference]:
    """List the references that are followed by a column of a table."""
    return [each for each in table.references if each.by == name]


def _columns(table: Table, name: str) -> list[Column]:
    if "." not in name:
        return list(table.columns)
    return [
        column
        for each in table.references
        if each.name == name.split(".")[0]
        for column in each.to.columns
    ]
