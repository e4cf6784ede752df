"""This file splits the text of a condition into tokens, and reads those that name an operand."""

from __future__ import annotations

import re

from keepwell.errors import did_you_mean
from keepwell.health.definition.operand import AS_OF, End, Operand, Progress, Span, Unit
from keepwell.health.definition.table import LOAD_COLUMNS, Column, Table

MOST_CHARACTERS = 2000
END = "end of text"
NUMBERS, DAYS = ("quantity", "money"), ("date", "moment")
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'[^']*'|"[^"]*")
      | (?P<date>\d{4}-\d{2}-\d{2})
      | (?P<number>-?\d+(?:\.\d+)?(?:\s*%)?)
      | (?P<sign><=|>=|!=|==|=|<|>|\(|\)|,|-)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:[-.][A-Za-z][A-Za-z0-9_]*)*)
    )""",
    re.VERBOSE,
)


class Unclear(ValueError):
    """A condition that is not in the grammar: what is wrong, what was found, and the way out."""

    def __init__(
        self, what: str, got: str = "", way_out: str = "", *, is_unknown_column: bool = False
    ) -> None:
        super().__init__(what)
        self.what, self.got, self.way_out = what, got, way_out
        self.is_unknown_column = is_unknown_column


class Tokens:
    """The tokens of a text, read one after the other."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise Unclear(f"longer than {MOST_CHARACTERS} characters")
        self.tokens, at = [], 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if not found or found.lastgroup is None:
                raise Unclear("unexpected character", text[at:].strip()[:20])
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
        """Skip these words if they come next."""
        following = [
            token.lower()
            for kind, token in self.tokens[self.at : self.at + len(words)]
            if kind != "text"
        ]
        if following != list(words):
            return False
        self.at += len(words)
        return True

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise Unclear(f"expected `{word}`, found", self.token or END)


class OperandReader(Tokens):
    """Reads an operand of a table's rows."""

    def __init__(self, text: str, table: Table) -> None:
        super().__init__(text)
        self.table = table

    def operand(self) -> tuple[Operand, Column]:
        """Read a column, or a number computed from several, with its type."""
        for unit in ("days", "hours"):
            if self.accept(unit, "from"):
                computed: Operand = self.span(unit)
                break
        else:
            if not self.accept("progress", "of"):
                column = self.column()
                return column.name, column
            computed = self.progress()
        return computed, Column(str(computed), "quantity", "computed from other columns")

    def span(self, unit: Unit) -> Span:
        start, first = self.end()
        self.expect("to")
        end, then = self.end()
        kinds = (*DAYS,) if unit == "days" else ("moment",)
        for column in (first, then):
            if column and column.type not in kinds:
                way_out = "Use `days` for dates without a time." if column.type == "date" else ""
                ends = "dates or moments" if unit == "days" else "moments"
                raise Unclear(f"`{unit}` needs {ends} at both ends, not", column.name, way_out)
        if not first and not then:
            raise Unclear("at least one end must be a column, not", f"{start} to {end}")
        less = self.column() if unit == "days" and self.accept("less") else None
        if less and less.type != "quantity":
            raise Unclear("`less` needs a number of days, not", less.name)
        return Span(unit, start, end, less.name if less else "")

    def progress(self) -> Progress:
        of, what = self.end()
        self.expect("from")
        start, first = self.end()
        self.expect("to")
        end, then = self.end()
        types = {column.type if column else "date" for column in (what, first, then)}
        if not types <= set(NUMBERS) and not types <= set(DAYS):
            raise Unclear(
                "progress needs three numbers or three dates, not",
                f"{of}",
            )
        return Progress(of, start, end)

    def end(self) -> tuple[End, Column | None]:
        """Read an end: `as_of`, a column, or `column or as_of`; with the column."""
        if self.accept(AS_OF):
            return End(), None
        column = self.column()
        or_as_of = self.accept("or", AS_OF)
        if or_as_of and column.type not in DAYS:
            raise Unclear("`or as_of` needs a date, not", column.name)
        return End(column.name, or_as_of), column

    def find(self, name: str) -> Column | None:
        """Find a column of the table, of what it references, or of those that a load adds."""
        return self.table.readable(name) or next(
            (existing for existing in LOAD_COLUMNS if existing.name == name), None
        )

    def column(self) -> Column:
        name = self.token
        if self.kind != "word":
            raise Unclear("expected a column, found", name or END)
        self.at += 1
        if self.accept("("):
            raise Unclear(
                "functions are not supported:", f"{name}(", "Use columns, values and comparisons."
            )
        column = self.find(name)
        if column is None:
            names = [*self.table.readable_names, *(existing.name for existing in LOAD_COLUMNS)]
            raise Unclear("unknown column", name, did_you_mean(name, names), is_unknown_column=True)
        if column.personal:
            raise Unclear("measures cannot read personal columns:", name)
        return column
