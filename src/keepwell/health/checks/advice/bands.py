"""This file checks bands, scales and rules against what accounts can reach at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keepwell.errors import Fault
from keepwell.health.checks.analysis import ranges, reach
from keepwell.health.checks.analysis.reach import Stretch
from keepwell.health.checks.analysis.satisfiability import Truth
from keepwell.health.checks.card import Card
from keepwell.health.definition.band import Band
from keepwell.health.definition.scale import Linear
from keepwell.health.definition.scorecard import Group, Leaf, walk

TOP = 100.0
HAIR = 1e-9


def check(card: Card) -> Iterator[Fault]:
    """Find bands and points out of reach, and rules that never or always apply."""
    yield from _unreached(card)
    for path, entry in walk(card.definition.root):
        if isinstance(entry, Leaf):
            yield from _out_of_reach(card, path, entry)
        elif entry.rules:
            yield from _idle(card, path, entry)


def _unreached(card: Card) -> Iterator[Fault]:
    scores: tuple[Stretch, ...] = ()
    empty = list(card.definition.bands)
    for _, own in card.variants():
        definition = own.definition
        found = reach.of_group(
            definition.root, definition.measures, definition.least_coverage
        ).stretches
        scores = reach.joined([*scores, *found])
        empty = _unreached_bands(card.definition.bands, scores)
        if not empty:
            return
    possible = " and ".join(
        f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}" for low, high in scores[:4]
    )
    for band in empty:
        what = f"no score reaches a band (possible: {possible}):"
        yield card.advise(
            "C321",
            "",
            "bands",
            what,
            band.name,
            "Move its threshold, or change what the measures can earn.",
        )


def _unreached_bands(bands: Sequence[Band], scores: Sequence[Stretch]) -> list[Band]:
    """The bands in which none of the stretches has a score; bands run from the top down."""
    tops = [TOP + 1.0, *(band.least for band in bands)]
    return [
        band
        for band, top in zip(bands, tops, strict=False)
        if not any(high >= band.least - HAIR and low < top for low, high in scores)
    ]


def _out_of_reach(card: Card, path: str, leaf: Leaf) -> Iterator[Fault]:
    measure = leaf.measure
    if not isinstance(measure.scale, Linear):
        return
    values = ranges.of(measure)
    ((least, most),) = reach.of_scale(measure.scale, values)
    if most < TOP - HAIR:
        what = f"earns {most:.0f} points at most, as its value is never above {values[1]:g}:"
        yield card.advise(
            "C241",
            path,
            "points",
            what,
            f"best: {measure.scale.best:g}",
            "Set a best that can be reached.",
        )
    if least > HAIR:
        what = f"earns {least:.0f} points at least, as its value is never below {values[0]:g}:"
        yield card.advise(
            "C241",
            path,
            "points",
            what,
            f"worst: {measure.scale.worst:g}",
            "Set a worst that can be reached.",
        )


def _idle(card: Card, path: str, group: Group) -> Iterator[Fault]:
    open_ = dict(enumerate(group.rules))
    seen: dict[int, list[Truth]] = {nth: [] for nth in open_}
    for _, own in card.variants():
        entry = own.entry(path)
        assert isinstance(entry, Group), "rules stand on groups"
        for nth, truth in enumerate(reach.rules_of(entry, card.definition.measures)):
            seen[nth].append(truth)
        open_ = {
            nth: rule
            for nth, rule in open_.items()
            if len({(k.can_hold, k.always) for k in seen[nth]}) == 1
        }
        open_ = {
            nth: rule
            for nth, rule in open_.items()
            if not seen[nth][0].can_hold or seen[nth][0].always
        }
        if not open_:
            return
    for nth, rule in open_.items():
        if seen[nth][0].always:
            what = f"always applies, to every account ({rule.label})"
            yield card.advise(
                "C412",
                path,
                f"rules[{nth}]",
                what,
                "",
                "Narrow its condition, or change the points instead.",
            )
        else:
            what = f"never applies, as its condition cannot be met ({rule.label})"
            yield card.advise(
                "C411", path, f"rules[{nth}]", what, "", "Check its numbers, or remove it."
            )
