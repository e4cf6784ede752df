"""This file says a score in one sentence of plain English: what it is, what costs most, what helps most, what is not known."""

from __future__ import annotations

from keepwell.health.definition import denominator
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.operand import Progress, Span
from keepwell.health.definition.rule import Rule
from keepwell.health.engines.protocol import Score
from keepwell.health.explain.tree import Branch

# Less than half a point is not worth a clause: it would not show in the rounded score.
LEAST_POINTS = 0.5


def sentence(
    account: str, score: Score, root: Branch, least_coverage: float, held_by: float = 0.0
) -> str:
    """Say why an account has its score; `held_by` is the margin of the card where it alone holds the band, else 0."""
    leaves = list(root.accounts()) or list(root.leaves())
    gaps = _gaps(leaves)
    if score.score is None:
        known = (
            f"only {score.coverage:.0%} of the weight is known and {least_coverage:.0%} is needed"
        )
        return f"{account} has no score: {known}{gaps and f'; {gaps}'}."
    spoken = [
        leaf for leaf in leaves if leaf.line.points is not None and leaf.line.effective_weight > 0
    ]
    clauses = [
        clause
        for clause in (_ruled(root), _worst(spoken), _best(spoken), gaps, _stale(leaves))
        if clause
    ]
    still, held = (
        ("still ", f", as a band is left only {held_by:g} points beyond its edge")
        if held_by
        else ("", "")
    )
    head = f"{account} is {still}{score.band} at {points(score.score)} of 100{held}"
    return f"{head}: {'; '.join(clauses)}." if clauses else f"{head}."


def by_override(account: str, band: str | None, score: float, said: str, computed: str) -> str:
    """Say whose judgement a score is, and then what was computed."""
    return f"{account} is {band} at {points(score)} of 100 by override: {said}. As computed, {computed}"


def _worst(leaves: list[Branch]) -> str:
    worst = max(leaves, key=lambda leaf: leaf.lost, default=None)
    if worst is None or worst.lost < LEAST_POINTS:
        return "nothing costs it points"
    return f"{worst.title} ({reading(worst)}) costs it most, {points(worst.lost)} points"


def _best(leaves: list[Branch]) -> str:
    best = max(leaves, key=lambda leaf: leaf.line.contribution, default=None)
    if best is None or best.line.contribution < LEAST_POINTS:
        return "nothing adds to it"
    return f"{best.title} ({reading(best)}) adds most, {points(best.line.contribution)}"


def _ruled(root: Branch) -> str:
    """What rules did to the whole or a group, the largest first; empty where none did anything worth a clause."""
    felt = [branch for branch in root.rules() if abs(branch.line.contribution) >= LEAST_POINTS]
    felt.sort(key=lambda branch: -abs(branch.line.contribution))
    return " and ".join(_effect(branch) for branch in felt[:2])


def _effect(branch: Branch) -> str:
    assert isinstance(branch.entry, Rule), "an effect is of a rule"
    moved, rule = branch.line.contribution, branch.entry
    did = f"{'adds' if moved > 0 else 'takes'} {points(abs(moved))}"
    return f"a {rule.kind} of {rule.points:g} {did} ({rule.because.rstrip('.')})"


def _gaps(leaves: list[Branch]) -> str:
    missing = [
        leaf
        for leaf in leaves
        if leaf.line.missing and (leaf.line.weight > 0 or leaf.entry is None)
    ]
    if not missing:
        return ""
    first = "; ".join(f"{leaf.title} is missing, as {leaf.reason}" for leaf in missing[:2])
    more = len(missing) - 2
    return first + (f"; {more} more {'is' if more == 1 else 'are'} missing" if more > 0 else "")


def _stale(leaves: list[Branch]) -> str:
    stale = [leaf for leaf in leaves if leaf.line.is_stale and not leaf.line.missing]
    if not stale:
        return ""
    names = ", ".join(leaf.title for leaf in stale[:2]) + (
        f" and {len(stale) - 2} more" if len(stale) > 2 else ""
    )
    return f"the feed behind {names} is late, so the latest known value stands"


def reading(leaf: Branch) -> str:
    """Say a measure's value as a person would: with its unit, its target and how old it is when carried; or how an account
    stands."""
    line, measure = leaf.line, leaf.measure
    if line.missing:
        return leaf.reason
    if measure is None:
        return f"{line.label} at {points(line.points or 0.0)}"
    text = line.label if line.label is not None else number(line.value or 0.0, measure)
    target = f" of {_short(line.target)}" if line.target else ""
    carried = f", carried from {line.carried_days} days before" if line.carried_days else ""
    return f"{text}{target}{carried}"


def number(value: float, measure: Measure) -> str:
    """Write a value with its unit.

    >>> from keepwell.health.definition.measure import Measure; from keepwell.health.definition.scale import Line
    >>> from keepwell.health.definition.window import Window
    >>> number(0.825, Measure("rated", "tickets", "share", Line(0, 1), Window(28)))
    '82 %'
    """
    if measure.unit == "%" or (not measure.unit and _is_share(measure)):
        return f"{value:.0%}".replace("%", " %")
    made = measure.column.unit if isinstance(measure.column, Span) else ""
    divided = measure.per.unit if measure.per and not measure.is_growth else ""
    unit = (
        measure.unit
        or divided
        or made
        or {"active days": "days", "days since": "days"}.get(measure.take, "")
    )
    one = unit[:-1] if value == 1 and unit.endswith("s") else unit
    return f"{_short(value)} {one}".strip()


def _short(value: float) -> str:
    """Three digits, or all of a whole number."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _is_share(measure: Measure) -> bool:
    is_divided = bool(measure.per) and denominator.is_share(str(measure.per), measure.take)
    return measure.take in ("share", "ratio") or is_divided or isinstance(measure.column, Progress)


def points(number: float) -> str:
    """Write points whole, and below ten with one decimal: a rounded 70 that is no Green would look like a mistake.

    >>> points(69.96), points(4.0)
    ('69.9', '4')
    """
    tenths = int(number * 10 + 1e-9) / 10
    return f"{tenths:g}"
