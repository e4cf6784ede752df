"""This file answers what runs scored: all of it, one account or how many in a band, and which overrides stand today."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import QuerySet

from keepwell.app import answers, score_row
from keepwell.app.models import checksums, integrity
from keepwell.app.models.overrides import Override
from keepwell.app.models.scores import CurrentScore, RunCount, Score
from keepwell.app.queries import accounts, overrides, runs, scorecards
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import OfRun, ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError, NotFound
from keepwell.health.definition.band import Band, band_of
from keepwell.health.engines.protocol import Standing
from keepwell.health.explain import prose

Bands: TypeAlias = Mapping[tuple[str | None, str | None], int]  # accounts by band and its meaning


class NotScored(NotFound):
    """The account is known, but the run has no score of it."""

    code = "S109"


@dataclass(frozen=True)
class CountRow:
    """How many accounts of an owner and a segment have a band, and the revenue a year of those where it is known."""

    owner: str
    segment: str
    band: str | None
    meaning: str | None
    accounts: int
    revenue: Decimal
    without_revenue: int


def points_before(
    viewer: Viewer, kind: str, as_of: date, *, unless: date | None = None
) -> dict[str, float | None] | None:
    """Each account's score in the latest run of the kind for an earlier date; none where that is not after `unless`."""
    earlier = runs.latest_until(viewer, as_of - timedelta(days=1), kind=kind)
    if unless and (earlier is None or earlier.as_of <= unless):
        return None
    if earlier is None:
        return {}
    return {row.account_id: row.score for row in rows(viewer, earlier.run_id)}


def points(
    viewer: Viewer, among: Sequence[ScoredRun], account_ids: Collection[str]
) -> list[tuple[str, date, float | None]]:
    """The scores of some accounts in some runs as (account, date, score)."""
    return [(row.account_id, row.as_of, row.score) for row in of_some(viewer, among, account_ids)]


def of_some(
    viewer: Viewer, among: Sequence[ScoredRun], account_ids: Collection[str]
) -> list[ScoreRow]:
    """The scores of some accounts in some runs, as they were published."""
    stored = Score.objects.filter(run__in=[run.run_id for run in among], account_id__in=account_ids)
    return of_query(viewer, stored, among)


def computed_bands(
    viewer: Viewer, run_id: str, among: Collection[str] | None = None
) -> dict[str, str]:
    """The bands that a run computed, overrides left aside: what the bands of the next date hold on to."""
    if among is None:
        found = rows(viewer, run_id)
    else:
        stored = Score.objects.filter(run=run_id, account_id__in=among)
        found = tuple(of_query(viewer, stored, [runs.by_id(viewer, run_id)]))
    return {row.account_id: row.computed_band for row in found if row.computed_band}


def rows(viewer: Viewer, run_id: str) -> tuple[ScoreRow, ...]:
    """All scores of a run by account id, as they were published; raises `IntegrityError` also where one was lost."""
    found = runs.by_id(viewer, run_id)
    stored = Score.objects.filter(run=run_id)
    if stored.count() != found.accounts:
        raise IntegrityError(
            f"The app database has lost or gained scores of run {run_id}.",
            way_out=integrity.WAY_OUT,
            code="I141",
        )
    return tuple(sorted(of_query(viewer, stored, [found]), key=lambda row: row.account_id))


def row(viewer: Viewer, run: ScoredRun, account_id: str, *, on: date | None = None) -> ScoreRow:
    """One account's score in a run; with `on` by the overrides that stand on that day. Raises `NotScored`."""
    found = of_query(viewer, Score.objects.filter(run=run.run_id, account_id=account_id), [run])
    if not found:
        raise not_scored(viewer, account_id, run.as_of)
    if on is None:
        return found[0]
    return overridden_on(viewer, run, on, {account_id}).get(account_id, found[0])


def if_scored(
    viewer: Viewer, run: ScoredRun, account_id: str, *, on: date | None = None
) -> ScoreRow | None:
    """One account's score in a run, as `row` gives it; none where it has none there."""
    try:
        return row(viewer, run, account_id, on=on)
    except NotScored:
        return None


def not_scored(
    viewer: Viewer, account_id: str, as_of: date, standing: Standing | None = None
) -> NotScored:
    """Say why a known account has no score on a date: what it is instead, or that it did not exist yet."""
    if standing is None:
        return NotScored(
            f"`{account_id}` was not scored on {as_of}: the account did not exist yet."
        )
    name = accounts.names(viewer, [account_id]).get(account_id, account_id)
    why = prose.standing(standing.kind, standing.ended)
    return NotScored(f"{name} is {why}. It has no score on {as_of}.")


def counts(viewer: Viewer, run: ScoredRun, *, on: date | None = None) -> tuple[CountRow, ...]:
    """How many accounts a run has by owner, segment and band, and their revenue; of the newest run give `on`, today.

    Accounts of the run in the read model count for the owner and segment that they have now. Raises `IntegrityError`.
    """
    counted: dict[tuple[str, str, str | None, str | None], CountRow] = {}

    def add(score: ScoreRow, account: AccountRow | None, accounts: int = 1) -> None:
        owner, segment = (account.owner, account.segment) if account else ("", "")
        cell = (owner, segment, score.band, score.meaning)
        so_far = counted.get(cell) or CountRow(*cell, 0, Decimal(0), 0)
        revenue = account.revenue if account else None
        counted[cell] = replace(
            so_far,
            accounts=so_far.accounts + accounts,
            revenue=so_far.revenue + accounts * (revenue or 0),
            without_revenue=so_far.without_revenue + (accounts if revenue is None else 0),
        )

    if viewer.sees_all:
        for count in _counts(run):
            counted[count.owner, count.segment, count.band, count.meaning] = count
    else:  # what is stored counts everybody
        rows = of_query(viewer, Score.objects.filter(run=run.run_id), [run])
        known = accounts.by_id(viewer, [row.account_id for row in rows])
        for row in rows:
            add(row, known.get(row.account_id))
    if on and (exceptions := overridden_on(viewer, run, on)):
        stored = Score.objects.filter(run=run.run_id, account_id__in=exceptions)
        known = accounts.by_id(viewer, exceptions)
        for row in of_query(viewer, stored, [run]):
            account = known.get(row.account_id)
            add(row, account, -1)
            add(exceptions[row.account_id], account)
    return tuple(count for _, count in sorted(counted.items(), key=_by_cell) if count.accounts)


