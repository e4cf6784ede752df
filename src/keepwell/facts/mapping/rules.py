"""This file reads how one field is filled: where its value comes from and the closed list of what may be done to it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from keepwell.errors import did_you_mean
from keepwell.facts.mapping.document import Node, Pairs, Words
from keepwell.facts.mapping.mapping import Lookup, Money, Otherwise, Rule
from keepwell.facts.mapping.parser import NO, YES, Findings
from keepwell.facts.readers.folder import leads_outside
from keepwell.health.definition.table import Column

ORIGINS = ("column", "constant", "make")
OPERATIONS = ("numbered", "date", "zone", "values", "otherwise", "lookup", "money", "times")
EPOCHS = ("unix", "unix_ms")  # seconds and milliseconds since 1970, as JSON exports write moments
_CURRENCY = re.compile(r"[A-Z]{3}")
_SPECIFIER = re.compile(r"%-?(.?)")
_SPECIFIERS = frozenset("aAwdbBmyYHIpMSfgnzZjc%")


def rule(
    found: Findings, node: Node, field: Column, path: str, more_keys: tuple[str, ...] = ()
) -> Rule:
    """Read the rule of a field: a source column, or keys that say more."""
    if isinstance(node, Words):
        if node.is_empty:
            found.add(
                "M011", node.line, path, "no source column", "", "Name one, or remove the field."
            )
        return Rule(field, path, node.line, column=found.words(node, path))
    pairs = found.pairs(node, path, ORIGINS + OPERATIONS + more_keys)
    _one_origin(found, pairs, path)
    read = _Part(found, pairs, path)
    otherwise, otherwise_value = read.otherwise()
    made = Rule(
        field, path, pairs.line,
        column=read.words("column"),
        constant=read.words("constant") if "constant" in pairs.items else None,
        make=found.list_of_words(pairs.items.get("make"), f"{path}.make"),
        is_numbered=found.flag(pairs.items.get("numbered"), f"{path}.numbered"),
        dates=read.dates(), zone=found.zone(pairs.items.get("zone"), f"{path}.zone"),
        values=read.values(), otherwise=otherwise, otherwise_value=otherwise_value,
        lookup=read.lookup(), money=read.money(), times=found.number(pairs.items.get("times"), f"{path}.times"),
    )  # fmt: skip
    _fits(found, made, pairs)
    return made


class _Part:
    """The keys of one rule, read one by one."""

    def __init__(self, found: Findings, pairs: Pairs, path: str) -> None:
        self.found, self.pairs, self.path = found, pairs, path

    def words(self, key: str) -> str:
        return self.found.words(self.pairs.items.get(key), f"{self.path}.{key}")

    def dates(self) -> tuple[str, ...]:
        path = f"{self.path}.date"
        formats = self.found.list_of_words(self.pairs.items.get("date"), path)
        for text in formats:
            unknown = [part for part in _SPECIFIER.findall(text) if part not in _SPECIFIERS]
            if unknown or ("%" not in text and text not in EPOCHS):
                way_out = 'Write it like "%d.%m.%Y", "%m/%d/%Y %H:%M", unix or unix_ms.'
                self.found.add(
                    "M013", self.pairs.lines["date"], path, "not a date format", text, way_out
                )
        if len(formats) > 1 and (
            set(formats) & set(EPOCHS) or len({"%z" in text.lower() for text in formats}) > 1
        ):
            self.found.add(
                "M013",
                self.pairs.lines["date"],
                path,
                "formats with and without an offset, or unix, cannot be mixed",
            )
        return formats

    def values(self) -> tuple[tuple[str, str | None], ...]:
        path = f"{self.path}.values"
        pairs = self.found.pairs(self.pairs.items.get("values"), path)
        seen: dict[str, str] = {}
        for key in pairs.items:
            if key.strip().lower() in seen:
                self.found.add(
                    "M005",
                    pairs.lines[key],
                    f"{path}.{key}",
                    "the same value twice; upper and lower case count as one",
                )
            seen[key.strip().lower()] = key
        return tuple(
            (low, self.found.words(pairs.items[key], f"{path}.{key}") or None)
            for low, key in seen.items()
        )

    def otherwise(self) -> tuple[Otherwise, str]:
        word = self.words("otherwise")
        if word and "values" not in self.pairs.items:
            self.found.add(
                "M013",
                self.pairs.lines["otherwise"],
                f"{self.path}.otherwise",
                "`otherwise` without `values`",
            )
        match word:
            case "":
                return "keep", ""
            case "keep" | "reject" | "missing":
                return word, ""
        return "value", word

    def lookup(self) -> Lookup | None:
        if "lookup" not in self.pairs.items:
            return None
        path = f"{self.path}.lookup"
        pairs = self.found.pairs(
            self.pairs.items["lookup"], path, ("file", "match", "take", "pick")
        )
        words = [
            self.found.words(pairs.items.get(key), f"{path}.{key}")
            for key in ("file", "match", "take")
        ]
        if not all(words):
            self.found.add("M011", pairs.line, path, "a lookup needs `file`, `match` and `take`")
            return None
        if leads_outside(words[0]):
            self.found.add(
                "M013",
                pairs.lines["file"],
                f"{path}.file",
                "leads outside the folder of the import",
                words[0],
            )
        pick = self.found.choice(pairs.items.get("pick"), f"{path}.pick", ("lowest", "highest"), "")
        return Lookup(
            words[0],
            words[1],
            words[2],
            "lowest" if pick == "lowest" else "highest" if pick else "",
        )

    def money(self) -> Money | None:
        node, path = self.pairs.items.get("money"), f"{self.path}.money"
        if isinstance(node, Pairs):
            pairs = self.found.pairs(node, path, ("currency",))
            column = self.found.words(pairs.items.get("currency"), f"{path}.currency")
            if not column:
                self.found.add("M011", node.line, path, "no column named under `currency`")
            return Money(column=column)
        code = self.found.words(node, path)
        if code and not _CURRENCY.fullmatch(code):
            self.found.add(
                "M013",
                self.pairs.lines["money"],
                path,
                "not a currency code",
                code,
                "Write three capitals such as EUR.",
            )
        return Money(code=code) if code else None


def _one_origin(found: Findings, pairs: Pairs, path: str) -> None:
    origins = [key for key in ORIGINS if key in pairs.items]
    if len(origins) != 1:
        got = " and ".join(f"`{key}`" for key in origins) or "none"
        found.add(
            "M011",
            pairs.line,
            path,
            f"one of `column`, `constant` and `make` belongs here, got {got}",
        )


def _fits(found: Findings, rule: Rule, pairs: Pairs) -> None:
    """Check that each operation suits the type of the field."""
    kind = rule.field.type
    suits = {
        "date": ("date", "moment"),
        "zone": ("moment",),
        "money": ("money",),
        "times": ("quantity", "money"),
        "make": ("text",),
    }
    for key, types in suits.items():
        if key in pairs.items and kind not in types:
            what = f"`{key}` does not suit a {kind}; it is for {' and '.join(types)}"
            found.add("M013", pairs.lines[key], f"{rule.path}.{key}", what)
    if rule.is_numbered and not rule.make:
        found.add("M013", pairs.lines["numbered"], rule.path, "`numbered` without `make`")
    for key, text in (("constant", rule.constant), ("otherwise", rule.otherwise_value)):
        if text and (way_out := _misfit(rule.field, text, rule)):
            found.add(
                "M013",
                pairs.lines[key],
                f"{rule.path}.{key}",
                f"not a {kind} that `{rule.field.name}` knows",
                text,
                way_out,
            )
    for key, value in rule.values:
        if value and rule.field.choices and (way_out := _misfit(rule.field, value, rule)):
            found.add(
                "M013",
                pairs.lines["values"],
                f"{rule.path}.values.{key}",
                "unknown value",
                value,
                way_out,
            )


def folded(word: str) -> str:
    """Fold the ways in which people write a choice.

    >>> folded("One_Off") == folded("one-off")
    True
    """
    return word.strip().lower().replace("_", " ").replace("-", " ")


def _misfit(field: Column, text: str, rule: Rule) -> str:
    """Say what a constant should be if the field cannot hold it."""
    if field.choices:
        return (
            "" if folded(text) in map(folded, field.choices) else did_you_mean(text, field.choices)
        )
    if field.type in ("quantity", "money"):
        return "" if _is_number(text) else "A number belongs here."
    if field.type == "flag":
        return (
            ""
            if text.lower() in (*YES, *NO, "t", "f", "y", "n", "1", "0")
            else "yes or no belongs here."
        )
    if field.type == "date" and not rule.dates:
        return "" if _is_day(text) else "Write it like 2026-01-31."
    return ""


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
