"""This file answers where scores are going: moves over the card's look-back, beside what is usual for each account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from keepwell.app.installation import Installation
from keepwell.app.queries import explanations, scores
from keepwell.app.queries.scores import ScoredRun, ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.health.definition.trend import USUAL, Trend
from keepwell.health.engines.protocol import Line
from keepwell.health.explain import trend
from keepwell.health.explain.trend import Move

History = dict[date, float | None]


def moves(viewer: Viewer, run: ScoredRun) -> dict[str, Move]:
    """The move of each account's score up to a run, measured against earlier runs of its kind."""
    card = _card(viewer, run)
    points: dict[str, History] = defaultdict(dict)
    for account_id, on, score in scores.points(viewer, _earlier(viewer, run, card)):
        points[account_id][on] = score
    return {
        account_id: trend.move(history, run.as_of, card) for account_id, history in points.items()
    }


def moves_of(
    viewer: Viewer, installation: Installation, run: ScoredRun, account_id: str
) -> dict[str, Move]:
    """The moves of the points of every entry of one account's tree, by path; the score itself has the empty one."""
    card = _card(viewer, run)
    points = _points(viewer, installation, _earlier(viewer, run, card), account_id)
    return {path: trend.move(history, run.as_of, card) for path, history in points.items()}


def live_moves(
    viewer: Viewer, installation: Installation, row: ScoreRow, lines: Sequence[Line], card: Trend
) -> dict[str, Move]:
    """The moves up to a score that belongs to no run, measured against the published runs before."""
    runs = {run.as_of: run for run in scores.latest_by_date(viewer, "published", row.as_of)}
    dates = trend.weeks([*runs, row.as_of], row.as_of, card)
    points = _points(viewer, installation, [runs[on] for on in dates if on in runs], row.account_id)
    for line in lines:
        if line.kind != "rule":
            points[line.path][row.as_of] = line.points
    points[""][row.as_of] = row.score
    return {path: trend.move(history, row.as_of, card) for path, history in points.items()}


def _points(
    viewer: Viewer, installation: Installation, runs: Sequence[ScoredRun], account_id: str
) -> dict[str, History]:
    """The points of every entry of one account's tree in some runs, by path; the score itself has the empty one."""
    points: dict[str, History] = defaultdict(dict)
    for path, on, earned in scores.points_of_lines(viewer, installation, runs, account_id):
        points[path][on] = earned
    points[""] = {on: score for _, on, score in scores.points(viewer, runs, account_id)}
    return points


def _card(viewer: Viewer, run: ScoredRun) -> Trend:
    """What the run's card says of trends; a draft's text is not kept, so it gets what is usual."""
    return explanations.definition_of(viewer, run).trend if run.version else USUAL


def _earlier(viewer: Viewer, run: ScoredRun, card: Trend) -> Sequence[ScoredRun]:
    """The run and those before it that a move looks at."""
    by_date = {each.as_of: each for each in scores.latest_by_date(viewer, run.kind, run.as_of)} | {
        run.as_of: run
    }
    return [by_date[on] for on in trend.weeks(list(by_date), run.as_of, card)]
