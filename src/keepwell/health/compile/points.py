"""This file turns a value into points by its scale, with the reason where it earns none."""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from keepwell.health.spec.scale import Line, Lookup, OwnTarget, Steps
from keepwell.health.spec.scorecard import NEUTRAL_POINTS, Leaf

NONE = ibis.null("float64")


def points(values: ir.Table, leaf: Leaf) -> tuple[ir.FloatingValue, ir.StringValue]:
    """Give the points (0..100, null where missing) and the reason for missing (null where there are points)."""
    name = leaf.measure.name
    value, missing = values[f"{name}__value"], values[f"{name}__missing"]
    match leaf.measure.scale:
        case Line(worst, best):
            return _line(value, worst, best), missing
        case OwnTarget(_, worst, best):
            target = values[f"{name}__target"].nullif(0.0)
            return _line(value / target, worst, best), _else(missing, target.isnull(), "no_target")
        case Steps(steps, otherwise):
            if not steps:
                return ibis.ifelse(value.notnull(), ibis.literal(otherwise, "float64"), NONE), missing
            cases = [(value < below, ibis.literal(earned, "float64")) for below, earned in steps]
            return ibis.cases((value.isnull(), NONE), *cases, else_=ibis.literal(otherwise, "float64")), missing
        case Lookup(listed, otherwise):
            label = values[f"{name}__label"]
            rest = NONE if otherwise is None else ibis.literal(otherwise, "float64")
            cases = [(label == category, ibis.literal(earned, "float64")) for category, earned in listed]
            earned = ibis.cases((label.isnull(), NONE), *cases, else_=rest)
            return earned, _else(missing, earned.isnull(), "no_match")


def decided(leaf: Leaf, earned: ir.FloatingValue) -> ir.FloatingValue:
    """Apply the decision about gaps: neutral and zero put points in, the others leave the gap."""
    instead = {"neutral": NEUTRAL_POINTS, "zero": 0.0}.get(leaf.policy)
    return earned if instead is None else earned.fill_null(instead)


def _line(value: ir.Value, worst: float, best: float) -> ir.FloatingValue:
    share = (value - worst) / (best - worst) * 100.0
    bounded = reduce(lambda inner, bound: bound(inner), (_at_least_0, _at_most_100), share)
    return ibis.ifelse(value.notnull(), bounded, NONE)


def _at_least_0(number: ir.Value) -> ir.Value:
    return ibis.greatest(number, 0.0)


def _at_most_100(number: ir.Value) -> ir.Value:
    return ibis.least(number, 100.0)


def _else(missing: ir.Value, also: ir.Value, reason: str) -> ir.StringValue:
    own = ibis.ifelse(also, ibis.literal(reason), ibis.null("string"))
    return missing.fill_null(own)
