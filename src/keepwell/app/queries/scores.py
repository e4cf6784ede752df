"""This file answers which runs there are and what they scored: all of it, one account, or a page of those in a band."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from keepwell.app import score_row
from keepwell.app.models import checksums, integrity
from keepwell.app.models.accounts import Account
from keepwell.app.models.scores import NO_SCORE, CurrentScore, Run, RunCount, Score
from keepwell.app.queries import accounts, overrides, scorecards
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError, NotFound
from keepwell.health.definition.band import Band, band_of

Bands: TypeAlias = Mapping[tuple[str | None, str | None], int]  # accounts by band and its meaning
PUBLISHED = "published"
LATEST = ("-as_of", "-through_batch", "-at")
LIMIT = 50
PORTFOLIO = 1_000  # accounts at a time of those who want all


class NoSuchRun(NotFound):
    """There is no run under this id."""

    code = "S108"


class NotScored(NotFound):
    """The account is known, but the run has no score of it."""

    code = "S109"


@dataclass(frozen=True)
class ScoredRun:
    """One run: which definition, over which facts, for which date."""

    run_id: str
    kind: str
    as_of: date
    version: int | None
    digest: str
    through_batch: int
    inputs: str
    at: datetime
    by: str
    engine: str
    engine_meaning: int
    before: str | None  # the run whose bands this one held on to, where its card has a hysteresis
    overridden: str
    results: str
    accounts: int
    is_current: bool = field(compare=False)  # it is in the read model, until a newer one is


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
class Cursor:
    """Where a page ended, so that the next one begins after it whatever has changed meanwhile."""

    sort_score: float
    is_override: bool
    account_id: str


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


def run(viewer: Viewer, run_id: str) -> ScoredRun:
    """One run by its id; raises `NoSuchRun`."""
    return _one(_complete().filter(run_id=run_id)) or _no_such_run(run_id)


def begins(viewer: Viewer, start: str) -> ScoredRun:
    """The run whose id begins so; raises `NoSuchRun`, also where several do."""
    found = list(_complete().filter(run_id__startswith=start)[:2]) if start else []
    if len(found) > 1:
        raise NoSuchRun(f"Several runs begin with `{start}`. Write more of the id.")
    return _one(found) or _no_such_run(start)


def newest(viewer: Viewer) -> ScoredRun | None:
    """The run whose scores are shown where no date is asked for: the one in the read model, else the latest published.

    While many dates are being scored the one from before stays, until all of them are done.
    """
    return _one(_complete().filter(kind=PUBLISHED).order_by("-is_current", *LATEST))


def latest(viewer: Viewer, kind: str = PUBLISHED, as_of: date | None = None) -> ScoredRun | None:
    """The latest run of a kind: of all dates, the newest one, or of the date that is given."""
    runs = _complete().filter(kind=kind)
    return _one((runs if as_of is None else runs.filter(as_of=as_of)).order_by(*LATEST))


def latest_until(viewer: Viewer, as_of: date, *, kind: str = PUBLISHED) -> ScoredRun | None:
    """The latest run of a kind for this date or an earlier one."""
    return _one(_complete().filter(kind=kind, as_of__lte=as_of).order_by(*LATEST))


def latest_before(
    viewer: Viewer, as_of: date, *, name: str, kind: str = PUBLISHED
) -> ScoredRun | None:
    """The latest run of the card of a name for an earlier date."""
    runs = _complete().filter(kind=kind, as_of__lt=as_of, version__name=name)
    return _one(runs.order_by(*LATEST))


def before(viewer: Viewer, run: ScoredRun) -> ScoredRun | None:
    """The latest run of the same kind for an earlier date."""
    return _one(_complete().filter(kind=run.kind, as_of__lt=run.as_of).order_by(*LATEST))


def same(viewer: Viewer, *, kind: str, digest: str, through_batch: int) -> tuple[ScoredRun, ...]:
    """The runs that have computed the same definition over the same facts before, on whatever dates."""
    runs = _complete().filter(kind=kind, digest=digest, through_batch=through_batch)
    return tuple(_as_row(run) for run in runs.order_by("as_of", "at"))


def latest_by_date(
    viewer: Viewer, kind: str, until: date, since: date = date.min
) -> tuple[ScoredRun, ...]:
    """For each date from `since` to `until`, the run of the kind that stands for it: the one over the latest facts."""
    runs = _complete().filter(kind=kind, as_of__gte=since, as_of__lte=until)
    by_date = {run.as_of: run for run in runs.order_by("as_of", "through_batch", "at")}
    return tuple(_as_row(run) for run in by_date.values())


def points_before(
    viewer: Viewer, kind: str, as_of: date, *, unless: date | None = None
) -> dict[str, float | None] | None:
    """Each account's score in the latest run of the kind for an earlier date; none where that is not after `unless`."""
    earlier = _complete().filter(kind=kind, as_of__lt=as_of).order_by(*LATEST).first()
    if unless and (earlier is None or earlier.as_of <= unless):
        return None
    if earlier is None:
        return {}
    return {row.account_id: row.score for row in rows(viewer, earlier.run_id)}


