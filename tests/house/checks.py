"""This file reads docs/checks.md: an entry for each code, its example as two cards, and the card that the examples change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tests.house.rooms import ROOT, SOURCE

PAGE = ROOT / "docs" / "checks.md"
_HEADING = re.compile(r"^#### ([CY]\d{3}) (.+)$", re.M)
_CODE = re.compile(r'"([CY]\d{3})"')
PARTS = ("**Means.**", "**Why.**", "**Do.**")


@dataclass(frozen=True)
class Entry:
    """What the page says of one code; `hunks` are the lines of its example with their signs, `example` is one in words."""

    code: str
    name: str
    text: str
    hunks: tuple[tuple[str, ...], ...]
    example: str

    def before(self, card: str) -> str:
        """The card with what the example warns of."""
        for hunk in self.hunks:
            card = _put(card, hunk)
        return card


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry of the page, in its order."""
    page = PAGE.read_text(encoding="utf-8")
    heads = list(_HEADING.finditer(page))
    ends = [head.start() for head in heads[1:]] + [len(page)]
    return tuple(
        _entry(head[1], head[2], page[head.end() : end].split("\n#")[0])
        for head, end in zip(heads, ends, strict=True)
    )


@cache
def card() -> str:
    """The card of the examples."""
    found = re.search(
        r"## The card of the examples\n\n```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S
    )
    assert found, "docs/checks.md ends with the card of its examples"
    return found[1]


def codes() -> set[str]:
    """Every code that a check of a card can name."""
    files = [
        file
        for room in ("definition", "checks")
        for file in (SOURCE / "health" / room).rglob("*.py")
    ]
    return {code for file in files for code in _CODE.findall(file.read_text(encoding="utf-8"))}


def _entry(code: str, name: str, text: str) -> Entry:
    found = re.search(r"```diff\n(.*?)\n```", text, re.S)
    hunks = tuple(tuple(hunk.splitlines()) for hunk in found[1].split("\n@@\n")) if found else ()
    example = text.partition("**Example.**")[2].strip()
    return Entry(code, name, " ".join(text.split()), hunks, example)


def _put(card: str, hunk: Sequence[str]) -> str:
    """Find the lines that are without the finding, and put those that make it in their place, as deep as they stand."""
    lines = card.splitlines()
    after = [line[1:].strip() for line in hunk if line[0] in " +"]
    before = [line[1:] for line in hunk if line[0] in " -"]
    places = [
        at
        for at in range(len(lines))
        if [line.strip() for line in lines[at : at + len(after)]] == after
    ]
    assert len(places) == 1, f"the card has these lines {len(places)} times: {after}"
    first = next(line[1:] for line in hunk if line[0] in " +")
    deeper = _depth(lines[places[0]]) - _depth(first)
    written = [" " * max(0, _depth(line) + deeper) + line.strip() for line in before]
    return "\n".join([*lines[: places[0]], *written, *lines[places[0] + len(after) :]]) + "\n"


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
