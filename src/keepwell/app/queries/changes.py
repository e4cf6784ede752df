"""This file answers what moved an account's score between two runs: steps by cause that add up, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, explanations, scores
from keepwell.app.queries.scores import ScoredRun
from keepwell.app.viewers import Viewer
from keepwell.health.definition import segment
from keepwell.health.explain import change, clauses
from keepwell.health.explain.change import Cause, State, Step
from keepwell.health.explain.clauses import Told


@dataclass(frozen=True)
class Side:
    """One side of a change: the run, where it was kept, its date and version, and what the account had there."""

    run_id: str | None
    as_of: date
    version: int | None
    score: float | None
    computed_score: float | None
    band: str | None
    segment: str
    override: str | None


@dataclass(frozen=True)
class StepTold:
    """One step as it is shown: its cause, what moved, where that stood and stands in words, and the points."""

    cause: Cause
    path: str
    title: str
    before: str
    after: str
    points: float
    clause: str


@dataclass(frozen=True)
class Change:
    """Two sides of an account and the steps between them, whose points add up to `points` (1e-9).

    A side without a score is taken for what the points of its tree would have been.
    """

    account_id: str
    name: str
    before: Side
    after: Side
    points: float
    causes: Mapping[Cause, float]
    steps: tuple[StepTold, ...]
    sentence: str


def changed(
    viewer: Viewer, installation: Installation, before: ScoredRun, after: ScoredRun, account_id: str
) -> Change:
    """Tell the change from one kept run to another. Raises `NotScored`, `TextNeeded` for a draft, and `IntegrityError`."""
    found = [_kept(viewer, installation, run, account_id) for run in (before, after)]
    return told(viewer, account_id, (found[0][0], found[1][0]), (found[0][1], found[1][1]))


def told(
    viewer: Viewer, account_id: str, sides: tuple[Side, Side], states: tuple[State, State]
) -> Change:
    """Tell the change from one state to another."""
    names = accounts.names(viewer)
    steps = tuple(
        replace(step, label=names.get(step.label, step.label)) if step.cause == "children" else step
        for step in change.changed(*states)
    )
    words = _told(sides)
    return Change(
        account_id,
        names.get(account_id, account_id),
        *sides,
        points=change.difference(*states),
        causes=change.by_cause(steps),
        steps=tuple(_step(step, words, states) for step in steps),
        sentence=clauses.sentence(*words, steps, states),
    )


def _kept(
    viewer: Viewer, installation: Installation, run: ScoredRun, account_id: str
) -> tuple[Side, State]:
    row = explanations.row_of(viewer, run, account_id)
    lines, peers = (
        scores.lines(viewer, installation, run.run_id, {account_id}),
        scores.peers(viewer, installation, run.run_id),
    )
    card = segment.applied(
        explanations.definition_of(viewer, run), account_id, row.segment
    ).definition
    state = change.state(card, lines, peers)
    side = Side(
        run.run_id, run.as_of, run.version, row.score, row.computed_score, row.band, row.segment, row.override
    )  # fmt: skip
    return side, replace(state, override=row.score if row.override else None)


def _told(sides: tuple[Side, Side]) -> tuple[Told, Told]:
    """Name the cards by what tells them apart: the version, else the segment."""
    before, after = sides
    names = [f"version {side.version}" for side in sides]
    if before.version == after.version:
        names = [f"the card of {side.segment}" for side in sides]
    elif before.segment != after.segment:
        names = [f"version {side.version} for {side.segment}" for side in sides]
    first, second = (
        Told(side.score, name, side.override or "") for side, name in zip(sides, names, strict=True)
    )  # fmt: skip
    return first, second


def _step(step: Step, words: tuple[Told, Told], states: tuple[State, State]) -> StepTold:
    said = clauses.clause(step, *words, states)
    if not step.path:
        title = {
            "definition": "The card", "rules": "Rules", "children": "Accounts below", "override": "Override",
        }[step.cause]  # fmt: skip
        sides = {
            "definition": (words[0].card, words[1].card),
            "rules": ("", said),
            "children": ("", said),
            "override": (words[0].override or "none", words[1].override or "none"),
        }[step.cause]
        return StepTold(step.cause, "", title, *sides, step.points, said)
    measure = clauses.measures(states).get(step.path)
    before, after = (clauses.reading(value, measure) for value in (step.before, step.after))
    return StepTold(step.cause, step.path, step.label, before, after, step.points, said)
