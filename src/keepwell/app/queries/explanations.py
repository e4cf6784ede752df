"""This file answers why an account has its score: the tree of its card with values, points and contributions, and a summary."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from keepwell.app.installation import Installation
from keepwell.app.queries import accounts, facts, scorecards, scores
from keepwell.app.queries.scores import ScoredRun, ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.errors import Invalid, NotFound
from keepwell.health.definition import document, segment
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Line, Score, Status
from keepwell.health.explain import summary, tree
from keepwell.health.explain.summary import Part, Summary
from keepwell.health.explain.tree import Branch


class NotScored(NotFound):
    """The account is known, but the run has no score of it."""

    code = "S109"


class TextNeeded(Invalid):
    """The run was made from a draft, whose text is not kept."""

    code = "S110"


@dataclass(frozen=True)
class Explanation:
    """One account's score with its reasons. `root` is the card's tree; contributions below add up to the one above."""

    account_id: str
    name: str
    row: ScoreRow
    root: Branch
    summary: Summary


def explanation(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    account_id: str,
    *,
    text: str | None = None,
) -> Explanation:
    """Explain one account's score in a run; `text` is the definition of a draft.

    Raises `NotScored`, `TextNeeded`, and `IntegrityError`.
    """
    row = row_of(viewer, run, account_id)
    card, lines = (
        definition_of(viewer, run, text),
        scores.lines(viewer, installation, run.run_id, {account_id}),
    )
    found = told(viewer, row, card, lines)
    heaviest = max(found.root.accounts(), key=lambda child: child.points_lost, default=None)
    if heaviest is None:
        return found
    below = explanation(viewer, installation, run, heaviest.line.name, text=text)
    return replace(found, summary=replace(found.summary, below=below.summary))


def told(viewer: Viewer, row: ScoreRow, card: Definition, lines: Sequence[Line]) -> Explanation:
    """Explain one account's score by the lines behind it; `card` is the one of all accounts."""
    own, names = (
        segment.applied(card, row.account_id, row.segment).definition,
        accounts.names(viewer),
    )
    root = tree.tree(own, lines, names)
    name = names.get(row.account_id, row.account_id)
    return Explanation(row.account_id, name, row, root, _summary(name, row, root, own))


def biggest_drags(
    viewer: Viewer, installation: Installation, run: ScoredRun, among: Set[str]
) -> dict[str, Part | None]:
    """Find the biggest drag on each of some accounts' scores in a run; none where nothing costs half a point."""
    definition, names = definition_of(viewer, run), accounts.names(viewer)
    lines: dict[str, list[Line]] = {}
    for line in scores.lines(viewer, installation, run.run_id, among):
        lines.setdefault(line.account_id, []).append(line)
    return {
        account_id: summary.biggest_drag(tree.tree(definition, of_account, names))
        for account_id, of_account in lines.items()
    }


def definition_of(viewer: Viewer, run: ScoredRun, text: str | None = None) -> Definition:
    """The card that a run was made with; `text` is the one of a draft. Raises `TextNeeded`."""
    version = scorecards.version(viewer, run.version) if run.version else None
    written = version.text if version else text
    if written is None:
        raise TextNeeded("The run was made from a draft. Give its card with `--card`.")
    return read(viewer, written)


def read(viewer: Viewer, text: str) -> Definition:
    """Read the text of a card that was scored before."""
    definition = document.read(text, file="scorecard", tables=facts.tables(viewer)).definition
    assert definition is not None, "a definition that was scored can be read"
    return definition


def row_of(viewer: Viewer, run: ScoredRun, account_id: str) -> ScoreRow:
    """One account's score in a run; raises `NotScored`."""
    row = next(
        (row for row in scores.rows(viewer, run.run_id) if row.account_id == account_id), None
    )
    if row is None:
        raise NotScored(f"`{account_id}` was not scored on {run.as_of}: it was no account yet.")
    return row


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
