"""This file answers what runs scored: all of it, one account, or a page of those in a band."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from keepwell.app import score_row
from keepwell.app.models import checksums, integrity
from keepwell.app.models.accounts import Account
from keepwell.app.models.scores import NO_SCORE, CurrentScore, RunCount, Score
from keepwell.app.queries import accounts, overrides, runs, scorecards
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.queries.pages import Cursor, Wanted
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import OfRun, ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError, NotFound
from keepwell.health.definition.band import Band, band_of

Bands: TypeAlias = Mapping[tuple[str | None, str | None], int]  # accounts by band and its meaning
LIMIT = 50
PORTFOLIO = 1_000  # accounts at a time of those who want all


class NotScored(NotFound):
    """The account is known, but the run has no score of it."""

    code = "S109"


@dataclass(frozen=True)
class PortfolioRow:
    """One account with its score in a run."""

    account: AccountRow
    score: ScoreRow

    @property
    def has_ended(self) -> bool:
        """Tell whether the account had recurring contract lines, and none runs any more."""
        return self.account.revenue == 0


@dataclass(frozen=True)
class Page:
    """Some accounts of a run, the lowest score first and those without one last; `next` is none on the last page."""

    run: ScoredRun
    rows: tuple[PortfolioRow, ...]
    next: Cursor | None


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
    stored = Score.objects.filter(run__in=[run.run_id for run in among], account_id__in=account_ids)
    return [(row.account_id, row.as_of, row.score) for row in _rows(viewer, stored, among)]


def computed_bands(
    viewer: Viewer, run_id: str, among: Collection[str] | None = None
) -> dict[str, str]:
    """The bands that a run computed, overrides left aside: what the bands of the next date hold on to."""
    if among is None:
        found = rows(viewer, run_id)
    else:
        stored = Score.objects.filter(run=run_id, account_id__in=among)
        found = tuple(_rows(viewer, stored, [runs.by_id(viewer, run_id)]))
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
    return tuple(sorted(_rows(viewer, stored, [found]), key=lambda row: row.account_id))


def row(viewer: Viewer, run: ScoredRun, account_id: str, *, on: date | None = None) -> ScoreRow:
    """One account's score in a run; with `on` by the overrides that stand on that day. Raises `NotScored`."""
    found = _rows(viewer, Score.objects.filter(run=run.run_id, account_id=account_id), [run])
    if not found:
        raise not_scored(viewer, account_id, run.as_of)
    if on is None:
        return found[0]
    return overridden_on(viewer, run, on, {account_id}).get(account_id, found[0])


def not_scored(viewer: Viewer, account_id: str, as_of: date) -> NotScored:
    """Say why a known account has no score on a date: it is gone, or it did not exist yet."""
    known = accounts.by_id(viewer, [account_id]).get(account_id)
    is_gone = known is not None and known.revenue == 0
    why = (
        "it is no customer any more; its last contract line has ended"
        if is_gone
        else "the account did not exist yet"
    )
    return NotScored(f"`{account_id}` was not scored on {as_of}: {why}.")


def page(
    viewer: Viewer,
    run: ScoredRun,
    *,
    band: str | None = None,
    owner: str | None = None,
    segment: str | None = None,
    after: Cursor | None = None,
    limit: int = LIMIT,
    on: date | None = None,
) -> Page:
    """Some accounts of a run, those first that need attention; `band=""` are those without a score.

    Of the newest run give `on`, today: then overrides count that stand today, not those that stood when it was scored.
    What a page costs hangs on `limit` for the run in the read model; of older runs all scores are looked through.
    """
    wanted = Wanted(band, owner, segment)

    def read() -> Page:
        exceptions = overridden_on(viewer, run, on) if on else {}
        regular = _in_order(viewer, run, wanted, after).exclude(account_id__in=list(exceptions))
        places = [
            Cursor(sort_score, False, account_id)
            for sort_score, account_id in regular.values_list("sort_score", "account_id")[
                : limit + 1
            ]
        ]
        known = accounts.by_id(viewer, exceptions)
        places += sorted(
            (
                Cursor.of_override(row)
                for row in exceptions.values()
                if wanted.includes(row, known.get(row.account_id))
                and Cursor.of_override(row).is_behind(after)
            ),
            key=lambda place: place.account_id,
        )
        places.sort(key=lambda place: (place.sort_score, place.is_override))
        shown = [place.account_id for place in places[:limit]]
        stored = Score.objects.filter(run=run.run_id, account_id__in=set(shown) - exceptions.keys())
        scored = {row.account_id: row for row in _rows(viewer, stored, [run])} | exceptions
        known |= accounts.by_id(viewer, shown)
        rows = []
        for place in places[:limit]:
            if place.account_id not in scored or place.account_id not in known:
                raise _differs(run, place.account_id)
            row = PortfolioRow(known[place.account_id], scored[place.account_id])
            is_as_listed = Cursor.sort_score_of(row.score) == place.sort_score
            if not (is_as_listed and wanted.includes(row.score, row.account)):
                raise _differs(run, place.account_id)
            rows.append(row)
        return Page(run, tuple(rows), places[limit - 1] if len(places) > limit else None)

    return integrity.while_unchanged(read)


