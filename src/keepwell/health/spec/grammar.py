"""This file reads a condition from text by a closed grammar: what is not in it cannot be said."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from keepwell.health.spec.condition import (
    AllOf,
    AnyOf,
    AsOf,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
    Operand,
)
from keepwell.health.spec.fault import did_you_mean
from keepwell.health.spec.table import LANDED, Column, Table

MOST_CHARACTERS = 2000
MOST_DEPTH = 20
MOST_DECIMALS = 12
LARGEST = 10**12  # what a fact's 12 digits before the point can hold
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'[^']*'|"[^"]*")
      | (?P<date>\d{4}-\d{2}-\d{2})
      | (?P<number>-?\d+(?:\.\d+)?(?:\s*%)?)
      | (?P<sign><=|>=|!=|==|=|<|>|\(|\)|,|-)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z][A-Za-z0-9_]*)*)
    )""",
    re.VERBOSE,
)


class Unclear(ValueError):
    """A condition that the grammar does not hold; says what is wrong, what was found and the way out."""

    def __init__(self, what: str, got: str = "", way_out: str = "") -> None:
        super().__init__(what)
        self.what, self.got, self.way_out = what, got, way_out


def read(text: str, table: Table) -> Condition:
    """Read a condition such as `priority in (high, urgent) and not is_escalated`.

    Words: `and`, `or`, `not`, `in`, `is missing`, `is not missing`, `yes`, `no`, `as_of`, `as_of - 30`;
    signs: `= != < <= > >=`. Nothing else is known, so nothing else can be done. Raises `Unclear`.

    >>> read("quantity > 0", Table("t", "", "event", (Column("quantity", "quantity", ""),), ("at",)))
    Compare(column='quantity', operator='>', value=Decimal('0'))
    """
    if len(text) > MOST_CHARACTERS:
        raise Unclear(f"longer than {MOST_CHARACTERS} characters")
    reader = _Reader(text, table)
    condition = reader.any_of(0)
    if reader.kind != "end":
        raise Unclear("does not go on like this", reader.token, "Join tests by `and` or `or`.")
    return condition


class _Reader:
    """A recursive descent over the tokens, one method a rule of the grammar."""

    def __init__(self, text: str, table: Table) -> None:
        self.table, self.tokens, at = table, [], 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if not found or found.lastgroup is None:
                raise Unclear("has a sign that is not known here", text[at:].strip()[:20])
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            at = found.end()
        self.at = 0

    tokens: list[tuple[str, str]]

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else "end"

    @property
    def token(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def accept(self, *words: str) -> bool:
        """Step over these words if they come next."""
        following = [token.lower() for kind, token in self.tokens[self.at : self.at + len(words)] if kind != "text"]
        if following != list(words):
            return False
        self.at += len(words)
        return True

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
            raise Unclear(f"nested more than {MOST_DEPTH} deep")
        if self.accept("not"):
            return Not(self.one(depth + 1))
        if self.accept("("):
            inner = self.any_of(depth + 1)
            if not self.accept(")"):
                raise Unclear("a bracket is not closed", self.token)
            return inner
        return self.test()

    def test(self) -> Condition:
        column = self.column()
        if self.accept("is", "not", "missing"):
            return Not(IsMissing(column.name))
        if self.accept("is", "missing"):
            return IsMissing(column.name)
        if self.accept("not", "in"):
            return AllOf((Not(self.one_of(column)), Not(IsMissing(column.name))))
        if self.accept("in"):
            return self.one_of(column)
        for sign in ("<=", ">=", "!=", "=", "<", ">"):
            if self.accept(sign) or (sign == "=" and self.accept("==")):
                return self.compare(column, sign)
        if column.type == "flag":
            return Compare(column.name, "=", True)
        raise Unclear("a sign is missing after", column.name, "Write for example `= value` or `is missing`.")

    def column(self) -> Column:
        name = self.token
        if self.kind != "word":
            raise Unclear("a column should stand where this is", name or "nothing")
        self.at += 1
        if self.accept("("):
            raise Unclear("calls are not known here", f"{name}(", "Only columns, values and comparisons are.")
        column = self.table.column(name) or next((landed for landed in LANDED if landed.name == name), None)
        if column is None:
            names = [*self.table.names, *(landed.name for landed in LANDED)]
            raise Unclear("unknown column", name, did_you_mean(name, names))
        if column.personal:
            raise Unclear("a personal column cannot be read by a measure", name)
        return column

    def compare(self, column: Column, sign: str) -> Condition:
        if column.type in ("text", "flag") and sign not in ("=", "!="):
            raise Unclear(f"`{sign}` needs a number or a date, and this is {column.type}", column.name)
        return Compare(column.name, sign, self.value(column))  # type: ignore[arg-type]  # one of the six signs

    def one_of(self, column: Column) -> Condition:
        if not self.accept("("):
            raise Unclear("a list in brackets should follow `in`", self.token)
        values = [self.value(column)]
        while self.accept(","):
            values.append(self.value(column))
        if not self.accept(")"):
            raise Unclear("a bracket is not closed", self.token)
        return OneOf(column.name, tuple(values))

    def value(self, column: Column) -> Operand:
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
            raise Unclear(f"a value for `{column.name}` is missing", token)
        if column.choices and token not in column.choices:
            raise Unclear(f"`{column.name}` never holds", token, did_you_mean(token, column.choices))
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
                f"`{column.name}` is compared with a day", token, "Write it like 2026-03-31 or as_of."
            ) from None


def _days(token: str) -> int:
    if not token.isdigit() or len(token) > 5:
        raise Unclear("a whole number of days should follow `as_of -`", token)
    return int(token)


def _flag(token: str, column: Column) -> bool:
    if token.lower() in ("yes", "true"):
        return True
    if token.lower() in ("no", "false"):
        return False
    raise Unclear(f"`{column.name}` is yes or no, not", token)


def _number(kind: str, token: str, column: Column) -> Decimal:
    if kind != "number":
        raise Unclear(f"`{column.name}` is compared with a number, not", token)
    number = Decimal(token.rstrip("% "))
    if abs(number) >= LARGEST:
        raise Unclear(f"`{column.name}` never holds a number as large as", token[:40])
    if len(token.partition(".")[2].rstrip("% ")) > MOST_DECIMALS:
        raise Unclear(f"`{column.name}` is compared with a number of at most {MOST_DECIMALS} decimals, not", token[:40])
    return number / 100 if token.endswith("%") else number
