"""This file makes random conditions, and the numbers that are made of several cells of a row."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    AsOf,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
    OtherOperand,
)
from keepwell.health.definition.operand import End, Operand, Progress, Span
from keepwell.health.definition.table import LOAD_COLUMNS, Column, Table
from tests.random.facts import EDGES, NUMBERS, TODAY, words_of

days = st.sampled_from(EDGES).map(lambda ago: TODAY - timedelta(days=ago))
numbers = st.sampled_from(NUMBERS)
NOBODYS = "a word that no row has"
SIGNS = ("=", "!=", "<", "<=", ">", ">=")


def conditions(table: Table, depth: int = 2) -> st.SearchStrategy[Condition]:
    """Make a condition on a table's rows, with what the load adds."""
    return _conditions(table.name, depth)


@cache
def _conditions(name: str, depth: int) -> st.SearchStrategy[Condition]:
    table = TABLES[name]
    readable = [
        *_readable(table),
        *(column for column in LOAD_COLUMNS if column.name in ("feed", "batch")),
    ]
    one = st.sampled_from(readable).flatmap(lambda column: _test(table, column)) | _made_tests(
        table
    )
    if not depth:
        return one
    several = st.lists(conditions(table, depth - 1), min_size=2, max_size=3).map(tuple)
    return one | conditions(table, depth - 1).map(Not) | several.map(AllOf) | several.map(AnyOf)


@cache
def word_conditions(name: str) -> st.SearchStrategy[Condition]:
    """Make a condition of a table's words alone, some of which no row has: alone, ruled out and beside
    others."""
    texts = [column for column in _readable(TABLES[name], "text") if not column.choices]
    one = st.sampled_from(texts).flatmap(lambda column: _test(TABLES[name], column))
    several = st.lists(one | one.map(Not), min_size=2, max_size=3).map(tuple)
    return (
        one | one.map(Not) | several.map(AllOf) | several.map(AnyOf) | several.map(AnyOf).map(Not)
    )


def _readable(table: Table, *types: str) -> list[Column]:
    """The columns of a table that conditions read, of some types or of all, with the days that the
    load adds."""
    columns = [column for name in table.readable_names if (column := table.readable(name))]
    columns += [column for column in LOAD_COLUMNS if column.name in ("on", "known_on")]
    return [column for column in columns if column.type in (types or (column.type,))]


def _test(table: Table, column: Column) -> st.SearchStrategy[Condition]:
    value: st.SearchStrategy[Any]
    signs: tuple[str, ...] = SIGNS
    alike: list[Column] = []
    match column.type:
        case "text":
            # A column without a list of its own is sometimes asked for what no row has.
            unseen = () if column.choices else (NOBODYS,)
            value, signs = st.sampled_from((*words_of(column), *unseen)), ("=", "!=")
        case "flag":
            value, signs = st.booleans(), ("=", "!=")
        case "date" | "moment":
            value = days | st.sampled_from((AsOf(), AsOf(1), AsOf(28))) | st.just(date(2026, 2, 1))
            alike = _readable(table, "date", "moment")
        case _:
            value = (st.integers(0, 4) if column.name == "batch" else numbers).map(decimal)
            alike = _readable(table, "quantity", "money")
    beside = (
        value | st.sampled_from(alike).map(lambda other: OtherOperand(other.name))
        if alike
        else value
    )
    compared = st.builds(Compare, st.just(column.name), st.sampled_from(signs), beside)
    listed = st.builds(
        OneOf, st.just(column.name), st.lists(value, min_size=1, max_size=3).map(tuple)
    )
    return compared | listed | st.just(IsMissing(column.name))


def _made_tests(table: Table) -> st.SearchStrategy[Condition]:
    """Test a number that is made of several cells against a number, or against another of
    its kind."""
    value = numbers.map(decimal) | computed_operands(table).map(OtherOperand)
    return st.builds(
        Compare, computed_operands(table), st.sampled_from(SIGNS), value
    ) | computed_operands(table).map(IsMissing)


def computed_operands(table: Table) -> st.SearchStrategy[Operand]:
    """Make a span or a progress of a table's cells."""
    dated, moments = _readable(table, "date", "moment"), _readable(table, "moment")
    counted = [column for column in _readable(table, "quantity", "money") if column.name != "batch"]
    less = st.sampled_from(
        ["", "", *(column.name for column in counted if column.type == "quantity")]
    )
    kinds: list[st.SearchStrategy[Operand]] = [
        st.builds(Span, st.just("days"), _ends(dated), _columns(dated), less),
        st.builds(Span, st.just("days"), _columns(dated), _ends(dated)),
        st.builds(Progress, _ends(dated), _columns(dated), _ends(dated)),
    ]
    if moments:
        kinds.append(st.builds(Span, st.just("hours"), _ends(moments), _columns(moments)))
        kinds.append(st.builds(Span, st.just("hours"), _columns(moments), _ends(moments)))
    if counted:
        named = st.sampled_from(counted).map(lambda column: End(column.name))
        kinds.append(st.builds(Progress, named, named, named))
    return st.one_of(kinds)


def _columns(columns: list[Column]) -> st.SearchStrategy[End]:
    return st.builds(End, st.sampled_from([column.name for column in columns]), st.booleans())


def _ends(columns: list[Column]) -> st.SearchStrategy[End]:
    return _columns(columns) | st.just(End())


def decimal(number: Any) -> Any:
    """A number as conditions hold it."""
    return Decimal(number)
