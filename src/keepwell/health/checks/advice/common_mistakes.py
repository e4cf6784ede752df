"""This file checks the common mistakes that a card alone can make: lagging, easy, too much at the
start."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.errors import Fault
from keepwell.health.checks.card import Card, percent
from keepwell.health.definition.outcome import Outcome
from keepwell.health.definition.scorecard import nominal_shares
from keepwell.health.definition.segment import EVERYONE, Segment

MOST_TO_START_WITH = 8
MOST_USAGE = 2 / 3
MOST_LAGGING = 0.5
HAIR = 1e-9


def check(card: Card, *, is_first: bool) -> Iterator[Fault]:
    """Check a card for the common mistakes; `is_first` while none was published before it."""
    yield from _lagging(card)
    yield from _easy(card)
    for nth, outcome in enumerate(card.definition.outcomes):
        yield from _outcome(card, nth, outcome)
    if is_first and len(card.weighted) > MOST_TO_START_WITH:
        what = f"has {len(card.weighted)} weighted measures; start with eight or fewer"
        yield card.advise(
            "C903",
            "",
            "health",
            what,
            "",
            "Keep those you trust most, and watch the others with `weight: 0`.",
        )


def _lagging(card: Card) -> Iterator[Fault]:
    for path, leaf in card.weighted.items():
        if leaf.measure.is_leading is None:
            what = "does not say whether it is leading or lagging"
            yield card.advise(
                "C901",
                path,
                "indicator",
                what,
                "",
                "Add `indicator: leading` or `indicator: lagging`.",
            )
    lagging = sum(
        card.shares[path]
        for path, leaf in card.weighted.items()
        if leaf.measure.is_leading is False
    )
    if lagging > MOST_LAGGING + HAIR:
        what = f"has {percent(lagging)} of its weight on lagging measures, which show what has already happened"
        yield card.advise("C721", "", "health", what, "", "Give leading measures at least half.")


def _easy(card: Card) -> Iterator[Fault]:
    for path, leaf in card.weighted.items():
        if not leaf.measure.why:
            what = "does not say why it counts"
            yield card.advise(
                "C736",
                path,
                "why",
                what,
                "",
                "Add `why:` in one sentence; if nobody can, remove the measure.",
            )
    usage = sum(
        card.shares[path] for path, leaf in card.weighted.items() if leaf.measure.table == "usage"
    )
    if usage > MOST_USAGE + HAIR:
        what = f"has {percent(usage)} of its weight on product usage, which is the easiest to count"
        way_out = "Add sentiment, relationships or outcomes."
        yield card.advise("C735", "", "health", what, "", way_out)
    measures_outcomes = any(leaf.measure.table == "outcomes" for leaf in card.weighted.values())
    if not card.definition.outcomes and not measures_outcomes:
        what = "lists no outcome that customers want"
        way_out = "List them under `outcomes:`, and name one in each measure that tracks it."
        yield card.advise("C731", "", "health", what, "", way_out)


def _outcome(card: Card, nth: int, outcome: Outcome) -> Iterator[Fault]:
    place = f"outcomes[{nth}]"
    tracking = {
        path: leaf for path, leaf in card.leaves.items() if leaf.measure.outcome == outcome.name
    }
    if not tracking:
        what = f"matters to {_whom(outcome)}, but no measure tracks it:"
        yield card.advise(
            "C732", "", place, what, outcome.name, f"Add a measure with `outcome: {outcome.name}`."
        )
        return
    for segment in _segments(card, outcome):
        if not any(_share(card, path, segment) for path in tracking):
            who = segment.name if segment else EVERYONE
            what = f"matters to {who}, but its measures weigh 0 there:"
            yield card.advise("C733", "", place, what, outcome.name, "Give one of them a weight.")
            return
    if all(leaf.measure.is_leading is False for leaf in tracking.values()):
        what = "is tracked by lagging measures only, which is too late to help:"
        yield card.advise("C734", "", place, what, outcome.name, "Add a leading one.")


def _segments(card: Card, outcome: Outcome) -> list[Segment | None]:
    """List the segments to which an outcome matters; none stands for accounts without a segment."""
    every: list[Segment | None] = [None, *card.definition.segments]
    names = outcome.matters_to
    return [each for each in every if not names or (each.name if each else EVERYONE) in names]


def _share(card: Card, path: str, segment: Segment | None) -> float:
    root = segment.amendment.applied(card.definition.root) if segment else card.definition.root
    return nominal_shares(root)[path]


def _whom(outcome: Outcome) -> str:
    return " and ".join(outcome.matters_to) or EVERYONE
