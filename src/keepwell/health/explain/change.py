"""This file says what moved a score between two dates or two definitions, in points that add up to the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from keepwell.health.definition.scale import Lookup
from keepwell.health.definition.scorecard import Definition, Group, Leaf, walk
from keepwell.health.engines.protocol import Line, Peers
from keepwell.health.explain import parents
from keepwell.health.scoring import scores
from keepwell.health.scoring.scores import NOT_COVERED
from keepwell.health.scoring.values import Value

# In the order in which they are put in place of what was before.
Cause = Literal["definition", "missing", "data", "peers", "rules", "children", "override"]
CAUSES: tuple[Cause, ...] = (
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
    """All that one account's score stands on: the definition, the value of each measure by path, and an override; of a
    parent that has its health from its children, their lines."""

    definition: Definition
    values: Mapping[str, Value]
    override: float | None = None
    children: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Step:
    """One reason for a change: points gained or lost, and, for a measure's or a child's, where it stood and stands."""

    cause: Cause
    points: float
    path: str = ""
    label: str = ""
    before: Value | None = None
    after: Value | None = None


def state(definition: Definition, lines: Sequence[Line], peers: Peers) -> State:
    """Take a state from the lines that a run kept of one account, and the peers that it froze."""
    placed = ((line.path, line.peer_group) for line in lines if line.peer_group is not None)
    among = {path: tuple(peers.get(path, {}).get(group, ())) for path, group in placed}
    values = {
        line.path: Value(
            line.value, line.label, line.missing if line.value is None and line.label is None else None, line.target,
            line.is_stale, line.data_age_days, line.carried_days, among.get(line.path, ()),
        )
        for line in lines
        if line.kind == "measure"
    }  # fmt: skip
    return State(definition, values, children=tuple(line for line in lines if line.kind == "child"))


def changed(before: State, after: State) -> tuple[Step, ...]:
    """List the steps from one score to the other; their points add up to the difference (1e-9).

    Causes are put in place one after the other: the new definition over the old values; then, measure by measure in
    the order of the card, what is no longer and then what is newly missing, other values, other peers; then what the rules did
    differently; then an override. A score that was not given, for too little was known, is taken for what its points
    would have been; nothing at all is taken for 0. What moves a parent is told child by child.
    """
    if before.children or after.children:
        return _of_parent(before, after)
    old, new = _bare(before.definition), _bare(after.definition)
    values = {
        path: _carried(entry, path, before, after)
        for path, entry in walk(new.root)
        if isinstance(entry, Leaf)
    }
    replacements = list(_replacements(values, after.values))
    states = [values]
    for _, path, value in replacements:
        states.append({**states[-1], path: value})
    points = _points(new, *states)
    steps = []
    if new != old:
        steps.append(Step("definition", points[0] - _points(old, before.values)[0]))
    labels = {path: entry.label for path, entry in walk(new.root)}
    for nth, (cause, path, value) in enumerate(replacements):
        moved = points[nth + 1] - points[nth]
        steps.append(Step(cause, moved, path, labels[path], states[nth][path], value))
    steps += _ruled(before, after) + _overridden(before, after)
    return tuple(step for step in steps if abs(step.points) > 0 or step.cause == "definition")


def _carried(leaf: Leaf, path: str, before: State, after: State) -> Value:
    """The old value under the new definition; the new one where that wants a word of what told a number, or a number of a word."""
    then = before.values.get(path, NOT_COVERED)
    fits = then.missing or (then.label is not None) == isinstance(leaf.measure.scale, Lookup)
    return then if fits else after.values.get(path, NOT_COVERED)


def _of_parent(before: State, after: State) -> tuple[Step, ...]:
    """What its children did; in one step where it had none before, has none now, or gets its health from them otherwise."""
    steps = [
        Step(
            "children",
            move.points,
            move.path,
            move.name,
            _standing(move.before),
            _standing(move.after),
        )
        for move in parents.moves(before.children, after.children)
    ]
    is_same = before.definition.parents == after.definition.parents
    if not (is_same and before.children and after.children):
        steps = [
            Step("children" if is_same else "definition", _computed(after) - _computed(before))
        ]
    return tuple(step for step in steps + _overridden(before, after) if abs(step.points) > 0)


def _standing(line: Line | None) -> Value | None:
    """Where a child stands; none where it makes nothing of the score."""
    return Value(line.points, line.label, line.missing) if line and line.effective_weight else None


def by_cause(steps: Sequence[Step]) -> dict[Cause, float]:
    """Add steps up by cause, in the order of causes; causes that moved nothing are left out."""
    sums = {cause: sum(step.points for step in steps if step.cause == cause) for cause in CAUSES}
    return {cause: points for cause, points in sums.items() if points}


def difference(before: State, after: State) -> float:
    """What the steps add up to."""
    return _final(after) - _final(before)


def _replacements(
    values: Mapping[str, Value], after: Mapping[str, Value]
) -> Iterator[tuple[Cause, str, Value]]:
    """First what came and what went missing, then what says something else, then what stands among others.

    What came is put in before what went is taken out: else a score could fall to nothing in between.
    """
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


def _bare(definition: Definition) -> Definition:
    """The definition without its rules."""
    return replace(definition, root=_stripped(definition.root))


def _stripped(group: Group) -> Group:
    children = tuple(
        _stripped(child) if isinstance(child, Group) else child for child in group.children
    )
    return replace(group, children=children, rules=())


def _points(definition: Definition, *states: Mapping[str, Value]) -> list[float]:
    """Score the account in several states of its values at once; nothing at all is taken for 0."""
    # One vectorised call for all states: a call for each would cost as much as the whole population of a small company.
    points: list[float] = np.nan_to_num(scores.score_states(definition, states).points[""]).tolist()
    return points


def _final(state: State) -> float:
    return _computed(state) if state.override is None else state.override


def _computed(state: State) -> float:
    if state.children:
        return sum(line.contribution for line in state.children)
    return _points(state.definition, state.values)[0]


def _ruled(before: State, after: State) -> list[Step]:
    """What rules did differently: their whole effect after, less their whole effect before."""
    effects = [
        _points(state.definition, state.values)[0]
        - _points(_bare(state.definition), state.values)[0]
        for state in (before, after)
    ]
    return [Step("rules", effects[1] - effects[0])]


def _overridden(before: State, after: State) -> list[Step]:
    effects = [_final(state) - _computed(state) for state in (before, after)]
    return [Step("override", effects[1] - effects[0])]
