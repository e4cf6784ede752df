"""This file reads the values of a mapping as what they should be, and collects the faults, so that all are shown at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from zoneinfo import available_timezones

from keepwell.errors import Fault, did_you_mean
from keepwell.facts.mapping.document import List, Map, Node, Scalar
from keepwell.health.definition import limit

YES = ("yes", "true", "on")
NO = ("no", "false", "off")
_DAYS = re.compile(r"(\d{1,4})\s*(day|days|week|weeks)?")


class Parser:
    """Reads nodes of one mapping. What is not as it should be becomes a fault, and an empty value in its place."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(
        self, code: str, line: int, path: str, what: str, got: str = "", way_out: str = ""
    ) -> None:
        self.faults.append(Fault(code, self.file, line, path, what, got, way_out))

    def map(self, node: Node | None, path: str, known: Iterable[str] | None = None) -> Map:
        """Read keys and values; keys that are not `known` are faults."""
        # Nothing written is no fault here: whether the key is required is for the caller to say.
        if not isinstance(node, Map):
            if node is not None and not (isinstance(node, Scalar) and node.is_empty):
                self.fault("M012", node.line, path, "expected keys with values here")
            return Map({}, {}, node.line if node else 0)
        for key in node.items:
            if known is not None and key not in set(known):
                where = f"{path}.{key}".lstrip(".")
                way_out = did_you_mean(key, known)
                self.fault("M010", node.lines[key], where, "unknown key", key, way_out)
        return node

    def list(self, node: Node | None, path: str) -> tuple[Node, ...]:
        if isinstance(node, List):
            return node.items
        if node is not None and not (isinstance(node, Scalar) and node.is_empty):
            self.fault("M012", node.line, path, "expected a list here")
        return ()

    def text(self, node: Node | None, path: str, most: int = limit.TEXT) -> str:
        """Read one value of at most so many characters; an empty one is an empty text."""
        if isinstance(node, Scalar):
            text = "" if node.is_empty else node.text.strip()
            if len(text) > most:
                self._invalid(node, path, f"longer than {most:,} characters:", text)
                return ""
            return text
        if node is not None:
            self.fault("M012", node.line, path, "expected a single value here")
        return ""

    def texts(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read a list of values, or a single one."""
        if isinstance(node, List):
            return tuple(self.text(item, path) for item in node.items)
        one = self.text(node, path)
        return (one,) if one else ()

    def choice(self, node: Node | None, path: str, known: tuple[str, ...], default: str) -> str:
        text = self.text(node, path)
        if text and text not in known:
            self._invalid(node, path, "unknown value", text, did_you_mean(text, known))
        return text if text in known else default

    def flag(self, node: Node | None, path: str) -> bool:
        text = self.text(node, path).lower()
        if text and text not in YES + NO:
            self._invalid(node, path, "expected yes or no, got", text)
        return text in YES

    def day(self, node: Node | None, path: str) -> date | None:
        text = self.text(node, path)
        try:
            day = date.fromisoformat(text) if text else None
        except ValueError:
            self._invalid(node, path, "not a date:", text, "Write it like 2026-01-31.")
            return None
        if day and day < limit.FIRST_DAY:
            self._invalid(node, path, "before any fact can be:", text)
            return None
        return day

    def number(self, node: Node | None, path: str) -> Decimal | None:
        text = self.text(node, path)
        number = limit.quantity(text) if text else None
        if text and number is None:
            self._invalid(node, path, "not a number:", text, limit.way_out(text))
        return number

    def days(self, node: Node | None, path: str) -> int | None:
        """Read a number of days, such as `7 days`, `2 weeks` or `30`."""
        text = self.text(node, path)
        if not text:
            return None
        days = _DAYS.fullmatch(text)
        if days is None:
            way_out = "Write it like `7 days` or `2 weeks`."
            self._invalid(node, path, "not a number of days:", text, way_out)
            return None
        return int(days[1]) * (7 if (days[2] or "").startswith("week") else 1)

    def zone(self, node: Node | None, path: str) -> str:
        text = self.text(node, path)
        if text and text not in available_timezones():
            way_out = did_you_mean(text, available_timezones())
            self._invalid(node, path, "unknown time zone", text, way_out)
            return ""
        return text

    def _invalid(
        self, node: Node | None, path: str, what: str, got: str, way_out: str = ""
    ) -> None:
        self.fault("M013", node.line if node else 0, path, what, got, way_out)
