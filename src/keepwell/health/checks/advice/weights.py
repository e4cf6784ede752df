"""This file checks weights: what outweighs everything, what hardly counts, and what a segment
leaves without any."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.errors import Fault
from keepwell.health.checks.card import Card, by_mean, percent
from keepwell.health.definition.scorecard import Group, walk

MOST_SHARE = 0.5
LEAST_SHARE = 0.02
HAIR = 1e-9


def check(card: Card) -> Iterator[Fault]:
    """Check the share of the score that each measure has, and each segment's weights."""
    for path in by_mean(card.definition.root):
        share = card.shares[path]
        if share > MOST_SHARE + HAIR:
            what = (
                f"carries {percent(share)} of the score, so one measure decides nearly everything"
            )
            yield card.advise(
                "C324", path, "weight", what, "", "Keep every measure at half or less."
            )
        elif 0 < share < LEAST_SHARE - HAIR:
            what = f"carries {percent(share, 1)} of the score, so at its worst it costs {share * 100:.1f} points"
            way_out = "Give it a weight that shows, or 0 to only watch it."
            yield card.advise("C325", path, "weight", what, "", way_out)
    yield from _segments(card)
    if not card.definition.least_coverage:
        what = "is 0, so a single measure is enough for a score"
        yield card.advise("C902", "", "least_coverage", what, "", "Use `50 %`, for example.")


def _segments(card: Card) -> Iterator[Fault]:
    for nth, (segment, own) in enumerate(card.variants(), start=-1):
        for path, entry in walk(own.definition.root) if segment else ():
            if (
                segment
                and isinstance(entry, Group)
                and not any(child.weight for child in entry.children)
            ):
                what = f"sets every weight in `{path or 'health'}` to 0, so {segment.name} has no score there"
                yield card.advise(
                    "C323", "", f"segments[{nth}]", what, "", "Give something there a weight."
                )
