"""This file turns one account's values into its score and lines: the second stage, without any facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from keepwell.health.engines.protocol import Line, Score
from keepwell.health.spec.band import band_of
from keepwell.health.spec.scale import Line as Straight
from keepwell.health.spec.scale import Lookup, OwnTarget, Scale, Steps, line_points
from keepwell.health.spec.scorecard import (
    NEUTRAL_POINTS,
    Definition,
    Group,
    Leaf,
    nominal_shares,
    walk,
)


@dataclass(frozen=True)
class Value:
    """A measure's number or category for one account, or the reason why there is none."""

    number: float | None = None
    label: str | None = None
    missing: str | None = None
    target: float | None = None
    is_stale: bool = False
    data_age_days: int | None = None
    carried_days: int | None = None


def score_values(
    definition: Definition, account_id: str, as_of: date, values: Mapping[str, Value]
) -> tuple[Score, list[Line]]:
    """Score one account from its values by path: the second stage, without any facts."""
    points: dict[str, float | None] = {}
    missing = {path: value.missing for path, value in values.items()}
    for path, entry in reversed(list(walk(definition.root))):
        if isinstance(entry, Leaf):
            earned, reason = scale_points(entry.measure.scale, values[path])
            missing[path] = missing[path] or reason
            points[path] = _decided(entry, earned)
        else:
            points[path] = _mean(entry, path, points)
    shares = _effective_shares(definition.root, points)
    lines = []
    for path, entry in walk(definition.root):
        value = values.get(path, Value())
        share, earned = shares[path], points[path]
        contribution = share * earned if earned is not None else 0.0
        kind = "group" if isinstance(entry, Group) else "measure"
        lines.append(
            Line(account_id, as_of, path, kind, entry.name, value.number, value.label, value.target, earned, entry.weight,  # type: ignore[arg-type]
                 share, contribution, missing.get(path), value.is_stale, value.data_age_days, value.carried_days)
        )  # fmt: skip
    nominal = nominal_shares(definition.root)
    coverage = 0.0
    for path in values:
        coverage += nominal[path] if missing[path] is None else 0.0
    return _score(definition, account_id, as_of, points[""], coverage, lines), lines


def _score(
    definition: Definition, account_id: str, as_of: date, points: float | None, coverage: float, lines: Sequence[Line]
) -> Score:
    aged = [
        (line.effective_weight, line.data_age_days) for line in lines if line.kind == "measure" and line.missing is None
    ]
    weight = sum(share for share, age in aged if age is not None)
    freshness = sum(share * age for share, age in aged if age is not None) / weight if weight else None
    if points is None or coverage < definition.least_coverage - 1e-12:
        return Score(account_id, as_of, None, None, None, coverage, freshness, "not enough data")
    band = band_of(points, definition.bands)
    return Score(account_id, as_of, points, band.name, band.meaning, coverage, freshness, "scored")


def scale_points(scale: Scale, value: Value) -> tuple[float | None, str | None]:
    """Points of a value, or the reason why it earns none."""
    if value.missing:
        return None, value.missing
    match scale:
        case Lookup(points, otherwise):
            earned = dict(points).get(value.label or "", otherwise)
            return earned, None if earned is not None else "no_match"
        case OwnTarget(_, worst, best):
            if not value.target:
                return None, "no_target"
            assert value.number is not None, "a value that is not missing has a number"
            return line_points(value.number / value.target, worst, best), None
        case Straight(worst, best):
            assert value.number is not None, "a value that is not missing has a number"
            return line_points(value.number, worst, best), None
        case Steps(steps, otherwise):
            assert value.number is not None, "a value that is not missing has a number"
            return next((points for below, points in steps if value.number < below), otherwise), None


def _decided(leaf: Leaf, points: float | None) -> float | None:
    if points is not None:
        return points
    return {"neutral": NEUTRAL_POINTS, "zero": 0.0}.get(leaf.policy)


def _mean(group: Group, path: str, points: Mapping[str, float | None]) -> float | None:
    total = weights = 0.0
    for child in group.children:
        earned = points[f"{path}.{child.name}" if path else child.name]
        if earned is not None:
            total += child.weight * earned
            weights += child.weight
    return total / weights if weights else None


def _effective_shares(
    group: Group, points: Mapping[str, float | None], share: float = 1.0, path: str = ""
) -> dict[str, float]:
    """The share of the whole that each entry really has: what is missing gives its weight to its siblings."""
    paths = {child: f"{path}.{child.name}" if path else child.name for child in group.children}
    whole = sum(child.weight for child in group.children if points[paths[child]] is not None)
    shares = {path: share if points[path] is not None else 0.0}
    for child, below in paths.items():
        part = share * child.weight / whole if whole and points[below] is not None else 0.0
        shares |= _effective_shares(child, points, part, below) if isinstance(child, Group) else {below: part}
    return shares
