"""This file turns values into scores: points go up the tree, weights come down it, in the tree's order and never by a sum over rows."""

from __future__ import annotations

from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from keepwell.health.compile import points
from keepwell.health.spec.scorecard import Definition, Group, Leaf, nominal_shares, walk

# A tenth of a millionth of a millionth: sums of weights that come out a hair under a round limit still reach it.
HAIR = 1e-12


def scored(values: ir.Table, definition: Definition) -> ir.Table:
    """Score every account of a table of values, one row each.

    Adds for each entry (numbered in the order of `walk`) `n{i}__points`, `n{i}__share` (effective weight) and,
    for leaves, `n{i}__missing`; and for the whole `score`, `coverage`, `freshness_days`.
    """
    entries = list(walk(definition.root))
    number = {path: at for at, (path, _) in enumerate(entries)}
    table = _leaf_points(values, definition, number)
    for path, entry in reversed(entries):
        if isinstance(entry, Group):
            table = table.mutate(**{f"n{number[path]}__points": _mean(table, entry, path, number)})
    table = table.mutate(n0__share=ibis.ifelse(table.n0__points.notnull(), 1.0, 0.0))
    for path, entry in entries:
        if isinstance(entry, Group):
            table = table.mutate(**_shares(table, entry, path, number))
    return _whole(table, definition, number)


def _leaf_points(values: ir.Table, definition: Definition, number: dict[str, int]) -> ir.Table:
    columns: dict[str, ir.Value] = {}
    for path, entry in walk(definition.root):
        if isinstance(entry, Leaf):
            earned, missing = points.points(values, entry)
            columns[f"n{number[path]}__points"] = points.decided(entry, earned)
            columns[f"n{number[path]}__missing"] = missing
    return values.mutate(**columns)


def _children(group: Group, path: str, number: dict[str, int]) -> list[tuple[int, float]]:
    return [(number[f"{path}.{child.name}" if path else child.name], child.weight) for child in group.children]


def _mean(table: ir.Table, group: Group, path: str, number: dict[str, int]) -> ir.Value:
    children = [(table[f"n{at}__points"], weight) for at, weight in _children(group, path, number)]
    total = reduce(add, ((earned * weight).fill_null(0.0) for earned, weight in children))
    return total / _present(table, group, path, number).nullif(0.0)


def _present(table: ir.Table, group: Group, path: str, number: dict[str, int]) -> ir.FloatingValue:
    """The weight of the children that speak."""
    children = [(table[f"n{at}__points"], weight) for at, weight in _children(group, path, number)]
    return reduce(
        add, (ibis.ifelse(earned.notnull(), ibis.literal(weight, "float64"), 0.0) for earned, weight in children)
    )


def _shares(table: ir.Table, group: Group, path: str, number: dict[str, int]) -> dict[str, ir.Value]:
    """Share a group's effective weight out among the children that speak."""
    present = _present(table, group, path, number).nullif(0.0)
    own = table[f"n{number[path]}__share"]
    return {
        f"n{at}__share": ibis.ifelse(table[f"n{at}__points"].notnull(), own * weight / present, 0.0).fill_null(0.0)
        for at, weight in _children(group, path, number)
    }


def _whole(table: ir.Table, definition: Definition, number: dict[str, int]) -> ir.Table:
    nominal = nominal_shares(definition.root)
    known = {path: table[f"n{number[path]}__missing"].isnull() for path in nominal}
    coverage = reduce(
        add, (ibis.ifelse(known[path], ibis.literal(share, "float64"), 0.0) for path, share in nominal.items())
    )
    leaves = [(path, entry) for path, entry in walk(definition.root) if isinstance(entry, Leaf)]
    aged, weights = [], []
    for path, leaf in leaves:
        age = table[f"{leaf.measure.name}__age"]
        speaks = known[path] & age.notnull()
        share = table[f"n{number[path]}__share"]
        aged.append(ibis.ifelse(speaks, share * age, 0.0))
        weights.append(ibis.ifelse(speaks, share, 0.0))
    table = table.mutate(coverage=coverage, freshness_days=reduce(add, aged) / reduce(add, weights).nullif(0.0))
    enough = table.coverage >= definition.least_coverage - HAIR
    return table.mutate(score=ibis.ifelse(enough, table.n0__points, ibis.null("float64")))
