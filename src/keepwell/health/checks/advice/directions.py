"""This file checks the direction of scales against what is plainly good or bad news: more open
tickets are not better."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.errors import Fault
from keepwell.health.checks.analysis import polarity
from keepwell.health.checks.card import Card
from keepwell.health.definition.scale import (
    Baseline,
    Linear,
    Lookup,
    OwnTarget,
    Peers,
    Scale,
    Steps,
)
from keepwell.health.definition.scorecard import Leaf
from keepwell.health.definition.segment import Segment
from keepwell.health.definition.table import Column, Polarity


def check(card: Card) -> Iterator[Fault]:
    """Compare the direction of each scale with what the tables know."""
    for path, leaf in card.leaves.items():
        table = card.tables[leaf.measure.table]
        column = table.readable(str(leaf.measure.column))
        if isinstance(leaf.measure.scale, Lookup):
            yield from _words(card, path, leaf.measure.scale, column)
            continue
        known, more = polarity.of_measure(leaf.measure, table), direction(leaf.measure.scale)
        if known and more and known != more:
            what = f"scores more of it as {_better(more)}, but more of it is {known} news"
            way_out = "Swap worst and best, or check `take` and `where`."
            yield card.advise("C242", path, "points", what, "", way_out)
    for nth, segment in enumerate(card.definition.segments):
        yield from _turned(card, nth, segment)


def direction(scale: Scale) -> Polarity:
    """Find whether more of a number is good or bad by a scale; empty if neither.

    >>> direction(Linear(worst=10, best=0)), direction(Steps(((1, 100), (3, 40)), 100))
    ('bad', '')
    """
    match scale:
        case Linear(worst, best) | OwnTarget(_, worst, best) | Baseline(_, worst, best):
            return "good" if best > worst else "bad"
        case Peers(_, is_higher_better):
            return "good" if is_higher_better else "bad"
        case Steps(steps, otherwise):
            points = [*(each for _, each in steps), otherwise]
            if points == sorted(points) and points[0] < points[-1]:
                return "good"
            return (
                "bad" if points == sorted(points, reverse=True) and points[0] > points[-1] else ""
            )
        case _:
            return ""


def _words(card: Card, path: str, lookup: Lookup, column: Column | None) -> Iterator[Fault]:
    if column is None:
        return
    points = dict(lookup.points)
    good = {word: points[word] for word in column.good if word in points}
    bad = {word: points[word] for word in column.bad if word in points}
    for word, earned in bad.items():
        beaten = next((each for each, less in good.items() if less < earned), None)
        if beaten:
            what = f"give `{word}` {earned:g} points, but `{beaten}` only {good[beaten]:g}"
            yield card.advise(
                "C243", path, "points", what, "", "Give the better value more points."
            )


def _turned(card: Card, nth: int, segment: Segment) -> Iterator[Fault]:
    for path, scale in segment.amendment.scales:
        leaf = card.leaves.get(path)
        if isinstance(leaf, Leaf) and {direction(leaf.measure.scale), direction(scale)} == {
            "good",
            "bad",
        }:
            what = (
                f"reverses `{path}`: what is better for everyone else is worse for {segment.name}"
            )
            yield card.advise(
                "C511", "", f"segments[{nth}]", what, "", "Keep worst and best in the same order."
            )


def _better(more: Polarity) -> str:
    return "better" if more == "good" else "worse"
