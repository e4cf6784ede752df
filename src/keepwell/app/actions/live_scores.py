"""This file scores one account over all facts so far, outside of any run, and keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from keepwell.app.actions import engines, score_writer, scorecards
from keepwell.app.actions.scores import NothingPublished
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, evidence, explanations, overrides, runs, scores, trends
from keepwell.app.queries import scorecards as versions
from keepwell.app.queries.explanations import Explanation
from keepwell.app.queries.runs import PUBLISHED, ScoredRun
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.score_row import OfRun
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.health.definition import scale, segment
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Line, Peers, Score
from keepwell.health.explain.trend import Move

LIVE = "live"


@dataclass(frozen=True)
class LiveScore:
    """An explanation that belongs to no run, with the moves of its entries by path.

    Where its card judges among peers, `peers_of` is the run that froze them, none where no run has.
    """

    explanation: Explanation
    moves: Mapping[str, Move]
    has_peers: bool
    peers_of: ScoredRun | None


def explained(*, installation: Installation, account_id: str, as_of: date, by: Actor) -> LiveScore:
    """Score one account by the latest published card with all facts so far, and say why.

    Peers are those that the latest run up to the date froze; bands hold on to those that a run for the date would hold on
    to. Raises `accounts.NoSuchAccount`, `NothingPublished`, `engines.NothingLoaded`, `NotScored` and `IntegrityError`.
    """
    version = versions.latest(SYSTEM)
    if version is None:
        raise NothingPublished("No scorecard is published yet. Publish one first.")
    with engines.latest(installation) as snapshot:
        accounts.account(by.viewer, account_id)
        card = scorecards.read(version.text, file=f"version {version.number}")
        latest, among = runs.latest_until(SYSTEM, as_of, kind=PUBLISHED), _among_peers(card)
        frozen = _frozen(installation, latest, among) if latest and among else {}
        score, lines = _scored(snapshot, card, account_id, as_of, frozen)
    of_run = OfRun(None, LIVE, version.number, snapshot.batch)
    override = overrides.in_force(SYSTEM, as_of, [account_id]).get(account_id)
    row = score_writer.row(of_run, card, score, None, override)
    found = explanations.of_lines(by.viewer, row, card, lines)
    return LiveScore(
        found,
        trends.live_moves(by.viewer, installation, row, lines, card.trend),
        bool(among),
        latest if frozen else None,
    )


def _scored(
    snapshot: Snapshot, card: Definition, account_id: str, as_of: date, frozen: Peers
) -> tuple[Score, list[Line]]:
    """Ask the engine for one account alone, which opens no files of others."""
    held = runs.latest_before(SYSTEM, as_of, name=card.name) if card.hysteresis else None
    before = scores.computed_bands(SYSTEM, held.run_id, [account_id]) if held else None
    with engines.opened(snapshot, [account_id]) as engine:
        result = engine.score(card, as_of, before, [account_id], frozen)
        if not result.scores():
            standing = engine.standings(as_of, [account_id]).get(account_id)
            raise scores.not_scored(SYSTEM, account_id, as_of, standing)
        return result.scores()[0], result.lines()


def _frozen(installation: Installation, run: ScoredRun, among: Mapping[str, set[Measure]]) -> Peers:
    """The peers of a run, of the measures that its card took alike: values that were taken otherwise are no peers' values."""
    then = _among_peers(explanations.definition_of(SYSTEM, run))
    kept = evidence.peers(SYSTEM, installation, run)
    return {
        path: groups
        for path, groups in kept.items()
        if path in among and then.get(path) == among[path]
    }


def _among_peers(card: Definition) -> dict[str, set[Measure]]:
    """By path, the measures that some variant of a card judges among peers, without their words."""
    found: dict[str, set[Measure]] = {}
    for path, leaf in segment.leaves(card):
        if isinstance(leaf.measure.scale, scale.Peers):
            found.setdefault(path, set()).add(_wordless(leaf.measure))
    return found


def _wordless(measure: Measure) -> Measure:
    """A measure without what is only said of it."""
    return replace(
        measure,
        title="",
        unit="",
        is_leading=None,
        is_manual=False,
        why="",
        outcome="",
        playbook="",
    )
