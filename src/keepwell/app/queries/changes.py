"""This file answers what moved an account's score between two runs: steps by cause that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from keepwell.app import queries
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, explanations, scores
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.scores import NotScored
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.health.definition import segment
from keepwell.health.definition.band import Band
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Standing
from keepwell.health.explain import card_differences, score_change
from keepwell.health.explain.card_difference import Difference
from keepwell.health.explain.score_change import Cause, State, Step, Unmoved


@dataclass(frozen=True)
class Side:
    """One side of a change: the run, if there is one, its date and version, and the account's score in it."""

    run_id: str | None
    as_of: date
    version: int | None
    score: float | None
    computed_score: float | None
    band: str | None
    segment: str
    override: str | None
    bands: tuple[Band, ...] = ()
    standing: Standing | None = None  # what the account was, where it was left out


@dataclass(frozen=True)
class Change:
    """Two sides of an account and the steps between them, whose points add up to `points` (1e-9).

    A side without a score counts as what the points of its tree would have been. `sides` names the two cards by what
    tells them apart: the version, else the segment. `unmoved` are the measures that moved the score by nothing;
    `differences` is what the two cards say differently of this account, where that is one of the steps.
    """

    account_id: str
    name: str
    before: Side
    after: Side
    points: float
    causes: Mapping[Cause, float]
    steps: tuple[Step, ...]
    sides: tuple[score_change.Side, score_change.Side]
    unmoved: tuple[Unmoved, ...] = ()
    differences: tuple[Difference, ...] = ()


def changed(
    viewer: Viewer,
    installation: Installation,
    before: ScoredRun,
    after: ScoredRun,
    account_id: str,
    *,
    on: date | None = None,
) -> Change:
    """Explain the change from one run to another; of the newest one give `on`, today.

    One of the two may have left the account out. Raises `NotScored`, `TextNeeded` for a draft, and `IntegrityError`.
    """
    found: list[tuple[Side, State]] = []
    for run, day in ((before, None), (after, on)):
        try:
            found.append(_of_run(viewer, installation, run, account_id, day))
        except NotScored:
            found.append(_of_nothing(viewer, installation, run, account_id))
    (first, state_before), (second, state_after) = found
    if first.standing and second.standing:
        raise scores.not_scored(viewer, account_id, after.as_of, second.standing)
    return between(viewer, account_id, (first, second), (state_before, state_after))


def between(
    viewer: Viewer, account_id: str, sides: tuple[Side, Side], states: tuple[State, State]
) -> Change:
    """Tell the change from one state to another."""
    children = {line.name for state in states for line in state.children}
    names = accounts.names(viewer, {account_id, *children})
    steps = tuple(
        replace(step, label=names.get(step.label, step.label)) if step.cause == "children" else step
        for step in score_change.changed(*states)
    )
    unmoved = tuple(
        replace(each, label=names.get(each.label, each.label)) if children else each
        for each in score_change.unmoved(*states, steps)
    )
    has_other_card = any(step.cause == "definition" for step in steps)
    return Change(
        account_id,
        names.get(account_id, account_id),
        *sides,
        points=score_change.difference(*states),
        causes=score_change.by_cause(steps),
        steps=steps,
        sides=_named(*sides),
        unmoved=unmoved,
        differences=card_differences.between(*(each.definition for each in states)) if has_other_card else (),
    )  # fmt: skip


def _of_run(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    account_id: str,
    on: date | None = None,
) -> tuple[Side, State]:
    row = scores.row(viewer, run, account_id, on=on)
    lines = explanations.lines_of(viewer, installation, run, [account_id]).get(account_id, ())
    among = {line.path: line.peer_group for line in lines if line.peer_group is not None}
    # Whoever may see this account needs the values that it was placed among, whosever they are.
    peers = queries.evidence.peers(SYSTEM, installation, run, among)
    card = segment.applied(
        explanations.definition_of(viewer, run), account_id, row.segment
    ).definition
    state = score_change.state(card, lines, peers)
    side = Side(
        run.run_id, run.as_of, run.version, row.score, row.computed_score, row.band, row.segment, row.override,
        card.bands,
    )  # fmt: skip
    return side, replace(state, override=row.score if row.override else None)


def _of_nothing(
    viewer: Viewer, installation: Installation, run: ScoredRun, account_id: str
) -> tuple[Side, State]:
    """The side of a run that left the account out; raises `NotScored` where it did not exist yet."""
    among = queries.population.standings(viewer, installation, run, [account_id])
    if account_id not in among:
        raise scores.not_scored(viewer, account_id, run.as_of)
    card = explanations.definition_of(viewer, run)
    return left_out(card, among[account_id], run.as_of, run.version, run.run_id)


def left_out(
    card: Definition,
    standing: Standing,
    as_of: date,
    version: int | None,
    run_id: str | None = None,
) -> tuple[Side, State]:
    """One side of a change on which the account was none that the card is for."""
    side = Side(
        run_id, as_of, version, None, None, None, segment.EVERYONE, None, card.bands, standing
    )
    return side, State(card, {}, left_out=standing)


def _named(before: Side, after: Side) -> tuple[score_change.Side, score_change.Side]:
    if before.version == after.version:
        cards = [f"the card for {side.segment}" for side in (before, after)]
    elif before.segment == after.segment:
        cards = [f"version {side.version}" for side in (before, after)]
    else:
        cards = [f"version {side.version} for {side.segment}" for side in (before, after)]
    first, second = (
        score_change.Side(side.score, card, side.override or "", side.bands)
        for side, card in zip((before, after), cards, strict=True)
    )
    return first, second
