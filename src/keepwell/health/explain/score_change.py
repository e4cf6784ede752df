"""This file finds what moved a score between two dates or definitions, in steps that add up to the
difference."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from keepwell.health.definition import rule
from keepwell.health.definition.band import Band
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import OWN
from keepwell.health.definition.scale import Lookup
from keepwell.health.definition.scorecard import Definition, Group, Leaf, walk
from keepwell.health.engines.protocol import Line, Peers, Standing
from keepwell.health.explain import parents, reading
from keepwell.health.explain.reading import Reading
from keepwell.health.scoring import scores
from keepwell.health.scoring.scores import NOT_COVERED
from keepwell.health.scoring.values import Value

# In the order in which they replace what was before.
Cause = Literal[
    "population", "definition", "missing", "data", "peers", "rules", "children", "override"
]
CAUSES: tuple[Cause, ...] = (
    "population",
    "definition",
    "missing",
    "data",
    "peers",
    "rules",
    "children",
    "override",
)


@dataclass(frozen=True)
class State:
    """What one account's score depends on: the definition, the value of each measure by path, and
    an override.

    A parent that gets its score from its children also has their lines. Whom the card is not for has no score:
    `left_out` is what it is instead.
    """

    definition: Definition
    values: Mapping[str, Value]
    override: float | None = None
    children: tuple[Line, ...] = ()
    left_out: Standing | None = None


@dataclass(frozen=True)
class RuleChange:
    """A rule that applies now and did not before, or the other way round."""

    kind: rule.Kind
    limit: float
    because: str
    applies: bool


@dataclass(frozen=True)
class Among:
    """The peers that a value is ranked among: how many, and the one in their middle as it would be read."""

    count: int
    middle: Reading | None


@dataclass(frozen=True)
class Step:
    """One cause of a change, with the points gained or lost by it.

    The step of a measure or a child has its `path`, its `label` and what was read `before` and
    `after`; of other peers it has both sets of them as well. The step of rules has those that started
    or stopped applying, and the points that all rules gave or took on either side. A step of all children
    has `has_children`: whether the score comes from them now. A step of the population has the
    `standing` of the account while it was left out, and `has_joined`: whether that is over.
    """

    cause: Cause
    points: float
    path: str = ""
    label: str = ""
    before: Reading | None = None
    after: Reading | None = None
    rules: tuple[RuleChange, ...] = ()
    has_children: bool = False
    standing: Standing | None = None
    has_joined: bool = False
    among: tuple[Among, Among] | None = None
    rule_points: tuple[float, float] | None = None


@dataclass(frozen=True)
class Unmoved:
    """A measure or a child that moved the score by nothing, with what was read of it before and after.

    `is_changed` where another value was read, which earns the same points or has no weight.
    """

    path: str
    label: str
    before: Reading | None
    after: Reading | None
    is_changed: bool


@dataclass(frozen=True)
class Side:
    """One side of a change: the score, none without enough data; the card's name and bands; the
    override's reason."""

    score: float | None
    card: str = "this card"
    override: str = ""
    bands: tuple[Band, ...] = ()


def state(definition: Definition, lines: Sequence[Line], peers: Peers) -> State:
    """Restore a state from the lines that a run stored for one account, and the peers that it
    froze."""
    placed = ((line.path, line.peer_group) for line in lines if line.peer_group is not None)
    among = {path: tuple(peers.get(path, {}).get(group, ())) for path, group in placed}
    values = {
        line.path: Value(
            math.inf if line.never else line.value, line.label, None if _has_value(line) else line.missing, line.target,
            line.is_stale, line.data_age_days, line.carried_days, among.get(line.path, ()),
        )
        for line in lines
        if line.kind == "measure" and not line.path.startswith(OWN)
    }  # fmt: skip
    return State(definition, values, children=tuple(filter(parents.is_child, lines)))


def _has_value(line: Line) -> bool:
    return line.value is not None or line.label is not None or line.never


