"""This file turns one account's values into its score and lines: the second stage, without any facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from keepwell.health.definition.band import band_of
from keepwell.health.definition.rule import NOT_KNOWN, POINTS, Rule
from keepwell.health.definition.scale import (
    LEAST_PEERS,
    Baseline,
    Lookup,
    OwnTarget,
    Peers,
    Scale,
    Steps,
    line_points,
)
from keepwell.health.definition.scale import Line as Straight
from keepwell.health.definition.scorecard import (
    NEUTRAL_POINTS,
    Definition,
    Group,
    Leaf,
    below,
    nominal_shares,
    walk,
    walk_with_rules,
)
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.engines.reference.combining import DECIMALS, apply, combine


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
    peers: tuple[float, ...] = ()
    peer_group: str | None = None


def score_values(
    definition: Definition,
    account_id: str,
    as_of: date,
    values: Mapping[str, Value],
    before: str | None = None,
) -> tuple[Score, list[Line]]:
    """Score one account from its values by path: the second stage, without any facts."""
    points: dict[str, float | None] = {}
    missing = {path: value.missing for path, value in values.items()}
    names: dict[str, Any] = {
        path.rpartition(".")[2]: _named(value) for path, value in values.items()
    }
    effects: dict[str, list[tuple[float, bool | None]]] = {}
    parts: dict[str, float] = {}
    for path, entry in reversed(list(walk(definition.root))):
        if isinstance(entry, Leaf):
            earned, reason = scale_points(entry.measure.scale, values[path])
            missing[path] = missing[path] or reason
            points[path] = _decided(entry, earned)
        else:
            ways = [below(path, child.name) for child in entry.children]
            points[path], shared = combine(entry, [points[way] for way in ways])
            parts |= dict(zip(ways, shared, strict=True))
            points[path], effects[path] = apply(entry.rules, points[path], names)
        names[f"{entry.name}{POINTS}"] = points[path]
    lines = _lines(definition, account_id, as_of, values, missing, points, parts, effects)
    nominal = nominal_shares(definition.root)
    coverage = 0.0
    for path in values:
        coverage += nominal[path] if missing[path] is None else 0.0
    return _score(definition, account_id, as_of, points[""], coverage, lines, before), lines


def _named(value: Value) -> float | str | None:
    if value.missing:
        return None
    return value.label if value.label is not None else value.number


def _lines(
    definition: Definition,
    account_id: str,
    as_of: date,
    values: Mapping[str, Value],
    missing: Mapping[str, str | None],
    points: Mapping[str, float | None],
    parts: Mapping[str, float],
    effects: Mapping[str, list[tuple[float, bool | None]]],
) -> list[Line]:
    """One line an entry and rule, in the order of the tree; a child's share is its part of its group's."""
    shares = {"": 0.0 if points[""] is None else 1.0}
    lines = []
    for path, entry in walk_with_rules(definition.root):
        if isinstance(entry, Rule):
            group, nth = path.rpartition(".")[0], int(path.rpartition("rule_")[2])
            effect, applied = effects[group][nth - 1]
            said, unknown = (
                entry.because if applied else None,
                NOT_KNOWN if applied is None else None,
            )
            lines.append(
                Line(account_id, as_of, path, "rule", entry.label, None, said, None, effect, 0.0,
                     shares[group], effect * shares[group], unknown, False, None, None)
            )  # fmt: skip
            continue
        if path:
            shares[path] = shares[path.rpartition(".")[0]] * parts[path]
        value, earned, share = values.get(path, Value()), points[path], shares[path]
        kind = "group" if isinstance(entry, Group) else "measure"
        lines.append(
            Line(account_id, as_of, path, kind, entry.name, value.number, value.label, value.target, earned, entry.weight,  # type: ignore[arg-type]
                 share, share * earned if earned is not None else 0.0, missing.get(path), value.is_stale,
                 value.data_age_days, value.carried_days, value.peer_group)
        )  # fmt: skip
    return lines


def _score(
    definition: Definition,
    account_id: str,
    as_of: date,
    points: float | None,
    coverage: float,
    lines: Sequence[Line],
    before: str | None,
) -> Score:
    aged = [
        (line.effective_weight, line.data_age_days)
        for line in lines
        if line.kind == "measure" and line.missing is None
    ]
    weight = sum(share for share, age in aged if age is not None)
    freshness = (
        sum(share * age for share, age in aged if age is not None) / weight if weight else None
    )
    if points is None or coverage < definition.least_coverage - 1e-12:
        return Score(account_id, as_of, None, None, None, coverage, freshness, "not enough data")
    band = band_of(points, definition.bands, before, definition.band_margin)
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
        case Baseline(_, worst, best):
            if not value.target:
                return None, "no_baseline"
            assert value.number is not None, "a value that is not missing has a number"
            return line_points(value.number / value.target, worst, best), None
        case Peers(_, is_higher_better):
            return _percentile(value, is_higher_better)
        case Steps(steps, otherwise):
            assert value.number is not None, "a value that is not missing has a number"
            return next(
                (points for below, points in steps if value.number < below), otherwise
            ), None


def _percentile(value: Value, is_higher_better: bool) -> tuple[float | None, str | None]:
    """The share of peers below, ties counted half; fewer than 20 peers are too few."""
    if len(value.peers) < LEAST_PEERS:
        return None, "few_peers"
    assert value.number is not None, "a value that is not missing has a number"
    own, others = round(value.number, DECIMALS), [round(number, DECIMALS) for number in value.peers]
    below = (
        sum(1 for other in others if other < own) + sum(1 for other in others if other == own) / 2
    )
    percentile = below / len(others) * 100.0
    return (percentile if is_higher_better else 100.0 - percentile), None


def _decided(leaf: Leaf, points: float | None) -> float | None:
    if points is not None:
        return points
    return {"neutral": NEUTRAL_POINTS, "zero": 0.0}.get(leaf.policy)
