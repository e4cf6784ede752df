"""This file turns values into scores: points go up the tree, weights come down it, in the tree's order and never by a sum over rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepwell.health.compile import points
from keepwell.health.compile.frame import Flags, Numbers
from keepwell.health.compile.values import Values
from keepwell.health.spec.scorecard import Definition, Group, Leaf, nominal_shares, walk

# A millionth of a millionth: weights that add up to a hair under a round limit still reach it.
HAIR = 1e-12


@dataclass(frozen=True)
class Scored:
    """Every account's score (not-a-number where too little is known), coverage and freshness; and by path of the
    tree its points, effective weights and, for measures, codes of reasons."""

    score: Numbers
    coverage: Numbers
    freshness_days: Numbers
    points: Mapping[str, Numbers]
    shares: Mapping[str, Numbers]
    missing: Mapping[str, npt.NDArray[np.int8]]


def scored(definition: Definition, values: Mapping[str, Values]) -> Scored:
    """Score every account from its values, given by name of the measure, all in one order of accounts."""
    earned: dict[str, Numbers] = {}
    missing: dict[str, npt.NDArray[np.int8]] = {}
    for path, entry in reversed(list(walk(definition.root))):
        if isinstance(entry, Leaf):
            raw, missing[path] = points.points(entry.measure.scale, values[entry.name])
            earned[path] = points.decided(entry, raw)
        else:
            earned[path] = _mean(entry, path, earned)
    shares = _shares(definition.root, "", earned, np.where(np.isnan(earned[""]), 0.0, 1.0))
    coverage = _coverage(definition, missing)
    score = np.where(coverage >= definition.least_coverage - HAIR, earned[""], np.nan)
    return Scored(score, coverage, _freshness(definition, values, missing, shares), earned, shares, missing)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _mean(group: Group, path: str, earned: Mapping[str, Numbers]) -> Numbers:
    """The weighted mean of the children that speak, added in their order."""
    total = weight = np.zeros(len(next(iter(earned.values()))))
    for child in group.children:
        own = earned[_below(path, child.name)]
        total = total + np.where(np.isnan(own), 0.0, child.weight * own)
        weight = weight + np.where(np.isnan(own), 0.0, child.weight)
    return _divided(total, weight)


def _divided(number: Numbers, by: Numbers) -> Numbers:
    out: Numbers = np.full(len(number), np.nan)
    np.divide(number, by, out=out, where=by > 0)
    return out


def _shares(group: Group, path: str, earned: Mapping[str, Numbers], own: Numbers) -> dict[str, Numbers]:
    """Share a group's effective weight out among the children that speak, and so on down."""
    speaks: dict[str, Flags] = {c.name: ~np.isnan(earned[_below(path, c.name)]) for c in group.children}
    weight = np.zeros(len(own))
    for child in group.children:
        weight = weight + np.where(speaks[child.name], child.weight, 0.0)
    shares = {path: own}
    for child in group.children:
        part = np.where(speaks[child.name], np.nan_to_num(_divided(own * child.weight, weight)), 0.0)
        below = _below(path, child.name)
        shares |= _shares(child, below, earned, part) if isinstance(child, Group) else {below: part}
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
    return _divided(total, weight)
