"""This file answers where scores are going: moves over the card's look-back, beside what is usual for each account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from keepwell.app import queries
from keepwell.app.installation import Installation
from keepwell.app.queries import current_lines, runs, scorecards, scores
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.health.definition.trend import USUAL, Trend
from keepwell.health.engines.protocol import Line
from keepwell.health.explain import trend
from keepwell.health.explain.trend import Move

History = dict[date, float | None]


def points(viewer: Viewer, account_id: str) -> tuple[tuple[date, float | None], ...]:
    """The published scores of one account, one a date, the earliest first."""
    every = runs.latest_by_date(SYSTEM, "published", date.max)
    found = scores.points(viewer, every, [account_id])
    return tuple(sorted((on, score) for _, on, score in found))


def moves(
    viewer: Viewer, run: ScoredRun, account_ids: Collection[str], *, on: date | None = None
) -> dict[str, Move]:
    """The move of each of some accounts' scores up to a run, measured against earlier runs of its kind.

    With `on` the scores of the run are taken by the overrides that stand on that day.
    """
    card = _card(run)
    histories: dict[str, History] = defaultdict(dict)
    for account_id, day, score in scores.points(viewer, looked_at(viewer, run), account_ids):
        histories[account_id][day] = score
    if on:
        for account_id, row in scores.overridden_on(viewer, run, on, account_ids).items():
            histories[account_id][run.as_of] = row.score
    return {
        account_id: trend.move(history, run.as_of, card)
        for account_id, history in histories.items()
    }


def moves_of(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    account_id: str,
    *,
    on: date | None = None,
) -> dict[str, Move]:
    """The moves of the points of every entry of one account's tree, by path; the score itself has the empty one."""
    if not viewer.may_see(account_id):
        return {}
    card, among = _card(run), looked_at(viewer, run)
    found = current_lines.of(viewer, run, account_id) if run.is_current else None
    histories: Mapping[str, Mapping[date, float | None]]
    # Dates that were scored after the read model was built are in files alone.
    if found and found.runs == tuple((each.as_of, each.run_id) for each in among):
        histories = found.history
    else:
        histories = _histories(queries.evidence.points(viewer, installation, among, account_id))
    own = {path: trend.move(history, run.as_of, card) for path, history in histories.items()}
    return own | {"": moves(viewer, run, [account_id], on=on).get(account_id, Move())}


def live_moves(
    viewer: Viewer, installation: Installation, row: ScoreRow, lines: Sequence[Line], card: Trend
) -> dict[str, Move]:
    """The moves up to a score that belongs to no run, measured against the published runs before."""
    before = _weeks(viewer, "published", row.as_of, card, also=row.as_of)
    histories = _histories(queries.evidence.points(viewer, installation, before, row.account_id))
    for line in lines:
        if line.kind != "rule":
            histories[line.path][row.as_of] = line.points
    histories[""] = {on: score for _, on, score in scores.points(viewer, before, [row.account_id])}
    histories[""][row.as_of] = row.score
    return {path: trend.move(history, row.as_of, card) for path, history in histories.items()}


def looked_at(viewer: Viewer, run: ScoredRun) -> list[ScoredRun]:
    """The runs that a move up to a run looks at, by date: those of its kind before it, and itself."""
    return [*_weeks(viewer, run.kind, run.as_of, _card(run), also=run.as_of), run]


def _weeks(viewer: Viewer, kind: str, until: date, card: Trend, *, also: date) -> list[ScoredRun]:
    """The runs of a kind that a move up to a date looks at, without that of the date itself."""
    since = until - max(timedelta(weeks=trend.WEEKS + 1), timedelta(days=2 * card.look_back_days))
    by_date = {run.as_of: run for run in runs.latest_by_date(viewer, kind, until, since)}
    dates = trend.weeks([*{*by_date, also}], until, card)
    return [by_date[on] for on in dates if on != also]


def _histories(points: Sequence[tuple[str, date, float | None]]) -> dict[str, History]:
    found: dict[str, History] = defaultdict(dict)
    for path, on, earned in points:
        found[path][on] = earned
    return found


def _card(run: ScoredRun) -> Trend:
    """What the run's card says of trends; a draft's text is not stored, so it gets what is usual."""
    return scorecards.definition(SYSTEM, run.version).trend if run.version else USUAL
