"""This file counts what a card has of everything, and finds what it has too much of."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.health.definition import condition, limit
from keepwell.health.definition.condition import Condition, OneOf
from keepwell.health.definition.scale import Baseline, Lookup, Steps
from keepwell.health.definition.scorecard import CARRY_STEP_DAYS, Definition, Group, Leaf, walk


def excesses(definition: Definition) -> Iterator[tuple[str, str, int, int]]:
    """Yield what there is too much of: the field that has it, what it is, how many, and the limit."""
    groups = [entry for _, entry in walk(definition.root) if isinstance(entry, Group)]
    amended = [each.amendment for each in definition.segments]
    amended += [each.amendment for each in definition.exemptions]
    leaves = definition.leaves
    for field, what, count, most in (
        ("health", "measures", len(leaves), limit.MEASURES),
        ("rules", "rules", sum(len(group.rules) for group in groups), limit.RULES),
        ("segments", "segments", len(definition.segments), limit.SEGMENTS),
        ("accounts", "accounts", len(definition.exemptions), limit.EXEMPTIONS),
        ("outcomes", "outcomes", len(definition.outcomes), limit.OUTCOMES),
        ("segments", "scales of segments and accounts", sum(len(each.scales) for each in amended), limit.SCALES),
        ("health", "steps or categories in one scale", max(map(_entries, leaves), default=0), limit.ENTRIES),
        ("health", "tests in its conditions", sum(map(_tests, _conditions(definition))), limit.TESTS),
        ("health", "windows of the past to look back at", sum(map(_earlier, leaves)), limit.EARLIER),
    ):  # fmt: skip
        if count > most:
            yield field, what, count, most


def _entries(leaf: Leaf) -> int:
    match leaf.measure.scale:
        case Steps(steps):
            return len(steps)
        case Lookup(points):
            return len(points)
    return 0


def _conditions(definition: Definition) -> Iterator[Condition]:
    yield from (each.when for each in definition.segments)
    for measure in definition.measures:
        per = measure.per.where if measure.per else None
        yield from (each for each in (measure.where, measure.part, per) if each)


def _tests(read: Condition) -> int:
    return sum(len(test.values) if isinstance(test, OneOf) else 1 for test in condition.tests(read))


def _earlier(leaf: Leaf) -> int:
    """Count the windows that a measure is computed over besides the one that it names: each week
    that a gap may be filled from, and for each of them those of its baseline."""
    measure = leaf.measure
    weeks = leaf.carry_days // CARRY_STEP_DAYS
    windows = 1 if measure.is_growth else 0
    if isinstance(measure.scale, Baseline):
        windows = measure.scale.days // (measure.window.days or measure.scale.days)
    return (weeks + 1) * (windows + 1) - 1
