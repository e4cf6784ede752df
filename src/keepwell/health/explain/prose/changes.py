"""This file says how a score changed: how far it went, and what moved it most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepwell.health.explain import display
from keepwell.health.explain.prose.numbers import (
    amount,
    bare_value,
    plain,
    points,
    reason,
    signed,
    tenths,
)
from keepwell.health.explain.prose.standings import standing
from keepwell.health.explain.reading import Reading

if TYPE_CHECKING:  # it loads NumPy, and a sentence about one score needs none
    from keepwell.health.explain.score_change import RuleChange, Side, Step

LEAST_POINTS = 0.5  # less would not show in the rounded score
LEAST_MOVE = 0.5e-6  # what is left of sums of figures that are rounded already
MOST_CLAUSES = 4


def change(before: Side, after: Side, steps: Sequence[Step]) -> str:
    """Say a change: from where to where, the largest steps first, and the rest together."""
    figures = display.change(before, after, steps)
    # Who joins or leaves may have next to no points, and that is still what happened.
    largest = sorted(
        (
            (each, shown)
            for each, shown in zip(steps, figures.steps, strict=True)
            if abs(each.points) >= LEAST_POINTS or each.cause == "population"
        ),
        key=lambda pair: -abs(pair[0].points),
    )[:MOST_CLAUSES]
    clauses = [
        f"{step(each, before, after)} ({signed(shown, is_rounded=True)})" for each, shown in largest
    ]
    rest = figures.moved - sum(shown for _, shown in largest)
    if clauses and abs(rest) >= LEAST_MOVE:
        clauses.append(f"other changes ({signed(rest, is_rounded=True)})")
    text = _moved(figures.before, figures.after)
    return f"{text}: {'; '.join(clauses)}." if clauses else f"{text}."


def step(step: Step, before: Side, after: Side) -> str:
    """Say one step without its points."""
    match step.cause:
        case "population":
            assert step.standing, "whoever was left out was something else"
            said = standing(step.standing.kind, step.standing.ended)
            return f"was {said}" if step.has_joined else f"is now {said}"
        case "definition":
            return f"scored with {after.card} instead of {before.card}"
        case "rules":
            rules = " and ".join(rule_change(each) for each in step.rules)
            return rules or "the same rules now have a different effect"
        case "override":
            return (
                f"overridden: {after.override}"
                if after.override
                else f"override ended: {before.override}"
            )
        case "children":
            return _child(step)
        case "peers":
            return f"the peers for {step.label} changed"
    assert step.before, "a measure's step has what was read before"
    assert step.after, "a measure's step has what is read now"
    return f"{step.label} {_measure(step.before, step.after)}"


def _moved(then: float | None, now: float | None) -> str:
    if then is None or now is None:
        if then is not None:
            return f"Lost its score of {plain(then)}"
        return "No score before or after" if now is None else f"Now scored, at {plain(now)}"
    if now == then:
        return f"Unchanged at {plain(now)}"
    verb = "Rose" if now > then else "Fell"
    return f"{verb} {plain(abs(now - then))} points, from {plain(then)} to {plain(now)}"


def _measure(then: Reading, now: Reading) -> str:
    if now.missing:
        return f"has no value now: {reason(now.missing)}"
    if then.missing:
        return f"has a value now: {bare_value(now)}"
    was, is_now = bare_value(then), bare_value(now)
    if was != is_now:
        return f"{_verb(then, now)} from {was} to {is_now}"
    if then.number != now.number:
        return f"{_verb(then, now)} slightly, still about {is_now}"
    targets = then.target or then.baseline, now.target or now.baseline
    if targets[0] != targets[1]:
        what = "baseline" if now.baseline or then.baseline else "target"
        written = ("none" if each is None else amount(each) for each in targets)
        return "stayed at {}, but its {} went from {} to {}".format(is_now, what, *written)
    return f"stayed at {is_now}"


def _child(step: Step) -> str:
    if not step.path:
        return f"{'now' if step.has_children else 'no longer'} scored from the accounts below"
    before, after = step.before or Reading(), step.after or Reading()
    then, now = before.number, after.number
    if now is None:
        return f"{step.label} no longer counts"
    if then is None:
        return f"{step.label} now counts, at {points(now, after.bands)}"
    if then == now:
        return f"{step.label} stayed at {points(now, after.bands)}, but its weight changed"
    verb = "rose" if now > then else "fell"
    was, is_now = points(then, before.bands), points(now, after.bands)
    return f"{step.label} {verb} from {was} to {is_now}"


def rule_change(rule: RuleChange) -> str:
    """Say that a rule began or ceased to apply, and why it is there."""
    applies = "now applies" if rule.applies else "no longer applies"
    return f"a {rule.kind} of {tenths(rule.limit)} {applies}: {rule.because.rstrip('.')}"


def _verb(then: Reading, now: Reading) -> str:
    if then.number is None or now.number is None:
        return "went"
    return "rose" if now.number > then.number else "fell"
