"""This file finds which points an entry of a card can reach, as stretches from lowest to highest;
none is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

from keepwell.health.checks.analysis import ranges, satisfiability
from keepwell.health.checks.analysis.satisfiability import Truth
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.rule import POINTS, Rule
from keepwell.health.definition.scale import Linear, Lookup, Scale, Steps, line_points
from keepwell.health.definition.scorecard import NEUTRAL_POINTS, Group, Leaf

Stretch: TypeAlias = tuple[float, float]
ALL: tuple[Stretch, ...] = ((0.0, 100.0),)
MOST_STRETCHES = 24
MOST_CHILDREN = 8  # beyond, every mix of what is missing would take too long: the hull is taken, which leaves nothing out
HAIR = 1e-9


@dataclass(frozen=True)
class Reach:
    """The stretches of points that an entry can have, and whether it may be skipped."""

    stretches: tuple[Stretch, ...]
    may_be_missing: bool

    @property
    def least(self) -> float:
        return self.stretches[0][0]

    @property
    def most(self) -> float:
        return self.stretches[-1][1]


def of_scale(scale: Scale, values: Stretch = ranges.ANY) -> tuple[Stretch, ...]:
    """Find the points that a scale can give for values within a range.

    >>> of_scale(Linear(0, 2), (0.0, 1.0))
    ((0.0, 50.0),)
    """
    match scale:
        case Linear(worst, best):
            ends = [line_points(value, worst, best) for value in values]
            return ((min(ends), max(ends)),)
        case Steps(steps, otherwise):
            edges = [ranges.ANY[0], *(below for below, _ in steps), ranges.ANY[1]]
            points = [*(points for _, points in steps), otherwise]
            reached = [
                each
                for each, start, end in zip(points, edges, edges[1:], strict=False)
                if end > values[0] and start <= values[1]
            ]
            return joined((each, each) for each in reached)
        case Lookup(points, otherwise):
            given = [each for _, each in points] + ([] if otherwise is None else [otherwise])
            return joined((each, each) for each in given)
        case _:
            return ALL


def of_leaf(leaf: Leaf, may_miss: bool) -> Reach:
    """Find the points of a measure; `may_miss` says whether coverage is still enough for a score
    without it."""
    stretches = of_scale(leaf.measure.scale, ranges.of(leaf.measure))
    if may_miss and leaf.policy in ("neutral", "zero"):
        filled = NEUTRAL_POINTS if leaf.policy == "neutral" else 0.0
        stretches = joined([*stretches, (filled, filled)])
    return Reach(stretches, may_miss and leaf.policy in ("skip", "carry"))


def of_group(
    group: Group, measures: Sequence[Measure], least_coverage: float, share: float = 1.0
) -> Reach:
    """Find the points of a group after its rules; `share` is its own share of the whole."""
    reach, _ = _group(group, measures, 1.0 - least_coverage + HAIR, share)
    return reach


def rules_of(group: Group, measures: Sequence[Measure]) -> list[Truth]:
    """Find whether each rule of a group can or must apply, whatever is missing."""
    _, bounds = _group(replace(group, rules=()), measures, 1.0, 1.0)
    return [satisfiability.of(rule.when, bounds) for rule in group.rules]


def _group(
    group: Group, measures: Sequence[Measure], gap: float, share: float
) -> tuple[Reach, dict[str, satisfiability.Bounds]]:
    whole = sum(child.weight for child in group.children) or 1.0
    reaches, bounds = [], {measure.name: satisfiability.bounds_of(measure) for measure in measures}
    for child in group.children:
        part = share * child.weight / whole
        if isinstance(child, Group):
            reach, deeper = _group(child, measures, gap, part)
            bounds |= deeper
        else:
            reach = of_leaf(child, part <= gap)
        bounds[f"{child.name}{POINTS}"] = satisfiability.Bounds(
            reach.least, reach.most, reach.may_be_missing
        )
        reaches.append(reach)
    combined = _combined(group, reaches, gap, share)
    for rule in group.rules:
        combined = Reach(
            _ruled(combined.stretches, rule, satisfiability.of(rule.when, bounds)),
            combined.may_be_missing,
        )
    return combined, bounds


def _combined(group: Group, reaches: Sequence[Reach], gap: float, share: float) -> Reach:
    counted = [
        (child.weight, own)
        for child, own in zip(group.children, reaches, strict=True)
        if child.weight
    ]
    if not counted:
        return Reach(ALL, True)
    every = joined(stretch for _, own in counted for stretch in own.stretches)
    may_be_missing = all(own.may_be_missing for _, own in counted) and share <= gap
    if group.combine == "lowest":
        most = min((own.most for _, own in counted if not own.may_be_missing), default=100.0)
        return Reach(_clipped(every, 0.0, most), may_be_missing)
    if group.combine == "highest":
        least = max((own.least for _, own in counted if not own.may_be_missing), default=0.0)
        return Reach(_clipped(every, least, 100.0), may_be_missing)
    mixed = _mixed(counted, gap, share)
    if group.combine == "gate":
        gated = [
            (own, child.gate)
            for child, own in zip(group.children, reaches, strict=True)
            if child.gate
        ]
        shut = [
            (low, min(high, gate))
            for own, gate in gated
            for low, high in own.stretches
            if low < gate
        ]
        mixed = joined([*mixed, *shut])
    return Reach(mixed, may_be_missing)


def _mixed(counted: Sequence[tuple[float, Reach]], gap: float, share: float) -> tuple[Stretch, ...]:
    """Compute the weighted means of every mix of children that have a value, if coverage is enough."""
    if len(counted) > MOST_CHILDREN or all(own.stretches == ALL for _, own in counted):
        return ((min(own.least for _, own in counted), max(own.most for _, own in counted)),)
    mixes: dict[float, tuple[Stretch, ...]] = {0.0: ((0.0, 0.0),)}
    for weight, own in counted:
        grown: dict[float, list[Stretch]] = {}
        for total, sums in mixes.items():
            grown.setdefault(total + weight, []).extend(
                (low + weight * least, high + weight * most)
                for low, high in sums
                for least, most in own.stretches
            )
            if own.may_be_missing:
                grown.setdefault(total, []).extend(sums)
        mixes = {total: joined(sums) for total, sums in grown.items()}
    whole = sum(weight for weight, _ in counted)
    enough = {
        total: sums for total, sums in mixes.items() if total and share * (1 - total / whole) <= gap
    }
    return joined(
        (low / total, high / total) for total, sums in enough.items() for low, high in sums
    )


def _ruled(stretches: tuple[Stretch, ...], rule: Rule, truth: Truth) -> tuple[Stretch, ...]:
    """Apply a rule that may apply, must apply, or never does."""
    if not truth.can_hold:
        return stretches
    match rule.kind:
        case "cap":
            acted = [(min(low, rule.points), min(high, rule.points)) for low, high in stretches]
        case "floor":
            acted = [(max(low, rule.points), max(high, rule.points)) for low, high in stretches]
        case _:
            acted = [_boosted(stretch, rule) for stretch in stretches]
    return joined(acted if truth.always else [*stretches, *acted])


def _boosted(stretch: Stretch, rule: Rule) -> Stretch:
    """Move by the whole boost, or by anything up to it if it fades."""
    low, high = stretch
    moves = (0.0, rule.points) if rule.halves_days else (rule.points, rule.points)
    return min(100.0, max(0.0, low + min(moves))), min(100.0, max(0.0, high + max(moves)))


def joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Sort stretches and join those that touch; if there are too many, join the nearest ones.

    >>> joined([(50.0, 60.0), (0.0, 0.0), (55.0, 80.0)])
    ((0.0, 0.0), (50.0, 80.0))
    """
    found: list[Stretch] = []
    for low, high in sorted(stretches):
        if found and low <= found[-1][1] + HAIR:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    if len(found) <= MOST_STRETCHES:
        return tuple(found)
    gaps = sorted(range(1, len(found)), key=lambda at: found[at][0] - found[at - 1][1])
    kept = [0, *sorted(gaps[1 - MOST_STRETCHES :]), len(found)]
    return tuple((found[start][0], found[end - 1][1]) for start, end in pairwise(kept))


def _clipped(stretches: tuple[Stretch, ...], least: float, most: float) -> tuple[Stretch, ...]:
    return joined(
        (max(low, least), min(high, most))
        for low, high in stretches
        if high >= least and low <= most
    )