def points(
    viewer: Viewer, runs: Sequence[ScoredRun], account_ids: Collection[str]
) -> list[tuple[str, date, float | None]]:
    """The scores of some accounts in some runs as (account, date, score)."""
    stored = Score.objects.filter(run__in=[run.run_id for run in runs], account_id__in=account_ids)
    return [(row.account_id, row.as_of, row.score) for row in _rows(viewer, stored, runs)]


def computed_bands(viewer: Viewer, run_id: str) -> dict[str, str]:
    """The bands that a run computed, overrides left aside: what the bands of the next date hold on to."""
    return {row.account_id: row.computed_band for row in rows(viewer, run_id) if row.computed_band}


def rows(viewer: Viewer, run_id: str) -> tuple[ScoreRow, ...]:
    """All scores of a run by account id, as they were published; raises `IntegrityError` also where one was lost."""
    found = run(viewer, run_id)
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
        raise NotScored(
            f"`{account_id}` was not scored on {run.as_of}: the account did not exist yet."
        )
    if on is None:
        return found[0]
    return overridden_on(viewer, run, on, {account_id}).get(account_id, found[0])


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
    exceptions = overridden_on(viewer, run, on) if on else {}
    wanted = {"band": band, "owner": owner, "segment": segment}
    regular = _in_order(viewer, run, wanted, after).exclude(account_id__in=list(exceptions))
    places = [
        Cursor(sort_score, False, account_id)
        for sort_score, account_id in regular.values_list("sort_score", "account_id")[: limit + 1]
    ]
    known = accounts.some(viewer, exceptions)
    places += sorted(
        (
            _place(row)
            for row in exceptions.values()
            if _is_wanted(row, known.get(row.account_id), wanted) and _is_after(_place(row), after)
        ),
        key=lambda place: place.account_id,
    )
    places.sort(key=lambda place: (place.sort_score, place.is_override))
    shown = [place.account_id for place in places[:limit]]
    stored = Score.objects.filter(run=run.run_id, account_id__in=set(shown) - exceptions.keys())
    scored = {row.account_id: row for row in _rows(viewer, stored, [run])} | exceptions
    known |= accounts.some(viewer, shown)
    rows = []
    for place in places[:limit]:
        if place.account_id not in scored or place.account_id not in known:
            raise _differs(run, place.account_id)
        row = PortfolioRow(known[place.account_id], scored[place.account_id])
        is_as_listed = _is_wanted(row.score, row.account, wanted)
        if not is_as_listed or _sort_score(row.score) != place.sort_score:
            raise _differs(run, place.account_id)
        rows.append(row)
    return Page(run, tuple(rows), places[limit - 1] if len(places) > limit else None)


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
        known = accounts.some(viewer, [row.account_id for row in rows])
        for row in rows:
            add(row, known.get(row.account_id))
    if on and (exceptions := overridden_on(viewer, run, on)):
        stored = Score.objects.filter(run=run.run_id, account_id__in=exceptions)
        known = accounts.some(viewer, exceptions)
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


