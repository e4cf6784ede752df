"""This file advises on words of filters and conditions that no row has, with the nearest ones that exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from keepwell.errors import Fault
from keepwell.health.checks.card import Card
from keepwell.health.checks.evidence import Evidence
from keepwell.health.definition import word

SHOWN = 3
NEAR = 0.6  # of two words' letters in common, as difflib counts them


def check(card: Card, evidence: Evidence) -> Iterator[Fault]:
    """Name each word that the card compares text with, and that no row has had."""
    for path, field, each in dict.fromkeys(word.of_card(card.definition, card.tables)):
        if each in evidence.unseen:
            what = f"names a word that no row of {each.table} has in `{each.column}`:"
            way_out = suggest(each.text, evidence.unseen[each])
            yield card.advise("C805", path, field, what, each.text, way_out)


def suggest(text: str, existing: Sequence[tuple[str, int]]) -> str:
    """Name the words nearest to one that does not exist, else the most frequent, with how many rows have
    each.

    >>> suggest("job bord", [("login", 40), ("Job board", 12)])
    'Did you mean `Job board` (12 rows)?'
    >>> suggest("job bord", [("login", 40), ("export", 1)])
    'It has `login` (40 rows), `export` (1 row).'
    """
    if not existing:
        return "No row has any word there; import some, or remove the measure until you can."
    # Two spellings that differ in their capitals alone are one here; the more frequent is listed first.
    folded: dict[str, tuple[str, int]] = {}
    for other, rows in existing:
        folded.setdefault(other.casefold(), (other, rows))
    near = [folded[each] for each in get_close_matches(text.casefold(), folded, SHOWN, NEAR)]
    listed = ", ".join(f"`{other}` ({_rows(rows)})" for other, rows in near or existing[:SHOWN])
    return f"Did you mean {listed}?" if near else f"It has {listed}."


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
