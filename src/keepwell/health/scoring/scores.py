"""This file turns values into scores: points go up the tree, weights come down it, in the tree's order and never by a sum over rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from keepwell.health.compile.frame import Numbers, Words
from keepwell.health.compile.values import Values
from keepwell.health.definition.rule import POINTS
from keepwell.health.definition.scorecard import (
    Definition,
    Group,
    Leaf,
    below,
    nominal_shares,
    walk,
)
from keepwell.health.scoring import combine, peers, points, rules
from keepwell.health.scoring.peers import Distributions
from keepwell.health.scoring.rules import Effect

# A millionth of a millionth: weights that add up to a hair under a round limit still reach it.
HAIR = 1e-12


@dataclass(frozen=True)
class Scored:
    """Every account's score (not-a-number where too little is known), coverage and freshness; and by path of the
    tree its points, effective weights, codes of reasons (measures) and effects of rules (groups);
    and by measure the peers' values that it was placed among."""

    score: Numbers
    coverage: Numbers
    freshness_days: Numbers
    points: Mapping[str, Numbers]
    shares: Mapping[str, Numbers]
    missing: Mapping[str, npt.NDArray[np.int8]]
    effects: Mapping[str, tuple[Effect, ...]] = field(default_factory=dict)
    peers: Mapping[str, Distributions] = field(default_factory=dict)


def scored(
    definition: Definition,
    values: Mapping[str, Values],
    frozen: Mapping[str, Distributions] | None = None,
) -> Scored:
    """Score every account from its values, given by name of the measure, all in one order of accounts.

    `frozen` are the peers' values of an earlier run, by measure; without them the peers are these accounts.
    """
    earned: dict[str, Numbers] = {}
    missing: dict[str, npt.NDArray[np.int8]] = {}
    effects: dict[str, tuple[Effect, ...]] = {}
    combined: dict[str, combine.Combined] = {}
    names: dict[str, Numbers | Words] = {
        name: each.numbers if each.labels is None else each.labels for name, each in values.items()
    }
    own = {
        name: peers.distributions(each) for name, each in values.items() if each.peers is not None
    }
    among = own if frozen is None else frozen
    for path, entry in reversed(list(walk(definition.root))):
        if isinstance(entry, Leaf):
            raw, missing[path] = points.points(
                entry.measure.scale, values[entry.name], among.get(entry.name)
            )
            earned[path] = points.decided(entry, raw)
        else:
            combined[path] = combine.combine(
                entry, [earned[below(path, child.name)] for child in entry.children]
            )
            earned[path], effects[path] = _ruled(entry, combined[path].points, names)
        names[f"{entry.name}{POINTS}"] = earned[path]
    shares = _shares(definition.root, "", combined, np.where(np.isnan(earned[""]), 0.0, 1.0))
    coverage = _coverage(definition, missing)
    score = np.where(coverage >= definition.least_coverage - HAIR, earned[""], np.nan)
    freshness = _freshness(definition, values, missing, shares)
    return Scored(score, coverage, freshness, earned, shares, missing, effects, among)


def _ruled(
    group: Group, earned: Numbers, names: Mapping[str, Numbers | Words]
) -> tuple[Numbers, tuple[Effect, ...]]:
    """Hold a group's points to its rules, one after the other."""
    effects = []
    for rule in group.rules:
        earned, effect = rules.apply(rule, earned, names)
        effects.append(effect)
    return earned, tuple(effects)


def _shares(
    group: Group, path: str, combined: Mapping[str, combine.Combined], own: Numbers
) -> dict[str, Numbers]:
    """Hand a group's effective weight down to the children that made its points, and so on down."""
    shares = {path: own}
    for child, part in zip(group.children, combined[path].parts, strict=True):
        way, share = below(path, child.name), own * part
        shares |= _shares(child, way, combined, share) if isinstance(child, Group) else {way: share}
    return shares


def _coverage(definition: Definition, missing: Mapping[str, npt.NDArray[np.int8]]) -> Numbers:
    """The nominal weight of what was measured or carried."""
    coverage = np.zeros(len(next(iter(missing.values()))))
    for path, share in nominal_shares(definition.root).items():
        coverage = coverage + np.where(missing[path] == 0, share, 0.0)
    return coverage


def _freshness(
    definition: Definition,
    values: Mapping[str, Values],
    missing: Mapping[str, npt.NDArray[np.int8]],
    shares: Mapping[str, Numbers],
) -> Numbers:
    """The mean age of the data behind what was measured, by effective weight, in days."""
    total = weight = np.zeros(len(shares[""]))
    for path, entry in walk(definition.root):
        if isinstance(entry, Leaf):
            ages = values[entry.name].ages
            aged = (missing[path] == 0) & ~np.isnan(ages)
            total = total + np.where(aged, shares[path] * np.nan_to_num(ages), 0.0)
            weight = weight + np.where(aged, shares[path], 0.0)
    return combine.divided(total, weight)
