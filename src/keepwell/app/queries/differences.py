"""This file answers what differs between two cards, published or not: in sentences, and line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from keepwell.app.queries import facts, scorecards
from keepwell.app.viewers import Viewer
from keepwell.errors import Fault, Invalid
from keepwell.health.definition import document
from keepwell.health.explain import card_differences
from keepwell.health.explain.card_difference import Difference

MOST_LINES = 20_000  # of a text; comparing longer ones line by line would take minutes


class TooLong(Invalid):
    """A text has more lines than a card can have."""

    code = "S107"


@dataclass(frozen=True)
class Side:
    """One of the two cards: what it is called, the version that it is, if it is one, and its text."""

    label: str
    version: int | None
    text: str


@dataclass(frozen=True)
class Compared:
    """What differs. `differences` is none where a side cannot be read, and `faults` then say why; `lines` are those of a
    unified diff, empty where the texts are the same."""

    before: Side
    after: Side
    differences: tuple[Difference, ...] | None
    faults: tuple[Fault, ...]
    lines: tuple[str, ...]


def published(viewer: Viewer, number: int) -> Side:
    """One published version; raises `scorecards.NoSuchVersion`."""
    return Side(f"version {number}", number, scorecards.version(viewer, number).text)


def between(viewer: Viewer, before: Side, after: Side, *, in_words: bool = True) -> Compared:
    """Compare two cards; without words, only their texts. Raises `TooLong`."""
    lines = _lines(before, after)
    if not in_words:
        return Compared(before, after, None, (), lines)
    tables = facts.tables(viewer)
    one, other = (
        document.read(side.text, file=side.label, tables=tables) for side in (before, after)
    )
    if one.definition is None or other.definition is None:
        return Compared(before, after, None, (*one.faults, *other.faults), lines)
    return Compared(
        before, after, card_differences.between(one.definition, other.definition), (), lines
    )


def _lines(before: Side, after: Side) -> tuple[str, ...]:
    then, now = before.text.splitlines(), after.text.splitlines()
    if max(len(then), len(now)) > MOST_LINES:
        raise TooLong(f"A card of more than {MOST_LINES:,} lines is not compared.")
    return tuple(difflib.unified_diff(then, now, before.label, after.label, lineterm=""))
