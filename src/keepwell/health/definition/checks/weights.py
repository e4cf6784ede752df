"""This file checks weights: what is above everything else, what is next to nothing, and what a segment leaves without any."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.errors import Fault
from keepwell.health.definition.checks.card import Card, by_mean, percent
from keepwell.health.definition.scorecard import Group, walk

MOST_SHARE = 0.5
LEAST_SHARE = 0.02
HAIR = 1e-9


def check(card: Card) -> Iterator[Fault]:
    """Look at the share of the whole that each measure has, and at each segment's weights."""
    for path in by_mean(card.definition.root):
        share = card.shares[path]
        if share > MOST_SHARE + HAIR:
            what = f"carries {percent(share)} of the whole: the score is this one measure, and little else"
            yield card.advise(
                "C324", path, "weight", what, "", "Let no measure carry more than half."
            )
        elif 0 < share < LEAST_SHARE - HAIR:
            what = f"carries {percent(share, 1)} of the whole: at its worst it moves a score by {share * 100:.1f} points"
            way_out = "Give it a weight that can be seen, or 0 to watch it only."
            yield card.advise("C325", path, "weight", what, "", way_out)
    yield from _segments(card)
    if not card.definition.least_coverage:
        what = "is 0: a score would stand on a single measure and say nothing of it"
        yield card.advise("C902", "", "least_coverage", what, "", "Write for example `50 %`.")


def _segments(card: Card) -> Iterator[Fault]:
    for nth, (segment, own) in enumerate(card.variants(), start=-1):
        for path, entry in walk(own.definition.root) if segment else ():
            if (
                segment
                and isinstance(entry, Group)
                and not any(child.weight for child in entry.children)
            ):
                what = f"leaves only weights of 0 in `{path or 'health'}`: {segment.name} has nothing to score there"
                yield card.advise(
                    "C323", "", f"segments[{nth}]", what, "", "Give something there a weight."
                )
