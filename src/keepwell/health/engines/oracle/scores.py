"""This file turns one account's values into its score and lines: the second stage, without any
facts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from keepwell.health.definition.band import Band
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scorecard import Definition, Leaf
from keepwell.health.engines.oracle import cards
from keepwell.health.engines.oracle.cards import Card
from keepwell.health.engines.oracle.combine import combine
from keepwell.health.engines.oracle.points import scale_points
from keepwell.health.engines.oracle.rules import apply
from keepwell.health.engines.oracle.values import Rejected, Value
from keepwell.health.engines.protocol import Line, Score

NEUTRAL_POINTS = 50.0


def score_values(
    definition: Definition,
    card: Card,
    account_id: str,
    as_of: date,
    values: Mapping[str, Value],
    before: str | None = None,
) -> tuple[Score, list[Line]]:
    """Score one account by its card from its values by path; `before` is the band that it had."""
    points: dict[str, float | None] = {}
    missing = {path: value.missing for path, value in values.items()}
    names: dict[str, Any] = {}
    for path, value in values.items():
        cell = value.label if value.label is not None else value.number
        # What never happened is compared as what is beyond every number.
        cell = math.inf if value.never else cell
        names[path.split(".")[-1]] = None if value.missing else cell
    effects: dict[str, tuple[float, bool | None]] = {}
    parts: dict[str, float] = {}
    tree = [
        (path, entry) for path, entry in cards.entries(card.root) if not isinstance(entry, Rule)
    ]
    # Children before their groups: a path is longer than those above it.
    for path, entry in sorted(tree, key=lambda each: -len(each[0])):
        if isinstance(entry, Leaf):
            earned, reason = scale_points(entry.measure.scale, values[path])
            missing[path] = missing[path] or reason
            if earned is None and entry.policy in ("neutral", "zero"):
                earned = NEUTRAL_POINTS if entry.policy == "neutral" else 0.0
            points[path] = earned
        elif not isinstance(entry, Rule):
            ways = [cards.join(path, cards.name_of(child)) for child in entry.children]
            points[path], shared = combine(entry, [points[way] for way in ways])
            parts |= dict(zip(ways, shared, strict=True))
            points[path], applied = apply(entry.rules, points[path], names)
            for nth, effect in enumerate(applied, start=1):
                effects[cards.join(path, f"rule_{nth}")] = effect
        names[f"{path.split('.')[-1] or card.root.name}_points"] = points[path]
    lines = _lines(card, account_id, as_of, values, missing, points, parts, effects)
    coverage = 0.0
    # A gap that the policy filled with points stays a gap here: it was decided, and not measured.
    for path in values:
        if missing[path] is None:
            lacking = (values[path].rejected, values[path].empty)
            uncovered = max((each.share for each in lacking if each), default=0.0)
            coverage += cards.nominal_share(card.root, path) * (1.0 - uncovered)
    freshness = _freshness(lines)
    band, total = None, points[""]
    if total is not None and coverage < definition.least_coverage - 1e-12:
        total = None
    if total is not None:
        band = band_of(total, definition, before)
    score = Score(
        account_id,
        as_of,
        total,
        band.name if band else None,
        band.meaning if band else None,
        coverage,
        freshness,
        "scored" if band else "not enough data",
        card.segment,
        card.why,
    )
    return score, lines


def band_of(score: float, definition: Definition, before: str | None) -> Band:
    """Find the band of a score; the one before is left only once the score is far enough past its
    edge."""
    margin, hair = definition.hysteresis, 1e-9
    bands = sorted(definition.bands, key=lambda band: band.least)
    for nth, band in enumerate(bands):
        is_top = nth == len(bands) - 1
        is_above = score >= band.least - margin - hair
        is_below = is_top or score < bands[nth + 1].least + margin - hair
        if margin and band.name == before and is_above and is_below:
            return band
    return max((band for band in bands if band.least <= score + hair), key=lambda band: band.least)


def _lines(
    card: Card,
    account_id: str,
    as_of: date,
    values: Mapping[str, Value],
    missing: Mapping[str, str | None],
    points: Mapping[str, float | None],
    parts: Mapping[str, float],
    effects: Mapping[str, tuple[float, bool | None]],
) -> list[Line]:
    """Write one line for each entry and rule, in the order of the tree; a child's share is its part
    of its group's."""
    shares = {"": 0.0 if points[""] is None else 1.0}
    lines = []
    for path, entry in cards.entries(card.root):
        above = ".".join(path.split(".")[:-1])
        if isinstance(entry, Rule):
            added, applied = effects[path]
            because = entry.because if applied else None
            unknown = "not_known" if applied is None else None
            label = f"{entry.kind} {entry.points:g}"
            lines.append(
                Line(account_id, as_of, path, "rule", label, None, because, None, added, 0.0,
                     shares[above], added * shares[above], unknown, False, None, None)
            )  # fmt: skip
            continue
        if path:
            shares[path] = shares[above] * parts[path]
        value, earned, share = values.get(path, Value()), points[path], shares[path]
        lines.append(
            Line(account_id, as_of, path, "measure" if isinstance(entry, Leaf) else "group",
                 cards.name_of(entry), value.number, value.label, value.target, earned,
                 entry.weight, share, share * earned if earned is not None else 0.0,
                 missing.get(path), value.is_stale, value.data_age_days, value.carried_days,
                 value.peer_group, value.never, *_told(value.rejected),
                 *(value.empty or (None, None)))
        )  # fmt: skip
    return lines


def _told(rejected: Rejected | None) -> tuple[int | None, int | None, str | None]:
    if rejected is None:
        return None, None, None
    return rejected.rows, rejected.of, ", ".join(str(batch) for batch in rejected.imports)


def _freshness(lines: Sequence[Line]) -> float | None:
    """Take the mean age of the data behind what was measured, by effective weight."""
    aged = [
        (line.effective_weight, line.data_age_days)
        for line in lines
        if line.kind == "measure" and line.missing is None and line.data_age_days is not None
    ]
    weight = sum(share for share, _ in aged)
    return sum(share * age for share, age in aged) / weight if weight else None
