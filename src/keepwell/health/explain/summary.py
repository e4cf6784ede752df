"""This file sums a score up as parts: its rules, its biggest drag and contributor, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from keepwell.health.definition.band import Band, band_of
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Score
from keepwell.health.explain import display
from keepwell.health.explain.reading import Reading
from keepwell.health.explain.tree import Branch
from keepwell.health.explain.trend import Move

# Less than half a point would not show in the rounded score.
LEAST_POINTS = 0.5

Kind = Literal[
    "override", "low_coverage", "band_held", "cap", "floor", "boost",
    "biggest_drag", "biggest_contributor", "not_scored", "default_points", "late_data",
    "partly_known",
]  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One statement about a score. `kind` is stable; `path` names the entry that a page links it
    to.

    `points` are gained (above 0) or lost; `shown` is that figure where a table shows it rounded too. `playbook` is what its measure says to do. `limit` is a number of the card: the limit of a cap or
    floor, the size of a boost, the hysteresis of a held band, the required coverage, or the default
    points of a missing value. `reason` is a rule's or an override's own words, or the code of why a
    value is missing.
    """

    kind: Kind
    path: str = ""
    title: str = ""
    points: float = 0.0
    weight: float = 0.0
    reading: Reading | None = None
    limit: float | None = None
    reason: str = ""
    shown: float | None = None
    playbook: str = ""


@dataclass(frozen=True)
class Summary:
    """Why an account has its score. Score and computed score differ only under an override.

    `parts` run from the most to the least important. `below` is the summary of the biggest drag
    among the accounts below, if the account gets its score from them. `bands` are those of its card.
    """

    account: str
    score: float | None
    band: str | None
    computed_score: float | None
    computed_band: str | None
    coverage: float
    parts: tuple[Part, ...]
    below: Summary | None = None
    bands: tuple[Band, ...] = ()

    def of_kind(self, *kinds: Kind) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.kind in kinds)


def of(account: str, score: Score, root: Branch, definition: Definition) -> Summary:
    """Sum up a computed score; `definition` is the card that applied to the account."""
    scored = _scored(root)
    shown = display.contributions(root, definition.bands)
    below = list(root.accounts())
    missing = list(_missing(below or list(root.leaves())))
    # Of a parent it is said first for whom its score does not speak.
    parts: list[Part] = list(missing) if below else []
    if score.score is None:
        parts.append(Part("low_coverage", weight=score.coverage, limit=definition.least_coverage))
    else:
        # Only hysteresis gives a score a band other than its own; a parent among its own children
        # has none.
        if score.band and band_of(score.score, definition.bands).name != score.band:
            parts.append(Part("band_held", limit=definition.hysteresis))
        parts += [replace(part, shown=shown[part.path]) for part in _rules(root)]
        drag = biggest_drag(root, definition.bands)
        parts += [drag] if drag else []
        best = _biggest_contributor(scored, drag)
        parts += [replace(part, shown=shown[part.path]) for part in best]
    parts += [] if below else missing
    parts += [
        _part("late_data", leaf)
        for leaf in below or root.leaves()
        if leaf.line.is_stale and not leaf.line.missing
    ]
    parts += [
        _part("partly_known", leaf)
        for leaf in ([] if below else root.leaves())
        if (leaf.line.rejected_rows or leaf.line.empty_rows) and not leaf.line.missing
    ]
    return Summary(
        account, score.score, score.band, score.score, score.band, score.coverage, tuple(parts),
        bands=definition.bands,
    )  # fmt: skip


def overridden(computed: Summary, score: float, band: str | None, reason: str) -> Summary:
    """Put an override above the summary of the computed score."""
    moved = score - (computed.computed_score or 0.0)
    part = Part("override", points=moved, reason=reason)
    return replace(computed, score=score, band=band, parts=(part, *computed.parts))


def biggest_drag(root: Branch, bands: Sequence[Band]) -> Part | None:
    """Say which measure, or account below, costs the score most; none if nothing costs half a
    point."""
    drag = heaviest(root, bands)
    return None if drag is None else _part("biggest_drag", drag, -drag.points_lost)


