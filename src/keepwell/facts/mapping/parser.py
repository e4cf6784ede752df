"""This file collects what is wrong with a mapping while it is read, so that all of it is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from zoneinfo import available_timezones

from keepwell.errors import Fault, did_you_mean
from keepwell.facts.mapping.document import Items, Node, Pairs, Words

YES = ("yes", "true", "on")
NO = ("no", "false", "off")
_SPAN = re.compile(r"(\d{1,4})\s*(day|days|week|weeks)?")


class Findings:
    """Reads parts of the tree as what they should be; what is not becomes a fault and an empty value."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def add(
        self, code: str, line: int, path: str, what: str, got: str = "", way_out: str = ""
    ) -> None:
        self.faults.append(Fault(code, self.file, line, path, what, got, way_out))

    def pairs(self, node: Node | None, path: str, known: Iterable[str] | None = None) -> Pairs:
        """Read keys and values; keys that are not `known` are faults."""
        if not isinstance(node, Pairs):
            if node is not None and not (isinstance(node, Words) and node.is_empty):
                self.add("M012", node.line, path, "keys with values belong here")
            return Pairs({}, {}, node.line if node else 0)
        for key in node.items:
            if known is not None and key not in set(known):
                self.add(
                    "M010",
                    node.lines[key],
                    f"{path}.{key}".lstrip("."),
                    "unknown key",
                    key,
                    did_you_mean(key, known),
                )
        return node

    def items(self, node: Node | None, path: str) -> tuple[Node, ...]:
        if isinstance(node, Items):
            return node.items
        if node is not None and not (isinstance(node, Words) and node.is_empty):
            self.add("M012", node.line, path, "a list belongs here")
        return ()

    def words(self, node: Node | None, path: str) -> str:
        """Read one value; nothing written is an empty text."""
        if isinstance(node, Words):
            return "" if node.is_empty else node.text.strip()
        if node is not None:
            self.add("M012", node.line, path, "one value belongs here")
        return ""

    def list_of_words(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read a list of values, or a single one."""
        if isinstance(node, Items):
            return tuple(self.words(item, path) for item in node.items)
        one = self.words(node, path)
        return (one,) if one else ()

    def choice(self, node: Node | None, path: str, known: tuple[str, ...], default: str) -> str:
        word = self.words(node, path)
        if word and word not in known:
            self.add(
                "M013",
                node.line if node else 0,
                path,
                "unknown value",
                word,
                did_you_mean(word, known),
            )
        return word if word in known else default

    def flag(self, node: Node | None, path: str) -> bool:
        word = self.words(node, path).lower()
        if word and word not in YES + NO:
            self.add("M013", node.line if node else 0, path, "neither yes nor no", word)
        return word in YES

    def day(self, node: Node | None, path: str) -> date | None:
        word = self.words(node, path)
        try:
            return date.fromisoformat(word) if word else None
        except ValueError:
            self.add(
                "M013",
                node.line if node else 0,
                path,
                "not a date",
                word,
                "Write it like 2026-01-31.",
            )
            return None

    def number(self, node: Node | None, path: str) -> Decimal | None:
        word = self.words(node, path)
        try:
            number = Decimal(word) if word else None
        except InvalidOperation:
            number = Decimal("NaN")
        if number is not None and not (number.is_finite() and abs(number) < 10**12):
            self.add("M013", node.line if node else 0, path, "not a number", word)
            return None
        return number

    def days(self, node: Node | None, path: str) -> int | None:
        """Read a span such as `7 days`, `2 weeks` or `30`."""
        word = self.words(node, path)
        if not word:
            return None
        span = _SPAN.fullmatch(word)
        if span is None:
            self.add(
                "M013",
                node.line if node else 0,
                path,
                "not a span of days",
                word,
                "Write it like `7 days` or `2 weeks`.",
            )
            return None
        return int(span[1]) * (7 if (span[2] or "").startswith("week") else 1)

    def zone(self, node: Node | None, path: str) -> str:
        word = self.words(node, path)
        if word and word not in available_timezones():
            self.add(
                "M013",
                node.line if node else 0,
                path,
                "unknown time zone",
                word,
                did_you_mean(word, available_timezones()),
            )
            return ""
        return word