def bands(viewer: Viewer, run: ScoredRun, *, on: date | None = None) -> Bands:
    """How many accounts of a run have each band, by its name and what it means."""
    found: dict[tuple[str | None, str | None], int] = {}
    for count in counts(viewer, run, on=on):
        found[count.band, count.meaning] = (
            found.get((count.band, count.meaning), 0) + count.accounts
        )
    return found


def _checked(of_run: OfRun, checksum: str, values: Sequence[Any]) -> ScoreRow:
    assert of_run.run_id is not None, "a stored score has a run"
    if checksums.of_score(of_run.run_id, values) != checksum:
        account_id = values[score_row.STORED.index("account_id")]
        raise IntegrityError(
            f"The app database's score of account {account_id} in run {of_run.run_id} is not what was computed.",
            way_out=integrity.WAY_OUT,
            code="I141",
        )
    return score_row.of_stored(of_run, values)


def of_query(viewer: Viewer, scores: QuerySet[Score], among: Iterable[ScoredRun]) -> list[ScoreRow]:
    """Read scores of some runs, each checked by itself; raises `IntegrityError`."""
    of_runs = {run.run_id: OfRun(*(getattr(run, name) for name in OfRun._fields)) for run in among}
    rows = []
    stored = viewer.visible(scores).values_list("run_id", "checksum", *score_row.STORED)
    for run_id, checksum, *values in integrity.stored(stored):
        rows.append(_checked(of_runs[run_id], checksum, values))
    return rows


def overridden_on(
    viewer: Viewer, run: ScoredRun, on: date, among: Collection[str] | None = None
) -> dict[str, ScoreRow]:
    """The accounts whose score is another on a day than in the run, for an override was set since, has ended or expired."""
    return _overridden_on(viewer, run, on, None if among is None else tuple(sorted(among)))


@answers.once
def _overridden_on(
    viewer: Viewer, run: ScoredRun, on: date, among: tuple[str, ...] | None
) -> dict[str, ScoreRow]:
    in_force = overrides.in_force(viewer, max(run.as_of, on), among)
    if run.is_current:
        # By the few that ever were: SQLite would look through all accounts for the flag.
        ever = Override.objects.values("account_id")
        past: QuerySet[Any] = CurrentScore.objects.filter(
            run=run.run_id, account_id__in=ever, is_overridden=True
        )
    else:
        past = Score.objects.filter(run=run.run_id, override__isnull=False)
    if among is not None:
        past = past.filter(account_id__in=among)
    concerned = in_force.keys() | set(past.values_list("account_id", flat=True))
    if not concerned or run.version is None:
        return {}
    bands = scorecards.of_run(viewer, run).bands
    stored = Score.objects.filter(run=run.run_id, account_id__in=concerned)
    published = of_query(viewer, stored, [run])
    earlier = runs.before(viewer, run)
    points_then = (
        {name: score for name, _, score in points(viewer, [earlier], concerned)} if earlier else {}
    )
    found = {}
    for row in published:
        row_now = _judged(row, in_force.get(row.account_id), bands, points_then.get(row.account_id))
        if row_now != row:
            found[row.account_id] = row_now
    return found


def _judged(
    row: ScoreRow, judgement: OverrideRow | None, bands: Sequence[Band], points_then: float | None
) -> ScoreRow:
    """A published score by the override that stands, or as it was computed where none does."""
    if judgement:
        score: float | None = judgement.score
        band: Band | None = band_of(judgement.score, bands)
    else:
        score = row.computed_score
        band = next((each for each in bands if each.name == row.computed_band), None)
    return replace(
        row,
        score=score,
        band=band.name if band else None,
        meaning=band.meaning if band else None,
        override=judgement.note if judgement else None,
        status="not enough data" if score is None else "scored",
        trend=None if score is None or points_then is None else score - points_then,
    )


def _counts(run: ScoredRun) -> list[CountRow]:
    stored = integrity.stored(RunCount.objects.filter(run=run.run_id))
    is_whole = sum(count.accounts for count in stored) == run.accounts
    if not is_whole or any(checksums.of_count(count) != count.checksum for count in stored):
        raise IntegrityError(
            f"The app database's counts of run {run.run_id} are not what was counted.",
            way_out=integrity.REBUILD,
            code="I144",
        )
    return [
        CountRow(
            count.owner, count.segment, count.band or None, count.meaning or None, count.accounts, count.revenue,
            count.without_revenue,
        )
        for count in stored
    ]  # fmt: skip


def _by_cell(
    item: tuple[tuple[str, str, str | None, str | None], CountRow],
) -> tuple[str, str, str]:
    (owner, segment, band, _), _ = item
    return owner, segment, band or ""
