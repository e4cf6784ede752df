"""This file reads conditions from text by a closed grammar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from keepwell.errors import did_you_mean
from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    AsOf,
    Comparand,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
    OtherOperand,
)
from keepwell.health.definition.operand import Operand
from keepwell.health.definition.table import Column, Table
from keepwell.health.definition.tokens import DAYS, END, NUMBERS, OperandReader, Unclear

__all__ = ["Unclear", "operand", "read"]


MOST_DEPTH = 20
MOST_DECIMALS = 12
LARGEST = 10**12  # what a fact's 12 digits before the point can hold


def read(text: str, table: Table) -> Condition:
    """Read a condition such as `priority in (high, urgent) and not is_escalated`.

    Words: `and`, `or`, `not`, `in`, `is missing`, `is not missing`, `yes`, `no`, `as_of`, `as_of -
    30`; signs: `= != < <= > >=`; operands as `operand` reads them. Nothing else is in the grammar,
    so a card from a stranger can only describe. Raises `Unclear`.

    >>> read("quantity > 0", Table("t", "", "event", (Column("quantity", "quantity", ""),), ("at",)))
    Compare(column='quantity', operator='>', value=Decimal('0'))
    """
    reader = _Reader(text, table)
    condition = reader.any_of(0)
    if reader.kind != "end":
        raise Unclear("unexpected token", reader.token, "Join tests with `and` or `or`.")
    return condition


def operand(text: str, table: Table) -> tuple[Operand, Column]:
    """Read an operand, with its type.

    It is a column, `days from A to B`, `hours from A to B` or `progress of C from A to B`, where A,
    B and C are columns, `as_of`, or `column or as_of`. Raises `Unclear`.

    >>> at = Column("at", "moment", "")
    >>> str(operand("days from at to as_of", Table("t", "", "event", (at,), ("at",)))[0])
    'days from at to as_of'
    """
    reader = OperandReader(text, table)
    found = reader.operand()
    if reader.kind != "end":
        raise Unclear("unexpected token", reader.token)
    return found


class _Reader(OperandReader):
    """A recursive descent over the tokens, with one method per rule of the grammar."""

    def any_of(self, depth: int) -> Condition:
        parts = [self.all_of(depth)]
        while self.accept("or"):
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self, depth: int) -> Condition:
        parts = [self.one(depth)]
        while self.accept("and"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def one(self, depth: int) -> Condition:
        if depth > MOST_DEPTH:
            raise Unclear(f"nested more than {MOST_DEPTH} levels deep")
        if self.accept("not"):
            return Not(self.one(depth + 1))
        if self.accept("("):
            inner = self.any_of(depth + 1)
            if not self.accept(")"):
                raise Unclear("expected `)`, found", self.token or END)
            return inner
        return self.test()

    def test(self) -> Condition:
        operand, column = self.operand()
        if self.accept("is", "not", "missing"):
            return Not(IsMissing(operand))
        if self.accept("is", "missing"):
            return IsMissing(operand)
        if self.accept("not", "in"):
            return AllOf((Not(self.one_of(operand, column)), Not(IsMissing(operand))))
        if self.accept("in"):
            return self.one_of(operand, column)
        for sign in ("<=", ">=", "!=", "=", "<", ">"):
            if self.accept(sign) or (sign == "=" and self.accept("==")):
                return self.compare(operand, column, sign)
        if column.type == "flag":
            return Compare(operand, "=", True)
        raise Unclear(
            "no comparison after", column.name, "Write `= value` or `is missing`, for example."
        )

    def compare(self, operand: Operand, column: Column, sign: str) -> Condition:
        if column.type in ("text", "flag") and sign not in ("=", "!="):
            raise Unclear(
                f"`{sign}` needs a number or a date, but the type is {column.type}:", column.name
            )
        return Compare(operand, sign, self.other_operand(column) or self.value(column))  # type: ignore[arg-type]  # a sign

    def other_operand(self, column: Column) -> OtherOperand | None:
        """Read another operand to compare a number or a date with, if there is one here."""
        alike = next((kinds for kinds in (NUMBERS, DAYS) if column.type in kinds), ())
        makes = [token.lower() for _, token in self.tokens[self.at : self.at + 2]]
        named = self.find(self.token) if self.kind == "word" else None
        if not alike or not (
            named or makes in (["days", "from"], ["hours", "from"], ["progress", "of"])
        ):
            return None
        operand, other = self.operand()
        if other.type not in alike:
            raise Unclear(
                f"`{column.name}` cannot be compared with a column of type {other.type}:",
                other.name,
            )
        return OtherOperand(operand)

    def one_of(self, operand: Operand, column: Column) -> Condition:
        if not self.accept("("):
            raise Unclear("`in` needs a list in brackets, not", self.token or END)
        values = [self.value(column)]
        while self.accept(","):
            values.append(self.value(column))
        if not self.accept(")"):
            raise Unclear("expected `)`, found", self.token or END)
        return OneOf(operand, tuple(values))

    def value(self, column: Column) -> Comparand:
        kind, token = self.kind, self.token
        self.at += 1
        match column.type:
            case "flag":
                return _flag(token, column)
            case "quantity" | "money":
                return _number(kind, token, column)
            case "date" | "moment":
                return self.day(kind, token, column)
            case _:
                return self.text(kind, token, column)

    def text(self, kind: str, token: str, column: Column) -> str:
        if kind == "text":
            token = token[1:-1]
        elif kind not in ("word", "number"):
            raise Unclear(f"expected a value for `{column.name}`, found", token or END)
        if column.choices and token not in column.choices:
            raise Unclear(
                f"`{column.name}` never has the value", token, did_you_mean(token, column.choices)
            )
        return token

    def day(self, kind: str, token: str, column: Column) -> date | AsOf:
        if token.lower() == "as_of":
            if self.accept("-"):
                self.at += 1
                days = self.tokens[self.at - 1][1] if self.at <= len(self.tokens) else ""
                return AsOf(_days(days))
            if self.kind == "number" and self.token.startswith("-"):
                self.at += 1
                return AsOf(_days(self.tokens[self.at - 1][1][1:]))
            return AsOf()
        try:
            return date.fromisoformat(token.strip("'\""))
        except ValueError:
            raise Unclear(
                f"`{column.name}` needs a date, not",
                token,
                "Write it as 2026-03-31, or use as_of.",
            ) from None


def _days(token: str) -> int:
    if not token.isdigit() or len(token) > 5:
        raise Unclear("`as_of -` needs a whole number of days, not", token or END)
    return int(token)


def _flag(token: str, column: Column) -> bool:
    if token.lower() in ("yes", "true"):
        return True
    if token.lower() in ("no", "false"):
        return False
    raise Unclear(f"`{column.name}` must be yes or no, not", token)


def _number(kind: str, token: str, column: Column) -> Decimal:
    if kind != "number":
        raise Unclear(f"`{column.name}` needs a number, not", token)
    number = Decimal(token.rstrip("% "))
    if abs(number) >= LARGEST:
        raise Unclear(f"too large for `{column.name}`:", token[:40])
    if len(token.partition(".")[2].rstrip("% ")) > MOST_DECIMALS:
        raise Unclear(
            f"`{column.name}` takes at most {MOST_DECIMALS} decimals, not",
            token[:40],
        )
    return number / 100 if token.endswith("%") else number