def changed(before: State, after: State) -> tuple[Step, ...]:
    """List the steps from one score to the other; their points add up to the difference (1e-9).

    Causes are replaced one after the other: the new definition over the old values; then, measure
    by measure in the order of the card, values that appeared or went missing, other values, other
    peers; then what the rules did differently; then an override. A missing score counts as what its
    points would have been, nothing at all as 0, as does an account that is left out: that it joins or
    leaves is then the only step. A parent's change is split by child.
    """
    if before.left_out or after.left_out:
        standing = before.left_out or after.left_out
        moved, has_joined = difference(before, after), after.left_out is None
        return (Step("population", moved, standing=standing, has_joined=has_joined),)
    if before.children or after.children:
        return _of_parent(before, after)
    old, new = _without_rules(before.definition), _without_rules(after.definition)
    labels = {path: entry.label for path, entry in walk(new.root)}
    measures = {path: entry.measure for path, entry in walk(new.root) if isinstance(entry, Leaf)}
    values = {path: _old_value(measures[path], path, before, after) for path in measures}
    replacements = list(_replacements(values, after.values))
    replaced = [values]
    for _, path, value in replacements:
        replaced.append({**replaced[-1], path: value})
    points = _points(new, *replaced)
    steps = []
    if new != old:
        steps.append(Step("definition", points[0] - _points(old, before.values)[0]))
    for nth, (cause, path, value) in enumerate(replacements):
        was, is_now = (_reading(measures[path], each) for each in (replaced[nth][path], value))
        moved = points[nth + 1] - points[nth]
        among = None
        if cause == "peers":
            among = (_among(measures[path], replaced[nth][path]), _among(measures[path], value))
        steps.append(Step(cause, moved, path, labels[path], was, is_now, among=among))
    # The whole effect of all rules after, less their whole effect before.
    effects = [
        _points(each.definition, each.values)[0]
        - _points(_without_rules(each.definition), each.values)[0]
        for each in (before, after)
    ]
    rules = _rule_changes(before, after)
    steps.append(
        Step("rules", effects[1] - effects[0], rules=rules, rule_points=(effects[0], effects[1]))
    )
    steps.append(_override(before, after))
    return tuple(step for step in steps if abs(step.points) > 0 or step.cause == "definition")


def unmoved(before: State, after: State, steps: Sequence[Step]) -> tuple[Unmoved, ...]:
    """List the measures of the later card, or the children, that none of the steps is about, in their order.

    Where one side was left out nothing is: the whole score came or went.
    """
    if before.left_out or after.left_out:
        return ()
    moved = {step.path for step in steps}
    found = []
    if before.children or after.children:
        then, now = ({line.path: line for line in each.children} for each in (before, after))
        for path in then.keys() & now.keys() - moved:
            was, is_now = _child(then[path], before), _child(now[path], after)
            found.append(Unmoved(path, parents.name(path), was, is_now, was != is_now))
        return tuple(sorted(found, key=lambda each: each.path))
    for path, entry in walk(after.definition.root):
        if isinstance(entry, Leaf) and path not in moved:
            old, new = (each.values.get(path, NOT_COVERED) for each in (before, after))
            is_changed = _read(old) != _read(new)
            was, is_now = _reading(entry.measure, old), _reading(entry.measure, new)
            found.append(Unmoved(path, entry.label, was, is_now, is_changed))
    return tuple(found)


def by_cause(steps: Sequence[Step]) -> dict[Cause, float]:
    """Add steps up by cause, in the order of causes; causes that moved nothing are left out."""
    sums = {cause: sum(step.points for step in steps if step.cause == cause) for cause in CAUSES}
    return {cause: points for cause, points in sums.items() if points}


def difference(before: State, after: State) -> float:
    """Compute what the steps add up to."""
    return _final(after) - _final(before)


def _old_value(measure: Measure, path: str, before: State, after: State) -> Value:
    """Choose the value to start from: the old one, unless a number became a category or the other
    way round."""
    then = before.values.get(path, NOT_COVERED)
    fits = then.missing or (then.label is not None) == isinstance(measure.scale, Lookup)
    return then if fits else after.values.get(path, NOT_COVERED)


