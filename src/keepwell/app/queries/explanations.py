"""This file answers why an account has its score: the tree of its card with values, points and contributions, and a summary."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from keepwell.app import queries
from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, current_lines, scorecards, scores
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.scores import NotScored
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.errors import Invalid
from keepwell.health.definition import segment
from keepwell.health.definition.band import Band
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Line, Score, Status
from keepwell.health.explain import summary, tree
from keepwell.health.explain.parents import ITSELF
from keepwell.health.explain.summary import Part, Summary
from keepwell.health.explain.tree import Branch


class TextNeeded(Invalid):
    """The run was made from a draft, whose text is not stored."""

    code = "S110"


@dataclass(frozen=True)
class Explanation:
    """One account's score with its reasons. `root` is the card's tree; contributions below add up to the one above."""

    account_id: str
    name: str
    row: ScoreRow
    root: Branch
    summary: Summary
    bands: tuple[Band, ...] = ()


def explanation(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    account_id: str,
    *,
    text: str | None = None,
    on: date | None = None,
    row: ScoreRow | None = None,
) -> Explanation:
    """Explain one account's score in a run; `text` is the definition of a draft, `on` the day whose overrides stand.

    `row` is the score itself, where it is at hand.

    Lines of the run in the read model come from there, those of others from files. Raises `NotScored`, `TextNeeded`,
    and `IntegrityError`.
    """
    if row is None:
        try:
            row = scores.row(viewer, run, account_id, on=on)
        except NotScored:  # what it is instead is read from facts, which no other explanation opens
            row = queries.population.row(viewer, installation, run, account_id, on=on)
    lines = lines_of(viewer, installation, run, [account_id]).get(account_id, ())
    found = of_lines(viewer, row, definition_of(viewer, run, text), lines)
    if not any(found.root.accounts()):
        return found
    heaviest = summary.heaviest(found.root, found.bands)
    if heaviest is None or not viewer.may_see(heaviest.line.name):
        return found
    if heaviest.line.kind == "own":
        own = segment.applied(definition_of(viewer, run, text), account_id, row.segment).definition
        alone = _itself(found, own)
        return replace(found, summary=replace(found.summary, below=alone))
    below = explanation(viewer, installation, run, heaviest.line.name, text=text, on=on)
    return replace(found, summary=replace(found.summary, below=below.summary))


def of_many(
    viewer: Viewer, installation: Installation, run: ScoredRun, rows: Sequence[ScoreRow]
) -> dict[str, Explanation]:
    """Explain the scores of some accounts in a run, each by itself: what weighs on those below them is not said."""
    card = definition_of(viewer, run)
    lines = lines_of(viewer, installation, run, [row.account_id for row in rows])
    below = (name for of_one in lines.values() for name in _children(of_one))
    names = accounts.names(viewer, {*lines, *below})
    return {
        row.account_id: _of_lines(row, card, lines.get(row.account_id, ()), names)
        for row in rows
        if row.account_id in names
    }


def of_lines(viewer: Viewer, row: ScoreRow, card: Definition, lines: Sequence[Line]) -> Explanation:
    """Explain one account's score by the lines behind it; `card` is the one of all accounts."""
    if not viewer.may_see(row.account_id):
        raise NotScored(
            f"`{row.account_id}` was not scored on {row.as_of}: the account did not exist yet."
        )
    names = {row.account_id: accounts.account(viewer, row.account_id).label}
    if children := _children(lines):
        names |= accounts.names(viewer, children)
    return _of_lines(row, card, lines, names)


def _of_lines(
    row: ScoreRow, card: Definition, lines: Sequence[Line], names: Mapping[str, str]
) -> Explanation:
    own = segment.applied(card, row.account_id, row.segment).definition
    root = tree.tree(own, lines, names)
    name = names.get(row.account_id, row.account_id)
    return Explanation(row.account_id, name, row, root, _summary(name, row, root, own), own.bands)


def biggest_drags(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    among: Collection[str],
    *,
    text: str | None = None,
) -> dict[str, Part | None]:
    """Find the biggest drag on each of some accounts' scores in a run; none where nothing costs half a point."""
    definition = definition_of(viewer, run, text)
    lines = lines_of(viewer, installation, run, among)
    below = {name for of_one in lines.values() for name in _children(of_one)}
    names = accounts.names(viewer, below)
    return {
        account_id: summary.biggest_drag(tree.tree(definition, of_one, names), definition.bands)
        for account_id, of_one in lines.items()
    }


def lines_of(
    viewer: Viewer, installation: Installation, run: ScoredRun, among: Collection[str]
) -> dict[str, Sequence[Line]]:
    """The tree behind the score of each of some accounts in a run, from the read model where the run is in it."""
    found: dict[str, Sequence[Line]] = {}
    if run.is_current:
        for account_id, packed in current_lines.of_some(viewer, run, among).items():
            found[account_id] = packed.lines
    if missing := set(among) - found.keys():
        own: dict[str, list[Line]] = {}
        for line in queries.evidence.lines(viewer, installation, run, missing):
            own.setdefault(line.account_id, []).append(line)
        found |= own
    return found


def definition_of(viewer: Viewer, run: ScoredRun, text: str | None = None) -> Definition:
    """The card that a run was made with; `text` is the one of a draft. Raises `TextNeeded`."""
    if run.version:
        return scorecards.of_run(viewer, run)
    if text is None:
        raise TextNeeded("The run was made from a draft. Give its card with `--card`.")
    return scorecards.read(viewer, text)


def _children(lines: Iterable[Line]) -> list[str]:
    return [line.name for line in lines if line.kind == "child"]


def _itself(found: Explanation, definition: Definition) -> Summary | None:
    """Sum up the account without those below it, where it counts among its own children."""
    root = found.root.itself()
    if root is None:
        return None
    score = Score(
        found.account_id, found.row.as_of, root.line.points, None, None, 1.0, None, "scored"
    )
    return summary.of(ITSELF, score, root, definition)


def _summary(name: str, row: ScoreRow, root: Branch, definition: Definition) -> Summary:
    """Sum up the computed score, and put an override above it where one stands."""
    status: Status = "scored" if row.computed_score is not None else "not enough data"
    score = Score(
        row.account_id, row.as_of, row.computed_score, row.computed_band, None, row.coverage or 0.0, row.freshness_days, status,
    )  # fmt: skip
    computed = summary.of(name, score, root, definition)
    if not row.override:
        return computed
    return summary.overridden(computed, row.score or 0.0, row.band, row.override)
