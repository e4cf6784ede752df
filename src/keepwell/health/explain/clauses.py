"""This file says a change in one sentence of plain English: how far the score went, and what moved it most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.health.definition.measure import REASONS, Measure
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scorecard import Leaf, walk
from keepwell.health.explain.change import State, Step
from keepwell.health.explain.sentences import number
from keepwell.health.scoring import scores
from keepwell.health.scoring.scores import NOT_COVERED
from keepwell.health.scoring.values import Value

# Less than half a point is not worth a clause: it would not show in the rounded score.
LEAST_POINTS = 0.5
MOST_CLAUSES = 4
LEAST_MOVE = 0.05  # points: less does not show in a score written with one decimal


@dataclass(frozen=True)
class Told:
    """What a reader is told of each side: the score, none where too little was known, and what the card and override are called."""

    score: float | None
    card: str = "this card"
    override: str = ""


def sentence(before: Told, after: Told, steps: Sequence[Step], states: tuple[State, State]) -> str:
    """Say a change: from where to where, and the largest of what moved it."""
    felt = sorted(
        (step for step in steps if abs(step.points) >= LEAST_POINTS),
        key=lambda step: -abs(step.points),
    )
    clauses = [
        f"{clause(step, before, after, states)} ({_signed(step.points)})"
        for step in felt[:MOST_CLAUSES]
    ]
    rest = sum(step.points for step in steps) - sum(step.points for step in felt[:MOST_CLAUSES])
    if clauses and abs(rest) >= LEAST_MOVE:
        clauses.append(f"the rest together ({_signed(rest)})")
    head = _head(before.score, after.score)
    return f"{head}: {', '.join(clauses)}." if clauses else f"{head}."


def clause(step: Step, before: Told, after: Told, states: tuple[State, State]) -> str:
    """Say one step without its points."""
    match step.cause:
        case "definition":
            return f"judged by {after.card} instead of {before.card}"
        case "rules":
            return _ruled(states)
        case "override":
            return (
                f"overridden: {after.override}"
                if after.override
                else f"no longer overridden: {before.override}"
            )
    if step.cause == "children":
        return _child(step, states)
    if step.cause == "peers":
        return f"{step.label} stands differently among its peers"
    then, now, measure = (
        step.before or NOT_COVERED,
        step.after or NOT_COVERED,
        measures(states)[step.path],
    )
    return f"{step.label} {_moved(then, now, measure)}"


def reading(value: Value | None, measure: Measure | None) -> str:
    """Say a value with its unit, or why there is none; of an account, which no measure reads, how it stands."""
    if value is None:
        return ""
    if value.missing:
        return REASONS.get(value.missing, value.missing)
    if measure is None:
        return f"{value.label} at {_short(value.number or 0.0)}"
    return value.label if value.label is not None else number(value.number or 0.0, measure)


def measures(states: tuple[State, State]) -> dict[str, Measure]:
    """The measures of both cards by path; the later card's stand."""
    return {
        path: entry.measure
        for state in states
        for path, entry in walk(state.definition.root)
        if isinstance(entry, Leaf)
    }


def _child(step: Step, states: tuple[State, State]) -> str:
    """Say where a child stood and stands."""
    then, now = step.before, step.after
    if not step.path:
        return f"its health {'comes' if states[1].children else 'no longer comes'} from the accounts below it"
    if now is None or now.number is None:
        return f"{step.label} no longer counts for it"
    if then is None or then.number is None:
        return f"{step.label} counts for it now, at {_short(now.number)}"
    if then.number == now.number:
        return f"{step.label} stayed at {_short(now.number)} and weighs otherwise"
    return f"{step.label} {_verb(then, now)} from {_short(then.number)} to {_short(now.number)}"


def _moved(then: Value, now: Value, measure: Measure) -> str:
    if now.missing:
        return f"is no longer known, as {reading(now, measure)}"
    if then.missing:
        return f"is known now: {reading(now, measure)}"
    was, is_now = reading(then, measure), reading(now, measure)
    if was != is_now:
        return f"{_verb(then, now)} from {was} to {is_now}"
    if then.number != now.number:
        return f"{_verb(then, now)} a little, at {is_now}"
    if then.target != now.target:
        return f"stayed at {is_now} while its target went from {_target(then)} to {_target(now)}"
    return f"stayed at {is_now}"


def _verb(then: Value, now: Value) -> str:
    if then.number is None or now.number is None:
        return "went"
    return "rose" if now.number > then.number else "fell"


def _target(value: Value) -> str:
    return "none" if value.target is None else f"{value.target:.3g}"


def _ruled(states: tuple[State, State]) -> str:
    """Name the rules that hold now and did not, or no longer do; where they are the same, that they do something else."""
    then, now = (_holding(state) for state in states)
    new = [
        f"a {rule.kind} of {rule.points:g} holds now: {rule.because.rstrip('.')}"
        for rule in now
        if rule not in then
    ]
    gone = [
        f"a {rule.kind} of {rule.points:g} no longer holds: {rule.because.rstrip('.')}"
        for rule in then
        if rule not in now
    ]
    return " and ".join(new + gone) or "the rules take or add something else"


def _holding(state: State) -> list[Rule]:
    """List the rules that change the score of a state."""
    return list(scores.rules_with_effect(state.definition, state.values))


def _head(then: float | None, now: float | None) -> str:
    if then is None or now is None:
        known = "Was not scored and is not" if then is None and now is None else ""
        gone = f"Has no score any more, after {then:.1f}" if then is not None else ""
        return known or gone or f"Has a score again: {now:.1f}"
    moved = now - then
    if abs(moved) < LEAST_MOVE:
        return f"Stands at {now:.1f}, as before"
    return f"{'Rose' if moved > 0 else 'Fell'} {_short(abs(moved))} points from {_short(then)} to {_short(now)}"


def _short(points: float) -> str:
    """Write points with one decimal, and none where it is 0.

    >>> _short(71.0), _short(58.96)
    ('71', '59')
    """
    return f"{points:.1f}".removesuffix(".0")


def _signed(points: float) -> str:
    """Write points with their sign.

    >>> _signed(-9.04), _signed(3.25)
    ('-9', '+3.2')
    """
    return ("+" if points > 0 else "-") + _short(abs(points))
