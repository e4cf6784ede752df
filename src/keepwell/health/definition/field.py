"""This file reads the fields of a mapping in a document, and collects a fault for each one that is
not valid."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from keepwell.errors import Fault, did_you_mean
from keepwell.health.definition import limit
from keepwell.health.definition.node import Node

T = TypeVar("T")
LARGEST = 1e15  # a thousand times what a fact can hold; larger ones would overflow sums of points
NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_NUMBER = re.compile(r"[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


@dataclass
class Faults:
    """The faults found so far in one file; faults are collected, never raised, so that all are
    reported at once."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(
        self, code: str, line: int, path: str, what: str, got: str = "", way_out: str = ""
    ) -> None:
        self.found.append(Fault(code, self.file, line, path, what, got, way_out))


class Fields:
    """The entries of one mapping, read one by one; `close` reports those that were never asked for."""

    def __init__(self, node: Node, path: str, faults: Faults) -> None:
        self.node, self.path, self.faults = node, path, faults
        self._entries = node.entries or {}
        self._asked: list[str] = []
        if node.entries is None:
            faults.add(
                "C101",
                node.line,
                path,
                f"must be a mapping, but is {node.kind}",
                node.text or "",
            )

    def has(self, name: str) -> bool:
        self._asked.append(name)
        return name in self._entries and not self._entries[name].is_empty

    def line(self, name: str = "") -> int:
        return self.node.key_lines.get(name, self.node.line)

    def fault(self, code: str, name: str, what: str, got: str = "", way_out: str = "") -> None:
        path = ".".join(part for part in (self.path, name) if part)
        self.faults.add(code, self.line(name), path, what, got, way_out)

    def entry(self, name: str, *, required: bool = False) -> Node | None:
        if self.has(name):
            return self._entries[name]
        if required:
            self.fault("C102", name, "is missing")
        return None

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        choices: Iterable[str] = (),
        most: int = limit.TEXT,
    ) -> str:
        node = self.entry(name, required=required)
        if node is None:
            return ""
        if node.text is None:
            self.fault("C103", name, f"must be text, but is {node.kind}")
            return ""
        if len(node.text) > most:
            self.fault("C112", name, f"is longer than {most:,} characters:", node.text)
            return ""
        choices = tuple(choices)
        if choices and node.text not in choices:
            self.fault("C104", name, "unknown value", node.text, did_you_mean(node.text, choices))
            return ""
        return node.text

    def name(self, name: str) -> str:
        """Read a name that paths and exports carry: lower-case letters, digits, `_` and `-`."""
        text = self.text(name, required=True)
        if text and not NAME.fullmatch(text):
            way_out = "Use lower-case letters, digits, - and _, starting with a letter; free text goes into `title`."
            self.fault("C105", name, "is not a valid name:", text[:60], way_out)
            return ""
        return text

    def number(
        self, name: str, *, required: bool = False, least: float = -LARGEST, most: float = LARGEST
    ) -> float | None:
        node = self.entry(name, required=required)
        return None if node is None else self.as_number(name, node, least, most)

    def as_number(
        self, name: str, node: Node, least: float = -LARGEST, most: float = LARGEST
    ) -> float | None:
        number = read_number(node.text or "")
        if number is None:
            self.faults.add(
                "C106",
                node.line,
                f"{self.path}.{name}".lstrip("."),
                "is not a number:",
                node.text or node.kind,
            )
        elif not least <= number <= most:
            is_open = most == LARGEST and least > -LARGEST
            ends = ("0 %", "100 %") if (least, most) == (0, 1) else (f"{least:g}", f"{most:g}")
            between = (
                f"Use {least:g} or more."
                if is_open
                else f"Use a number from {ends[0]} to {ends[1]}."
            )
            self.faults.add(
                "C107",
                node.line,
                f"{self.path}.{name}".lstrip("."),
                "is out of range:",
                node.text or "",
                between,
            )
            return None
        return number

    def flag(self, name: str) -> bool | None:
        text = self.text(name)
        if text and text.lower() not in ("yes", "no", "true", "false"):
            self.fault("C108", name, "must be yes or no, not", text)
        return text.lower() in ("yes", "true") if text else None

    def items(self, name: str, *, required: bool = False) -> Sequence[Node]:
        node = self.entry(name, required=required)
        if node is not None and node.items is None:
            self.fault("C109", name, f"must be a list, but is {node.kind}")
        return node.items or [] if node else []

    def parsed(self, name: str, read: Callable[[str], T], *, required: bool = False) -> T | None:
        """Read a text by a function that raises ValueError with the way out."""
        text = self.text(name, required=required)
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.fault("C110", name, "is not valid:", text, str(error))
            return None

    def close(self) -> None:
        """Report the fields that nobody asked for: a misspelt field must not be ignored silently."""
        for name in self._entries:
            if name not in self._asked:
                self.fault("C111", name, "unknown field", name, did_you_mean(name, self._asked))


def read_number(text: str) -> float | None:
    """Read a finite number; `80 %` is 0.8.

    >>> read_number("80 %"), read_number("1_000"), read_number("many")
    (0.8, 1000.0, None)
    """
    is_share = text.rstrip().endswith("%")
    bare = text.rstrip().removesuffix("%").rstrip() if is_share else text
    if not _NUMBER.fullmatch(bare):
        return None
    number = float(bare.replace("_", "")) / (100 if is_share else 1)
    return number if math.isfinite(number) else None


def write_number(number: float) -> int | float:
    """Write a whole number without a decimal point."""
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
