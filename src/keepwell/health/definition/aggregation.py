"""This file holds what is taken of a measure's rows to make one number of them, and reads it from text."""

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

# Whether the aggregate reads a column, and what an account that is covered gets when it has no rows.
NEEDS_COLUMN: frozenset[Aggregation] = frozenset(
    {"sum", "mean", "median", "min", "max", "spread", "latest", "distinct", "ratio"}
)
SILENCE_COUNTS: frozenset[Aggregation] = frozenset(
    {"count", "sum", "distinct", "active days", "days since", "share"}
)

_GROWTH = re.compile(r"growth\s+of\s+")
_WHERE = re.compile(r"(share|count)\s+where\s+(.+)", re.DOTALL)
_RATIO = re.compile(r"ratio\s+of\s+([\w.]+)\s+to\s+([\w.]+)")
WAYS = (
    "Write count, active days, days since, share where ..., ratio of A to B, or sum, mean, median, min, max, spread, "
    "latest, distinct with a column; `growth of` any but latest."
)


@dataclass(frozen=True)
class Taken:
    """How a measure makes one number: the aggregate, the cell that it reads, the condition of the part that a share or a
    count is of, what a ratio is divided by, and whether the number is the change against the window before."""

    take: Aggregation = "count"
    column: Operand = ""
    part: Condition | None = None
    whole: str = ""
    is_growth: bool = False


def read(fields: Fields, table: Table | None) -> Taken:
    """Read `count`, `sum quantity`, `mean hours from at to resolved_at`, `share where satisfaction >= 4`..."""
    written = fields.text("take", required=True)
    bare = _GROWTH.sub("", written, count=1) if _GROWTH.match(written) else written
    is_growth = bare != written
    text = " ".join(bare.split())
    if found := _WHERE.fullmatch(bare):
        return Taken(found[1], "", _condition(fields, found[2], table), "", is_growth)  # type: ignore[arg-type]
    if text in ("count", "active days", "days since"):
        return Taken(text, is_growth=is_growth)  # type: ignore[arg-type]  # one of the three
    if found := _RATIO.fullmatch(text):
        return (
            Taken("ratio", _column(fields, "ratio", found[1], table), None, found[2], is_growth)
            if (_column(fields, "ratio", found[2], table))
            else Taken()
        )
    verb, _, named = text.partition(" ")
    if verb not in NEEDS_COLUMN - {"ratio"} or not named:
        if text:
            fields.fault("C206", "take", "is not a way to take a number:", text, WAYS)
        return Taken()
    return Taken(verb, _column(fields, verb, named, table), None, "", is_growth)


def _condition(fields: Fields, text: str, table: Table | None) -> Condition | None:
    try:
        return grammar.read(text, table) if table else None
    except grammar.Unclear as error:
        fields.fault("C209", "take", error.what, error.got, error.way_out)
        return None


def _column(fields: Fields, verb: str, named: str, table: Table | None) -> Operand:
    """Read the cell that is taken; empty after a fault."""
    if table is None:
        return ""
    try:
        read, column = grammar.cell(named, table)
    except grammar.Unclear as error:
        is_name = error.what == "unknown column" or error.what.startswith("a personal column")
        what, way_out = (
            ("unknown column", did_you_mean(named, table.readable_names))
            if is_name
            else (error.what, error.way_out)
        )
        fields.fault("C207", "take", what, error.got, way_out)
        return ""
    if isinstance(read, str) and table.readable(read) is None:
        fields.fault("C207", "take", "is added by landing and only for conditions:", read)
    elif fault := _unfit(verb, read, column):
        fields.fault("C208", "take", fault)
    return read


def _unfit(verb: str, read: Operand, column: Column) -> str:
    """Say why a cell cannot be taken so; empty where it can."""
    is_number = column.type in ("quantity", "money")
    if isinstance(read, Progress) and verb in ("sum", "mean"):
        return f"`{verb}` adds up exactly, and progress is a quotient: take min, max, median, spread or `share where`"
    if verb == "distinct" and not isinstance(read, str):
        return f"`distinct` needs a column, and `{column.name}` is made of several"
    if verb == "latest" and not is_number and column.type != "text":
        return f"`latest` needs a number or a category, and `{column.name}` is {column.type}"
    if verb not in ("latest", "distinct") and not is_number:
        return f"`{verb}` needs a number, and `{column.name}` is {column.type}"
    return ""


def reads(taken: Taken) -> Iterator[str]:
    """Name the columns that are read to take the number."""
    yield from operand.columns(taken.column) if taken.column else ()
    yield from (taken.whole,) if taken.whole else ()
    yield from condition.columns(taken.part) if taken.part else ()


def may_be_missing(taken: Taken) -> Iterator[str]:
    """Name the columns of which it is said what holds while they are missing."""
    yield from operand.may_be_missing(taken.column) if taken.column else ()
    yield from condition.may_be_missing(taken.part) if taken.part else ()


def divisor(taken: Taken) -> int:
    """What the kept number is divided by at the very end: hours are kept in seconds."""
    return taken.column.divisor if isinstance(taken.column, Span) else 1


def plain(taken: Taken) -> str:
    """Write it as the text that `read` reads.

    >>> plain(Taken("ratio", "actions_done", None, "actions_due", True))
    'growth of ratio of actions_done to actions_due'
    """
    if taken.part:
        text = f"{taken.take} where {condition.write(taken.part)}"
    elif taken.take == "ratio":
        text = f"ratio of {taken.column} to {taken.whole}"
    else:
        text = f"{taken.take} {taken.column}".strip()
    return f"growth of {text}" if taken.is_growth else text
