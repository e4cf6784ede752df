"""This file checks the common mistakes that a card alone can make: lagging, easy, too much at the start."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.errors import Fault
from keepwell.health.definition.checks.card import Card, percent
from keepwell.health.definition.outcome import Outcome
from keepwell.health.definition.scorecard import nominal_shares
from keepwell.health.definition.segment import EVERYONE, Segment

MOST_TO_BEGIN_WITH = 8
MOST_USAGE = 2 / 3
MOST_LAGGING = 0.5
HAIR = 1e-9


def check(card: Card, *, is_first: bool) -> Iterator[Fault]:
    """Ask of a card what goes wrong most often; `is_first` while none was published before it."""
    yield from _lagging(card)
    yield from _easy(card)
    for nth, outcome in enumerate(card.definition.outcomes):
        yield from _outcome(card, nth, outcome)
    if is_first and len(card.weighted) > MOST_TO_BEGIN_WITH:
        what = f"counts {len(card.weighted)} measures: a first card is understood with eight"
        yield card.advise(
            "C903",
            "",
            "health",
            what,
            "",
            "Keep the surest; give the others `weight: 0` and watch them.",
        )


def _lagging(card: Card) -> Iterator[Fault]:
    for path, leaf in card.weighted.items():
        if leaf.measure.is_leading is None:
            what = "does not say whether it is leading or lagging"
            yield card.advise(
                "C901", path, "indicator", what, "", "Write `indicator: leading` or `lagging`."
            )
    lagging = sum(
        card.shares[path]
        for path, leaf in card.weighted.items()
        if leaf.measure.is_leading is False
    )
    if lagging > MOST_LAGGING + HAIR:
        what = f"stands on lagging indicators for {percent(lagging)} of its weight: it tells what has happened already"
        yield card.advise("C721", "", "health", what, "", "Give what tells early at least half.")


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
                "Write `why:` in a sentence; if nobody can, take it out.",
            )
    usage = sum(
        card.shares[path] for path, leaf in card.weighted.items() if leaf.measure.table == "usage"
    )
    if usage > MOST_USAGE + HAIR:
        what = f"stands on product usage for {percent(usage)} of its weight: that is what is easy to count"
        way_out = "Add what they say, whom you know there and what they have reached."
        yield card.advise("C735", "", "health", what, "", way_out)
    measures_outcomes = any(leaf.measure.table == "outcomes" for leaf in card.weighted.values())
    if not card.definition.outcomes and not measures_outcomes:
        what = "names nothing that customers want to reach"
        way_out = "List it under `outcomes:`, and say of each measure which `outcome:` it tells of."
        yield card.advise("C731", "", "health", what, "", way_out)


def _outcome(card: Card, nth: int, outcome: Outcome) -> Iterator[Fault]:
    place = f"outcomes[{nth}]"
    telling = {
        path: leaf for path, leaf in card.leaves.items() if leaf.measure.outcome == outcome.name
    }
    if not telling:
        what = f"matters to {_whom(outcome)}, and no measure tells of it:"
        yield card.advise(
            "C732", "", place, what, outcome.name, f"Add a measure with `outcome: {outcome.name}`."
        )
        return
    for segment in _mattering(card, outcome):
        if not any(_share(card, path, segment) for path in telling):
            who = segment.name if segment else EVERYONE
            what = f"matters to {who}, where all that tells of it weighs 0:"
            yield card.advise(
                "C733", "", place, what, outcome.name, "Give one of its measures a weight."
            )
            return
    if all(leaf.measure.is_leading is False for leaf in telling.values()):
        what = "is told only by lagging indicators, when it is too late to help:"
        yield card.advise("C734", "", place, what, outcome.name, "Add a leading one.")


def _mattering(card: Card, outcome: Outcome) -> list[Segment | None]:
    """The segments to which an outcome matters; none stands for those of no segment."""
    every: list[Segment | None] = [None, *card.definition.segments]
    names = outcome.matters_to
    return [each for each in every if not names or (each.name if each else EVERYONE) in names]


def _share(card: Card, path: str, segment: Segment | None) -> float:
    root = segment.amendment.applied(card.definition.root) if segment else card.definition.root
    return nominal_shares(root)[path]


def _whom(outcome: Outcome) -> str:
    return " and ".join(outcome.matters_to) or EVERYONE
