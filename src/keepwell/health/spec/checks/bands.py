"""This file checks bands, scales and rules against what can ever be reached: a band without scores, points without values."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.health.spec.checks import ranges, reach
from keepwell.health.spec.checks.card import Card
from keepwell.health.spec.checks.certainty import Known
from keepwell.health.spec.checks.reach import Stretch
from keepwell.health.spec.fault import Fault
from keepwell.health.spec.scale import Line
from keepwell.health.spec.scorecard import Group, Leaf, walk

TOP = 100.0
HAIR = 1e-9


def check(card: Card) -> Iterator[Fault]:
    """Look for bands that no score reaches, points out of reach, and rules that are none."""
    yield from _unreached(card)
    for path, entry in walk(card.definition.root):
        if isinstance(entry, Leaf):
            yield from _out_of_reach(card, path, entry)
        elif entry.rules:
            yield from _idle(card, path, entry)


def _unreached(card: Card) -> Iterator[Fault]:
    reached: list[Stretch] = []
    for _, own in card.variants():
        definition = own.definition
        reached.extend(reach.of_group(definition.root, definition.measures, definition.least_coverage).stretches)
    scores = reach.joined(reached)
    shown = " and ".join(f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}" for low, high in scores[:4])
    upper = TOP + 1.0
    for band in card.definition.bands:
        if not any(high >= band.least - HAIR and low < upper for low, high in scores):
            what = f"has a band that no score reaches: with these points and rules scores are {shown}"
            yield card.advise("C321", "", "bands", what, band.name, "Move its edge, or what the measures can earn.")
        upper = band.least


def _out_of_reach(card: Card, path: str, leaf: Leaf) -> Iterator[Fault]:
    measure = leaf.measure
    if not isinstance(measure.scale, Line):
        return
    values = ranges.of(measure)
    ((least, most),) = reach.of_scale(measure.scale, values)
    if most < TOP - HAIR:
        what = f"can earn {most:.0f} points at most, because its number is never more than {values[1]:g}"
        yield card.advise("C241", path, "points", what, f"best: {measure.scale.best:g}", "Set a best that can be had.")
    if least > HAIR:
        what = f"can never earn less than {least:.0f} points, because its number is never less than {values[0]:g}"
        yield card.advise(
            "C241", path, "points", what, f"worst: {measure.scale.worst:g}", "Set a worst that can be had."
        )


def _idle(card: Card, path: str, group: Group) -> Iterator[Fault]:
    known = [dict(_known(own, path)) for _, own in card.variants()]
    for nth, rule in enumerate(group.rules):
        if not any(each[nth].can_hold for each in known):
            what = f"never acts: nothing makes its condition hold ({rule.label})"
            yield card.advise("C411", path, f"rules[{nth}]", what, "", "Look at its numbers, or take it out.")
        elif all(each[nth].always for each in known):
            what = f"acts on every account, always ({rule.label}): that is no exception"
            yield card.advise("C412", path, f"rules[{nth}]", what, "", "Say when it is to act, or change the points.")


def _known(card: Card, path: str) -> Iterator[tuple[int, Known]]:
    """What is known of the condition of each rule of a group, whatever is missing."""
    group = dict(walk(card.definition.root))[path]
    assert isinstance(group, Group), "rules stand on groups"
    for nth, (_, known) in enumerate(reach.rules_of(group, card.definition.measures, 0.0)):
        yield nth, known