def portfolio(
    viewer: Viewer,
    run: ScoredRun,
    *,
    band: str | None = None,
    owner: str | None = None,
    segment: str | None = None,
    on: date | None = None,
) -> Iterator[PortfolioRow]:
    """All pages one after the other."""
    after: Cursor | None = None
    while True:
        found = page(
            viewer,
            run,
            band=band,
            owner=owner,
            segment=segment,
            after=after,
            limit=PORTFOLIO,
            on=on,
        )
        yield from found.rows
        if (after := found.next) is None:
            return


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
        rows = _rows(viewer, Score.objects.filter(run=run.run_id), [run])
        known = accounts.by_id(viewer, [row.account_id for row in rows])
        for row in rows:
            add(row, known.get(row.account_id))
    if on and (exceptions := overridden_on(viewer, run, on)):
        stored = Score.objects.filter(run=run.run_id, account_id__in=exceptions)
        known = accounts.by_id(viewer, exceptions)
        for row in _rows(viewer, stored, [run]):
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


def overridden_on(
    viewer: Viewer, run: ScoredRun, on: date, among: Collection[str] | None = None
) -> dict[str, ScoreRow]:
    """The accounts whose score is another on a day than in the run, for an override was set since, has ended or expired."""
    in_force = overrides.in_force(viewer, max(run.as_of, on), among)
    if run.is_current:
        past: QuerySet[Any] = CurrentScore.objects.filter(run=run.run_id, is_overridden=True)
    else:
        past = Score.objects.filter(run=run.run_id, override__isnull=False)
    if among is not None:
        past = past.filter(account_id__in=among)
    concerned = in_force.keys() | set(past.values_list("account_id", flat=True))
    if not concerned or run.version is None:
        return {}
    bands = scorecards.definition(viewer, run.version).bands
    stored = Score.objects.filter(run=run.run_id, account_id__in=concerned)
    published = _rows(viewer, stored, [run])
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


def _rows(viewer: Viewer, scores: QuerySet[Score], among: Iterable[ScoredRun]) -> list[ScoreRow]:
    """Read scores of some runs, each checked by itself; raises `IntegrityError`."""
    by_id = {run.run_id: run for run in among}
    rows = []
    stored = viewer.visible(scores).values_list("run_id", "checksum", *score_row.STORED)
    for run_id, checksum, *values in integrity.stored(stored):
        if checksums.of_score(run_id, values) != checksum:
            account_id = values[score_row.STORED.index("account_id")]
            raise IntegrityError(
                f"The app database's score of account {account_id} in run {run_id} is not what was computed.",
                way_out=integrity.WAY_OUT,
                code="I141",
            )
        run = by_id[run_id]
        of_the_run = {name: getattr(run, name) for name in OfRun._fields}
        rows.append(ScoreRow(**dict(zip(score_row.STORED, values, strict=True)), **of_the_run))
    return rows


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


def _in_order(
    viewer: Viewer, run: ScoredRun, wanted: Wanted, after: Cursor | None
) -> QuerySet[Any]:
    """The accounts of a run that are wanted, behind a place, with their `sort_score`."""
    given = wanted.given
    if run.is_current:
        rows: QuerySet[Any] = CurrentScore.objects.filter(run=run.run_id, **given)
    else:
        sort_score = Coalesce(F("score"), Value(NO_SCORE), output_field=FloatField())
        rows = Score.objects.filter(run=run.run_id).annotate(sort_score=sort_score)
        band = given.pop("band", None)
        if band is not None:
            rows = rows.filter(band=band) if band else rows.filter(band__isnull=True)
        if given:
            rows = rows.filter(account_id__in=Account.objects.filter(**given).values("account_id"))
    rows = viewer.visible(rows).order_by("sort_score", "account_id")
    if after is None:
        return rows
    if after.is_override:
        return rows.filter(sort_score__gt=after.sort_score)
    behind = Q(sort_score__gt=after.sort_score) | Q(account_id__gt=after.account_id)
    return rows.filter(behind, sort_score__gte=after.sort_score)


def _differs(run: ScoredRun, account_id: str) -> IntegrityError:
    return IntegrityError(
        f"The read model's row of account {account_id} in run {run.run_id} is not what its score and its account say.",
        way_out=integrity.REBUILD,
        code="I143",
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