def _read(value: Value) -> tuple[float | None, str | None, str | None]:
    """What was read, without what it is compared with."""
    return (None, None, value.missing) if value.missing else (value.number, value.label, None)


def _among(measure: Measure, value: Value) -> Among:
    if not value.peers:
        return Among(0, None)
    middle = replace(value, number=statistics.median(value.peers), label=None, target=None)
    return Among(len(value.peers), _reading(measure, middle))


def _reading(measure: Measure, value: Value) -> Reading:
    never = value.number == math.inf
    number = None if never else value.number
    return reading.of_measure(
        measure, number, value.label, value.missing, value.target, value.carried_days, never
    )


def _of_parent(before: State, after: State) -> tuple[Step, ...]:
    """Split a parent's change by child.

    It is one step if it had no children before, has none now, or combines them in another way.
    """
    steps = [
        Step(
            "children",
            move.points,
            move.path,
            move.name,
            _child(move.before, before),
            _child(move.after, after),
        )
        for move in parents.moves(before.children, after.children)
    ]
    is_same = before.definition.parents == after.definition.parents
    if not (is_same and before.children and after.children):
        cause: Cause = "children" if is_same else "definition"
        points = _computed(after) - _computed(before)
        steps = [Step(cause, points, has_children=bool(after.children))]
    steps.append(_override(before, after))
    return tuple(step for step in steps if abs(step.points) > 0)


def _child(line: Line | None, of: State) -> Reading | None:
    """Read a child's score; none if it does not count."""
    if line is None or not line.effective_weight:
        return None
    return reading.of_account(line.points, line.label, line.missing, tuple(of.definition.bands))


def _replacements(
    values: Mapping[str, Value], after: Mapping[str, Value]
) -> Iterator[tuple[Cause, str, Value]]:
    # What became known goes in before what went missing comes out: else a score could fall to nothing in between.
    for is_gone in (False, True):
        for path, then in values.items():
            now = after.get(path, NOT_COVERED)
            if bool(then.missing) != bool(now.missing) and bool(now.missing) == is_gone:
                yield "missing", path, now
    for path, then in values.items():
        now = after.get(path, NOT_COVERED)
        if bool(then.missing) == bool(now.missing):
            yield "data", path, replace(now, peers=then.peers)
            yield "peers", path, now


def _without_rules(definition: Definition) -> Definition:
    def without(group: Group) -> Group:
        children = tuple(
            without(child) if isinstance(child, Group) else child for child in group.children
        )
        return replace(group, children=children, rules=())

    return replace(definition, root=without(definition.root))


def _points(definition: Definition, *states: Mapping[str, Value]) -> list[float]:
    """Score the account in several states of its values at once; nothing at all counts as 0."""
    # One vectorised call for all states: a call for each would cost as much as the whole population of a small company.
    points: list[float] = np.nan_to_num(scores.score_states(definition, states).points[""]).tolist()
    return points


def _computed(state: State) -> float:
    if state.left_out:
        return 0.0
    if state.children:
        return sum(line.contribution for line in state.children)
    return _points(state.definition, state.values)[0]


def _final(state: State) -> float:
    return _computed(state) if state.override is None else state.override


def _override(before: State, after: State) -> Step:
    effects = [_final(state) - _computed(state) for state in (before, after)]
    return Step("override", effects[1] - effects[0])


def _rule_changes(before: State, after: State) -> tuple[RuleChange, ...]:
    """List the rules that move points on one side only, those that started to apply first."""
    then, now = (
        list(scores.rules_with_effect(each.definition, each.values)) for each in (before, after)
    )
    began = [RuleChange(r.kind, r.points, r.because, True) for r in now if r not in then]
    ceased = [RuleChange(r.kind, r.points, r.because, False) for r in then if r not in now]
    return (*began, *ceased)