def heaviest(root: Branch, bands: Sequence[Band]) -> Branch | None:
    """Find the measure, or account below, that costs the score most, of those that cost half a
    point or more.

    One in a healthy band is found only where all of these are: with 90 points it may cost most by
    its weight alone, but nobody would call it first.
    """
    costly = [leaf for leaf in _scored(root) if leaf.points_lost >= LEAST_POINTS]
    ailing = [leaf for leaf in costly if not _is_healthy(leaf, bands)]
    return max(ailing or costly, key=lambda leaf: leaf.points_lost, default=None)


def fell_most(root: Branch, moves: Mapping[str, Move]) -> tuple[str, float] | None:
    """Say which measure, or account below, has lost the score most points over the look-back; none if none lost half a point.

    `moves` are those of the points of each entry, by path; what each did to the score is its move times its weight.
    """
    falls = [
        (leaf.title, (moves[leaf.line.path].points or 0.0) * leaf.line.effective_weight)
        for leaf in list(root.accounts()) or list(root.leaves())
        if leaf.line.path in moves
    ]
    worst = min(falls, key=lambda fall: fall[1], default=None)
    return worst if worst and worst[1] <= -LEAST_POINTS else None


def _is_healthy(leaf: Branch, bands: Sequence[Band]) -> bool:
    """Say whether it is in a healthy band: an account below in its own, a measure by its points."""
    # An account below may be held in its band by hysteresis, or be in another by an override.
    own = [band for band in bands if leaf.entry is None and band.name == leaf.line.label]
    return (own[0] if own else band_of(leaf.line.points or 0.0, bands)).meaning == "healthy"


def _biggest_contributor(scored: Sequence[Branch], drag: Part | None) -> Iterator[Part]:
    # A heavy measure at half of its points would be both: "seats cost 25 points and bring 25" explains nothing.
    others = [leaf for leaf in scored if drag is None or leaf.line.path != drag.path]
    best = max(others, key=lambda leaf: leaf.line.contribution, default=None)
    if best and best.line.contribution >= LEAST_POINTS:
        yield _part("biggest_contributor", best, best.line.contribution)


def _scored(root: Branch) -> list[Branch]:
    """List the measures that count and have points; for a parent, the accounts below it instead."""
    leaves = list(root.accounts()) or list(root.leaves())
    return [
        leaf for leaf in leaves if leaf.line.points is not None and leaf.line.effective_weight > 0
    ]


def _part(kind: Kind, leaf: Branch, points: float = 0.0) -> Part:
    line, playbook = leaf.line, leaf.measure.playbook if leaf.measure else ""
    return Part(
        kind, line.path, leaf.title, points, line.effective_weight, leaf.reading, reason=line.missing or "", playbook=playbook,
    )  # fmt: skip


def _rules(root: Branch) -> list[Part]:
    """List what rules did to the whole or a group, the largest effect first."""
    titles = {branch.line.path: branch.title for branch in _groups(root)}
    parts = []
    for branch in root.rules():
        effect, rule = branch.line.contribution, branch.entry
        assert isinstance(rule, Rule), "a rule's line has its rule"
        if abs(effect) >= LEAST_POINTS:
            group = branch.line.path.rpartition(".")[0]
            parts.append(
                Part(
                    rule.kind,
                    branch.line.path,
                    titles[group] if group else "",
                    effect,
                    branch.line.effective_weight,
                    limit=rule.points,
                    reason=rule.because,
                )
            )
    return sorted(parts, key=lambda part: -abs(part.points))


def _groups(branch: Branch) -> Iterator[Branch]:
    if branch.line.kind == "group":
        yield branch
    for child in branch.children:
        yield from _groups(child)


def _missing(leaves: Sequence[Branch]) -> list[Part]:
    """List what has no value although it would count; measures of weight 0 are only watched."""
    missing = [
        leaf
        for leaf in leaves
        if leaf.line.missing and (leaf.line.weight > 0 or leaf.entry is None)
    ]
    # By its policy a gap can count as 50 or 0 points: that is no value, but it does move the score. The points of an account
    # below whose revenue is not known are its own, and count for nothing.
    filled = [
        replace(_part("default_points", leaf), limit=leaf.line.points)
        for leaf in missing
        if leaf.line.points is not None and leaf.entry is not None
    ]
    taken = {part.path for part in filled}
    return [_part("not_scored", leaf) for leaf in missing if leaf.line.path not in taken] + filled
