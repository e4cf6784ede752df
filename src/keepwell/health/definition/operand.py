"""This file holds what an operand is: a column, or a number computed from several columns of a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

AS_OF = "as_of"
Unit = Literal["days", "hours"]
SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class End:
    """An end of a span: a column, the date of the score (no column), or the column and, while it is
    empty, the date of the score."""

    column: str = ""
    or_as_of: bool = False

    def __str__(self) -> str:
        return (
            f"{self.column} or {AS_OF}" if self.column and self.or_as_of else self.column or AS_OF
        )


@dataclass(frozen=True)
class Span:
    """The time between two dates or moments: whole days, or hours to the second; minus a column of
    days, if any.

    Empty if an end is. Hours are stored in whole seconds, which add up exactly, and divided at the
    very end.
    """

    unit: Unit
    start: End
    end: End
    less: str = ""

    @property
    def divisor(self) -> int:
        """What the stored number is divided by to give the span."""
        return SECONDS_AN_HOUR if self.unit == "hours" else 1

    def __str__(self) -> str:
        return f"{self.unit} from {self.start} to {self.end}" + (
            f" less {self.less}" if self.less else ""
        )


@dataclass(frozen=True)
class Progress:
    """The completed share of the way between two numbers or dates: 0 at the start, 1 at the end.

    Of dates it is limited to 0 to 1: time before the start or after the end requires nothing more.
    Empty if a part is, or if the way has no length.
    """

    of: End
    start: End
    end: End

    def __str__(self) -> str:
        return f"progress of {self.of} from {self.start} to {self.end}"


Operand: TypeAlias = str | Span | Progress


def columns(operand: Operand) -> Iterator[str]:
    """Name the columns of an operand.

    >>> list(columns(Span("days", End("due_on"), End("paid_on", True))))
    ['due_on', 'paid_on']
    """
    match operand:
        case Span(_, start, end, less):
            yield from (name for name in (start.column, end.column, less) if name)
        case Progress(of, start, end):
            yield from (name for name in (of.column, start.column, end.column) if name)
        case _:
            yield operand


def may_be_missing(operand: Operand) -> Iterator[str]:
    """Name the columns that may be empty: the operand says what counts then.

    >>> list(may_be_missing(Span("days", End("due_on"), End("paid_on", True))))
    ['paid_on']
    """
    if not isinstance(operand, str):
        ends = (
            (operand.of, operand.start, operand.end)
            if isinstance(operand, Progress)
            else (operand.start, operand.end)
        )
        yield from (end.column for end in ends if end.column and end.or_as_of)
