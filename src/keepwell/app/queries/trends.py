"""This file answers where scores are going: moves over the card's look-back, beside what is usual for each account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
A_YEAR = timedelta(days=366)


def published(viewer: Viewer, account_id: str, until: date = date.max) -> tuple[ScoreRow, ...]:
    """The published scores of one account up to a date, one a date, the earliest first."""
    every = runs.latest_by_date(SYSTEM, runs.PUBLISHED, until)
    found = scores.of_some(viewer, every, [account_id])
    return tuple(sorted(found, key=lambda row: row.as_of))


@dataclass(frozen=True)
class Lately:
    """The scores of some accounts up to a run, as they were published, and the move of each by its id."""

    rows: Mapping[str, Mapping[date, ScoreRow]]
    dates: tuple[date, ...]
    moves: Mapping[str, Move]

    def points(self, account_id: str, weeks: int) -> tuple[float | None, ...]:
        """The scores of one account over the last weeks, a point a date; none where there was no score."""
        own = self.rows.get(account_id, {})
        since = self.dates[-1] - timedelta(weeks=weeks) if self.dates else date.min
        return tuple(own[on].score if on in own else None for on in self.dates if on >= since)


def lately(
    viewer: Viewer,
    run: ScoredRun,
    account_ids: Collection[str],
    *,
    weeks: int,
    overridden: Mapping[str, ScoreRow] | None = None,
) -> Lately:
    """Read the scores of some accounts over the last weeks up to a run, and how far each has moved: with two questions.

    `overridden` are those whose score is another today, as `scores.overridden_on` gives them. Moves are those of `moves`.
    """
    card = card_of(SYSTEM, run)
    compared = looked_at(viewer, run)
    since = run.as_of - timedelta(weeks=weeks)
    shown = [
        each for each in runs_since(viewer, run.kind, run.as_of, since) if each.as_of < run.as_of
    ]
    among = {each.run_id: each for each in (*shown, *compared)}
    rows: dict[str, dict[date, ScoreRow]] = defaultdict(dict)
    for row in scores.of_some(viewer, list(among.values()), account_ids):
        rows[row.account_id][row.as_of] = row
    dates = {each.as_of for each in compared}
    moves = {}
    for account_id, own in rows.items():
        computed = {on: row.computed_score for on, row in own.items() if on in dates}
        last = (overridden or {}).get(account_id, own.get(run.as_of))
        is_overridden = bool(last and last.override)
        moves[account_id] = trend.move(computed, run.as_of, card, is_overridden=is_overridden)
    in_order = {account_id: dict(sorted(own.items())) for account_id, own in rows.items()}
    return Lately(in_order, tuple(sorted({each.as_of for each in among.values()})), moves)


def moves(
    viewer: Viewer, run: ScoredRun, account_ids: Collection[str], *, on: date | None = None
) -> Mapping[str, Move]:
    """The move of each of some accounts' scores up to a run, measured against earlier runs of its kind.

    Computed scores are compared; a score that is overridden has no move. With `on` the overrides of that day count. This is
    the one trend of an account: of lists, explanations, exports and JSON.
    """
    overridden = scores.overridden_on(viewer, run, on, account_ids) if on else None
    return lately(viewer, run, account_ids, weeks=0, overridden=overridden).moves


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
    own = moves_of_many(viewer, installation, run, [account_id]).get(account_id, {})
    return {**own, "": moves(viewer, run, [account_id], on=on).get(account_id, Move())}


def moves_of_many(
    viewer: Viewer, installation: Installation, run: ScoredRun, account_ids: Collection[str]
) -> dict[str, dict[str, Move]]:
    """The moves of the points of every entry of some accounts' trees, by account and path."""
    card, among = card_of(SYSTEM, run), looked_at(viewer, run)
    kept = current_lines.of_some(viewer, run, account_ids) if run.is_current else {}
    dates = tuple((each.as_of, each.run_id) for each in among)
    found = {}
    for account_id in account_ids:
        packed = kept.get(account_id)
        histories: Mapping[str, Mapping[date, float | None]]
        # Dates that were scored after the read model was built are in files alone.
        if packed and packed.runs == dates:
            histories = packed.history
        else:
            histories = _histories(queries.evidence.points(viewer, installation, among, account_id))
        found[account_id] = {
            path: trend.move(history, run.as_of, card) for path, history in histories.items()
        }
    return found


def live_moves(
    viewer: Viewer, installation: Installation, row: ScoreRow, lines: Sequence[Line], card: Trend
) -> dict[str, Move]:
    """The moves up to a score that belongs to no run, measured against the published runs before."""
    before = _weeks(viewer, "published", row.as_of, card, also=row.as_of)
    histories = _histories(queries.evidence.points(viewer, installation, before, row.account_id))
    for line in lines:
        if line.kind != "rule":
            histories[line.path][row.as_of] = line.points
    own = scores.of_some(viewer, before, [row.account_id])
    histories[""] = {each.as_of: each.computed_score for each in own}
    histories[""][row.as_of] = row.computed_score
    return {
        path: trend.move(
            history, row.as_of, card, is_overridden=not path and row.override is not None
        )
        for path, history in histories.items()
    }


def looked_at(viewer: Viewer, run: ScoredRun) -> list[ScoredRun]:
    """The runs that a move up to a run looks at, by date: those of its kind before it, and itself."""
    return [*_weeks(viewer, run.kind, run.as_of, card_of(SYSTEM, run), also=run.as_of), run]


def _weeks(viewer: Viewer, kind: str, until: date, card: Trend, *, also: date) -> list[ScoredRun]:
    """The runs of a kind that a move up to a date looks at, without that of the date itself."""
    since = until - max(timedelta(weeks=trend.WEEKS + 1), timedelta(days=2 * card.look_back_days))
    by_date = {run.as_of: run for run in runs_since(viewer, kind, until, since)}
    dates = trend.weeks([*{*by_date, also}], until, card)
    return [by_date[on] for on in dates if on != also]


def runs_since(viewer: Viewer, kind: str, until: date, since: date) -> list[ScoredRun]:
    """The runs of some dates. All of a year are read: what one page asks for different reasons is then one question."""
    asked = min(since, until - A_YEAR)
    return [run for run in runs.latest_by_date(viewer, kind, until, asked) if run.as_of >= since]


def _histories(points: Sequence[tuple[str, date, float | None]]) -> dict[str, History]:
    found: dict[str, History] = defaultdict(dict)
    for path, on, earned in points:
        found[path][on] = earned
    return found


def card_of(viewer: Viewer, run: ScoredRun) -> Trend:
    """What the run's card says of trends; a draft's text is not stored, so it gets what is usual."""
    return scorecards.of_run(viewer, run).trend if run.version else USUAL
