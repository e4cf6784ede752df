"""This file holds how a measure's rows become one number, and reads it from text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from keepwell.errors import did_you_mean
from keepwell.health.definition import condition, grammar, operand
from keepwell.health.definition.condition import Condition
from keepwell.health.definition.field import Fields
from keepwell.health.definition.operand import Operand, Progress, Span
from keepwell.health.definition.table import Column, Table

Aggregation = Literal[
    "count", "sum", "mean", "median", "min", "max", "spread", "latest", "distinct", "active days", "days since",
    "share", "ratio",
]  # fmt: skip

# Which aggregations read a column, and which give a covered account without rows a number.
NEEDS_COLUMN: frozenset[Aggregation] = frozenset(
    {"sum", "mean", "median", "min", "max", "spread", "latest", "distinct", "ratio"}
)
VALUE_WITHOUT_ROWS: frozenset[Aggregation] = frozenset(
    {"count", "sum", "distinct", "active days", "days since", "share"}
)

# Made of one number a row: of the rows that pass the filter, those without it are lacking.
MADE_OF_CELLS: frozenset[Aggregation] = frozenset({"sum", "mean", "median", "min", "max", "spread"})

_GROWTH = re.compile(r"growth\s+of\s+")
_WHERE = re.compile(r"(share|count)\s+where\s+(.+)", re.DOTALL)
_RATIO = re.compile(r"ratio\s+of\s+([\w.]+)\s+to\s+([\w.]+)")
SUPPORTED = (
    "Use count, active days, days since, share where ..., ratio of A to B, or a column with sum, mean, median, min, max, "
    "spread, latest or distinct; `growth of` goes with all but latest."
)


@dataclass(frozen=True)
class Aggregate:
    """How rows become one number.

    `part` is the condition of a share or a count, `whole` the column under a ratio. With
    `is_growth` the number is the change against the window before.
    """

    take: Aggregation = "count"
    column: Operand = ""
    part: Condition | None = None
    whole: str = ""
    is_growth: bool = False


def read(fields: Fields, table: Table | None) -> Aggregate:
    """Read `count`, `sum quantity`, `mean hours from at to resolved_at`, `share where satisfaction
    >= 4`..."""
    written = fields.text("take", required=True)
    bare = _GROWTH.sub("", written, count=1) if _GROWTH.match(written) else written
    is_growth = bare != written
    text = " ".join(bare.split())
    if found := _WHERE.fullmatch(bare):
        return Aggregate(found[1], "", _condition(fields, found[2], table), "", is_growth)  # type: ignore[arg-type]
    if text in ("count", "active days", "days since"):
        return Aggregate(text, is_growth=is_growth)  # type: ignore[arg-type]  # one of the three
    if found := _RATIO.fullmatch(text):
        return (
            Aggregate("ratio", _column(fields, "ratio", found[1], table), None, found[2], is_growth)
            if (_column(fields, "ratio", found[2], table))
            else Aggregate()
        )
    verb, _, named = text.partition(" ")
    if verb not in NEEDS_COLUMN - {"ratio"} or not named:
        if text:
            fields.fault("C206", "take", "is not a supported aggregation:", text, SUPPORTED)
        return Aggregate()
    return Aggregate(verb, _column(fields, verb, named, table), None, "", is_growth)


def _condition(fields: Fields, text: str, table: Table | None) -> Condition | None:
    try:
        return grammar.read(text, table) if table else None
    except grammar.Unclear as error:
        fields.fault("C209", "take", error.what, error.got, error.way_out)
        return None


def _column(fields: Fields, verb: str, named: str, table: Table | None) -> Operand:
    """Read the operand that is aggregated; empty after a fault."""
    if table is None:
        return ""
    try:
        read, column = grammar.operand(named, table)
    except grammar.Unclear as error:
        what, way_out = error.what, error.way_out
        if error.is_unknown_column:  # of those that conditions can read, some cannot be aggregated
            way_out = did_you_mean(named, table.readable_names)
        fields.fault("C207", "take", what, error.got, way_out)
        return ""
    if isinstance(read, str) and table.readable(read) is None:
        fields.fault("C207", "take", "is added on load, and only conditions can read it:", read)
    elif fault := _unfit(verb, read, column):
        fields.fault("C208", "take", fault)
    return read


def _unfit(verb: str, read: Operand, column: Column) -> str:
    """Say why an operand does not go with an aggregation; empty where it does."""
    is_number = column.type in ("quantity", "money")
    if isinstance(read, Progress) and verb in ("sum", "mean"):
        return f"`{verb}` is not defined for progress, which is a quotient: use min, max, median, spread or `share where`"
    if verb == "distinct" and not isinstance(read, str):
        return f"`distinct` needs a column, but `{column.name}` is computed from several"
    if verb == "latest" and not is_number and column.type != "text":
        return f"`latest` needs a number or a category, but the type of `{column.name}` is {column.type}"
    if verb not in ("latest", "distinct") and not is_number:
        return f"`{verb}` needs a number, but the type of `{column.name}` is {column.type}"
    return ""


def reads(aggregate: Aggregate) -> Iterator[str]:
    """Name the columns that an aggregate reads."""
    yield from operand.columns(aggregate.column) if aggregate.column else ()
    yield from (aggregate.whole,) if aggregate.whole else ()
    yield from condition.columns(aggregate.part) if aggregate.part else ()


def may_be_missing(aggregate: Aggregate) -> Iterator[str]:
    """Name the columns that may be empty: the aggregate says what counts then."""
    yield from operand.may_be_missing(aggregate.column) if aggregate.column else ()
    yield from condition.may_be_missing(aggregate.part) if aggregate.part else ()


def divisor(aggregate: Aggregate) -> int:
    """Return what the stored number is divided by at the very end: hours are stored in seconds."""
    return aggregate.column.divisor if isinstance(aggregate.column, Span) else 1


def plain(aggregate: Aggregate) -> str:
    """Write it as the text that `read` reads.

    >>> plain(Aggregate("ratio", "actions_done", None, "actions_due", True))
    'growth of ratio of actions_done to actions_due'
    """
    if aggregate.part:
        text = f"{aggregate.take} where {condition.write(aggregate.part)}"
    elif aggregate.take == "ratio":
        text = f"ratio of {aggregate.column} to {aggregate.whole}"
    else:
        text = f"{aggregate.take} {aggregate.column}".strip()
    return f"growth of {text}" if aggregate.is_growth else text
