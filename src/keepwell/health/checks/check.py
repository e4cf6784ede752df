"""This file checks a card as a whole: what reading it found, and what only shows when its parts are
seen together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from keepwell.errors import Fault
from keepwell.health.checks.advice import (
    bands,
    common_mistakes,
    directions,
    golden_rules,
    weights,
    words,
    workspace,
)
from keepwell.health.checks.card import Card
from keepwell.health.checks.evidence import Evidence
from keepwell.health.definition import document
from keepwell.health.definition.document import Document
from keepwell.health.definition.scorecard import CARRY_STEP_DAYS, Group, Leaf, walk
from keepwell.health.definition.table import Table

NOTHING_KNOWN = Evidence()


def check(
    text: str,
    *,
    file: str,
    tables: Mapping[str, Table],
    evidence: Evidence = NOTHING_KNOWN,
    with_advice: bool = True,
) -> Document:
    """Read a card and check it: all faults at once, in the order of the lines.

    There is a definition only without errors. Without `evidence` only the card itself is checked.
    Callers that need just the definition leave advice out, which takes longer than everything else.
    """
    read = document.read(text, file=file, tables=tables)
    found = list(read.faults)
    if read.definition:
        card = Card(read.definition, file, tables, read.lines, read.places)
        found += _errors(card)
        if with_advice and not any(fault.is_error for fault in found):
            found += _advice(card, evidence)
    found.sort(key=lambda fault: (fault.line, fault.code))
    definition = None if any(fault.is_error for fault in found) else read.definition
    return replace(read, definition=definition, faults=tuple(found))


def _errors(card: Card) -> Iterator[Fault]:
    """Find what keeps a card from working: a group without any weight, a policy that never applies."""
    for path, entry in walk(card.definition.root):
        line, place = card.lines.get(path, 1), path or "health"
        if isinstance(entry, Group) and not any(child.weight for child in entry.children):
            yield Fault(
                "C309",
                card.file,
                line,
                place,
                "has no entry with a weight above 0",
                "",
                "Give at least one entry a weight.",
            )
        if (
            isinstance(entry, Leaf)
            and entry.policy == "carry"
            and entry.carry_days < CARRY_STEP_DAYS
        ):
            what, got = (
                "carries over for less than the 7-day step:",
                f"carry {entry.carry_days} days",
            )
            yield Fault(
                "C310", card.file, line, f"{place}.missing", what, got, "Use 7 days or more."
            )


def _advice(card: Card, evidence: Evidence) -> Iterator[Fault]:
    yield from weights.check(card)
    yield from bands.check(card)
    yield from directions.check(card)
    yield from golden_rules.check(card)
    yield from common_mistakes.check(card, is_first=len(evidence.published_on) < 2)
    yield from workspace.check(card, evidence)
    yield from words.check(card, evidence)
