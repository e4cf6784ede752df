"""This file turns values into scores: points go up the tree of a card, and weights come down it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from keepwell.health.definition.rule import POINTS, Rule
from keepwell.health.definition.scale import Lookup, Peers
from keepwell.health.definition.scorecard import (
    Definition,
    Group,
    Leaf,
    below,
    nominal_shares,
    walk,
    walk_with_rules,
)
from keepwell.health.scoring import combine, peers, points, rules
from keepwell.health.scoring.arrays import DECIMALS, HAIR, Codes, Numbers, Words, divide
from keepwell.health.scoring.combine import Combined
from keepwell.health.scoring.peers import Distributions
from keepwell.health.scoring.rules import Effect
from keepwell.health.scoring.values import Value, Values, stack

NOT_COVERED = Value(missing="not_covered")


@dataclass(frozen=True)
class ScoreArrays:
    """The scores of all accounts of one card, and by path of the tree what they are made of.

    `score` is not-a-number where too little is known. By path are `points`, `shares` (effective
    weights; a rule has its group's), `missing` (a measure's codes of reasons) and `effects` (of
    rules: `adoption.rule_1`). `peers` are by name of a measure the distributions in which it was
    ranked.
    """

    score: Numbers
    coverage: Numbers
    freshness_days: Numbers
    points: Mapping[str, Numbers]
    shares: Mapping[str, Numbers]
    missing: Mapping[str, Codes]
    effects: Mapping[str, Effect]
    peers: Mapping[str, Distributions]


def score(
    definition: Definition,
    values: Mapping[str, Values],
    frozen: Mapping[str, Distributions] | None = None,
) -> ScoreArrays:
    """Score every account from its values, given by name of the measure.

    `frozen` are the distributions of an earlier run, by name of the measure; without them the peers
    are these accounts.
    """
    earned: dict[str, Numbers] = {}
    missing: dict[str, Codes] = {}
    effects: dict[str, Effect] = {}
    combined: dict[str, Combined] = {}
    columns: dict[str, Numbers | Words] = {
        name: each.numbers if each.labels is None else each.labels for name, each in values.items()
    }
    if frozen is None:
        ranked = {name: each for name, each in values.items() if each.peers is not None}
        frozen = {name: peers.distributions(each) for name, each in ranked.items()}
    # From the last entry of the tree to the first, so that children come before their group, whose
    # rules read their points.
    for path, entry in reversed(list(walk(definition.root))):
        if isinstance(entry, Leaf):
            raw, missing[path] = points.earn(
                entry.measure.scale, values[entry.name], frozen.get(entry.name)
            )
            earned[path] = points.apply_policy(entry, raw)
        else:
            combined[path] = combine.combine(
                entry, [earned[below(path, child.name)] for child in entry.children]
            )
            earned[path] = combined[path].points
            for nth, rule in enumerate(entry.rules, start=1):
                earned[path], effect = rules.apply(rule, earned[path], columns)
                effects[below(path, f"rule_{nth}")] = effect
        columns[f"{entry.name}{POINTS}"] = earned[path]
    shares = _shares(definition.root, "", combined, np.where(np.isnan(earned[""]), 0.0, 1.0))
    # A gap that its policy filled with points stays a gap here: it was decided, and not measured.
    coverage = np.zeros(len(earned[""]))
    for path, share in nominal_shares(definition.root).items():
        uncovered = values[path.rpartition(".")[2]].uncovered
        coverage = coverage + np.where(missing[path] == 0, share * (1.0 - uncovered), 0.0)
    return ScoreArrays(
        np.where(coverage >= definition.least_coverage - HAIR, earned[""], np.nan),
        coverage,
        _freshness(definition, values, missing, shares),
        earned,
        shares,
        missing,
        effects,
        frozen,
    )


def score_states(definition: Definition, states: Sequence[Mapping[str, Value]]) -> ScoreArrays:
    """Score one account in several states of its values, given by path: one row for each state."""
    return score(definition, *stack_states(definition, states))


def stack_states(
    definition: Definition, states: Sequence[Mapping[str, Value]]
) -> tuple[dict[str, Values], dict[str, Distributions]]:
    """Turn states into the values and the frozen peers that `score` takes.

    A measure that is not in a state is not covered. Each value is ranked among the peers that it
    brings along.
    """
    values: dict[str, Values] = {}
    frozen: dict[str, Distributions] = {}
    for path, entry in walk(definition.root):
        if not isinstance(entry, Leaf):
            continue
        column = [state.get(path, NOT_COVERED) for state in states]
        values[entry.name] = stack(column, isinstance(entry.measure.scale, Lookup))
        if isinstance(entry.measure.scale, Peers):
            # The peers before and after a change differ, so that each row may be ranked in a group
            # of its own. Groups are told apart by identity: to compare 50,000 peers for every state
            # would cost more than to score it.
            groups = {str(id(value.peers)): value.peers for value in column}
            frozen[entry.name] = {
                group: np.sort(np.round(np.array(peers, dtype=np.float64), DECIMALS))
                for group, peers in groups.items()
            }
            ranked_in = np.array([str(id(value.peers)) for value in column], dtype=object)
            values[entry.name] = replace(values[entry.name], peers=ranked_in)
    return values, frozen


def rules_with_effect(definition: Definition, state: Mapping[str, Value]) -> list[Rule]:
    """List the rules that change the score of one account, in the order of the tree."""
    found = score_states(definition, [state])
    return [
        entry
        for path, entry in walk_with_rules(definition.root)
        if isinstance(entry, Rule)
        and found.effects[path].applied[0]
        and found.effects[path].points[0] * found.shares[path][0]
    ]


def _shares(
    group: Group, path: str, combined: Mapping[str, Combined], own: Numbers
) -> dict[str, Numbers]:
    """Hand a group's effective weight down to the children that made its points, and so on to the
    measures."""
    shares = {path: own}
    shares |= {below(path, f"rule_{nth}"): own for nth, _ in enumerate(group.rules, start=1)}
    for child, part in zip(group.children, combined[path].parts, strict=True):
        way, share = below(path, child.name), own * part
        shares |= _shares(child, way, combined, share) if isinstance(child, Group) else {way: share}
    return shares


def _freshness(
    definition: Definition,
    values: Mapping[str, Values],
    missing: Mapping[str, Codes],
    shares: Mapping[str, Numbers],
) -> Numbers:
    """Take the mean age of the data behind what was measured, by effective weight, in days."""
    total = weight = np.zeros(len(shares[""]))
    for path, entry in walk(definition.root):
        if isinstance(entry, Leaf):
            ages = values[entry.name].ages
            is_dated = (missing[path] == 0) & ~np.isnan(ages)
            total = total + np.where(is_dated, shares[path] * np.nan_to_num(ages), 0.0)
            weight = weight + np.where(is_dated, shares[path], 0.0)
    return divide(total, weight)