def most_at_stake(viewer: Viewer, run: ScoredRun, limit: int) -> tuple[PortfolioRow, ...]:
    """The accounts at risk in a run that still pay, the largest yearly revenue first."""
    at_risk = _rows(viewer, Score.objects.filter(run=run.run_id, meaning="at risk"), [run])
    known = accounts.some(viewer, [row.account_id for row in at_risk])
    rows = [
        PortfolioRow(known[row.account_id], row)
        for row in at_risk
        if row.account_id in known and (known[row.account_id].revenue or 0) > 0
    ]
    rows.sort(key=lambda row: (-(row.account.revenue or 0), row.account.account_id))
    return tuple(rows[:limit])


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
    earlier = before(viewer, run)
    points_then = (
        {name: score for name, _, score in points(viewer, [earlier], concerned)} if earlier else {}
    )
    found = {}
    for row in published:
        row_now = _judged(row, in_force.get(row.account_id), bands, points_then.get(row.account_id))
        if row_now != row:
            found[row.account_id] = row_now
    return found


def _complete() -> QuerySet[Run]:
    return Run.objects.filter(is_complete=True)


def _rows(viewer: Viewer, scores: QuerySet[Score], runs: Iterable[ScoredRun]) -> list[ScoreRow]:
    """Read scores of some runs, each checked by itself; raises `IntegrityError`."""
    by_id = {run.run_id: run for run in runs}
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
        of_the_run = {name: getattr(run, name) for name in score_row.OF_THE_RUN}
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
    viewer: Viewer, run: ScoredRun, wanted: Mapping[str, str | None], after: Cursor | None
) -> QuerySet[Any]:
    """The accounts of a run that are wanted, behind a place, with their `sort_score`."""
    given = {name: value for name, value in wanted.items() if value is not None}
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


def _is_wanted(
    score: ScoreRow, account: AccountRow | None, wanted: Mapping[str, str | None]
) -> bool:
    values = {
        "band": score.band or "",
        "owner": account.owner if account else "",
        "segment": account.segment if account else "",
    }
    return all(value is None or values[name] == value for name, value in wanted.items())


def _is_after(place: Cursor, after: Cursor | None) -> bool:
    """Tell whether an override's place comes behind another: among equal scores overrides stand last, by their ids."""
    if after is None or place.sort_score > after.sort_score:
        return True
    is_equal = place.sort_score == after.sort_score
    return is_equal and (not after.is_override or place.account_id > after.account_id)


def _place(row: ScoreRow) -> Cursor:
    return Cursor(_sort_score(row), True, row.account_id)


def _sort_score(row: ScoreRow) -> float:
    return NO_SCORE if row.score is None else row.score


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


def _one(runs: Iterable[Run]) -> ScoredRun | None:
    found = next(iter(runs), None)
    return None if found is None else _as_row(found)


def _as_row(run: Run) -> ScoredRun:
    """A run as others see it; raises `IntegrityError` where it is not what was written."""
    if checksums.of_run(run) != run.checksum:
        raise IntegrityError(
            f"The app database's row of run {run.run_id} is not what was written.",
            way_out=integrity.WAY_OUT,
            code="I145",
        )
    return ScoredRun(
        run.run_id, run.kind, run.as_of, run.version_id, run.digest, run.through_batch, run.inputs, run.at, run.by, run.engine,
        run.engine_meaning, run.before_id, run.overridden, run.results, run.accounts, run.is_current,
    )  # fmt: skip


def _no_such_run(run_id: str) -> NoReturn:
    raise NoSuchRun(f"There is no run `{run_id}`.")
