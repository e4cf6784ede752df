"""This file answers which runs there are, what they scored, and the lines behind every score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

import pyarrow as pa

from keepwell.app.installation import Installation
from keepwell.app.models import integrity
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scores import Run, Score
from keepwell.app.queries import snapshots
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError, NotFound
from keepwell.facts import datafiles
from keepwell.facts.duckdb_session import literal
from keepwell.health.engines.protocol import Line

PEERS = "/peers"  # what the segments of frozen peers are called after those of measure values
LINE = tuple(Line.__dataclass_fields__)
MEASURES = """
    account_id, as_of, card, version, path, name AS measure, value, points, weight, effective_weight, contribution, missing,
    data_age_days
"""


class NoSuchRun(NotFound):
    """There is no run under this id."""

    code = "S108"


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
    before: str | None  # the run whose bands this one held on to, where its card has a margin
    overridden: str
    results: str


@dataclass(frozen=True)
class ScoreRow:
    """One account's score in a run, in the shape in which it leaves the house; a live one has no run."""

    run_id: str | None
    kind: str
    account_id: str
    as_of: date
    card: str
    version: int | None
    through_batch: int
    score: float | None
    computed_score: float | None
    band: str | None
    meaning: str | None
    override: str | None
    coverage: float | None
    freshness_days: float | None
    status: str
    trend: float | None
    segment: str
    segment_why: str
    computed_band: str | None


def run(viewer: Viewer, run_id: str) -> ScoredRun:
    """One run by its id; raises `NoSuchRun`."""
    return _one(Run.objects.filter(run_id=run_id)) or _no_such_run(run_id)


def latest(viewer: Viewer, kind: str = "published", as_of: date | None = None) -> ScoredRun | None:
    """The latest run of a kind: of all dates, the newest one, or of the date that is given."""
    runs = (
        Run.objects.filter(kind=kind)
        if as_of is None
        else Run.objects.filter(kind=kind, as_of=as_of)
    )
    return _one(runs.order_by("-as_of", "-through_batch", "-at"))


def latest_until(viewer: Viewer, as_of: date, *, kind: str = "published") -> ScoredRun | None:
    """The latest run of a kind for this date or an earlier one."""
    return _one(
        Run.objects.filter(kind=kind, as_of__lte=as_of).order_by("-as_of", "-through_batch", "-at")
    )


def latest_before(
    viewer: Viewer, as_of: date, *, name: str, kind: str = "published"
) -> ScoredRun | None:
    """The latest run of the card of a name for an earlier date."""
    runs = Run.objects.filter(kind=kind, as_of__lt=as_of, version__name=name)
    return _one(runs.order_by("-as_of", "-through_batch", "-at"))


def before(viewer: Viewer, run: ScoredRun) -> ScoredRun | None:
    """The latest run of the same kind for an earlier date."""
    return _one(
        Run.objects.filter(kind=run.kind, as_of__lt=run.as_of).order_by(
            "-as_of", "-through_batch", "-at"
        )
    )


def same(viewer: Viewer, *, kind: str, digest: str, through_batch: int) -> tuple[ScoredRun, ...]:
    """The runs that have computed the same definition over the same facts before, on whatever dates."""
    runs = Run.objects.filter(kind=kind, digest=digest, through_batch=through_batch)
    return tuple(_as_row(run) for run in runs.order_by("as_of", "at"))


def points_before(
    viewer: Viewer, kind: str, as_of: date, *, unless: date | None = None
) -> dict[str, float | None] | None:
    """Each account's score in the latest run of the kind for an earlier date; none where that is not after `unless`."""
    earlier = (
        Run.objects.filter(kind=kind, as_of__lt=as_of)
        .order_by("-as_of", "-through_batch", "-at")
        .first()
    )
    if unless and (earlier is None or earlier.as_of <= unless):
        return None
    return (
        dict(Score.objects.filter(run=earlier).values_list("account_id", "score"))
        if earlier
        else {}
    )


def latest_by_date(viewer: Viewer, kind: str, until: date) -> tuple[ScoredRun, ...]:
    """For each date up to and with `until`, the run of the kind that stands for it: the one over the latest facts."""
    runs = Run.objects.filter(kind=kind, as_of__lte=until).order_by("as_of", "through_batch", "at")
    return tuple({run.as_of: _as_row(run) for run in runs}.values())


def points(
    viewer: Viewer, runs: Sequence[ScoredRun], account_id: str | None = None
) -> list[tuple[str, date, float | None]]:
    """The scores of some runs as (account, date, score), of all accounts or one."""
    kept = Score.objects.filter(run__in=[run.run_id for run in runs])
    wanted = kept if account_id is None else kept.filter(account_id=account_id)
    return list(wanted.values_list("account_id", "as_of", "score"))


def points_of_lines(
    viewer: Viewer, installation: Installation, runs: Sequence[ScoredRun], account_id: str
) -> list[tuple[str, date, float | None]]:
    """The points of all entries of one account's tree in some runs, as (path, date, points)."""
    whose = f"account_id = {literal(account_id)} AND kind <> 'rule'"
    parts = [
        f"SELECT path, as_of, points FROM {_results(installation, run.run_id)} AND {whose}"
        for run in runs
    ]
    if not parts:
        return []
    with installation.duckdb.cursor() as cursor:
        return cursor.execute(" UNION ALL ".join(parts)).fetchall()


def computed_bands(viewer: Viewer, run_id: str) -> dict[str, str]:
    """The bands that a run computed, overrides left aside: what the bands of the next date hold on to."""
    found = Run.objects.filter(run_id=run_id).first() or _no_such_run(run_id)
    kept = integrity.stored(Score.objects.filter(run=found))
    integrity.check_run(found, kept)
    return {each.account_id: each.computed_band for each in kept if each.computed_band}


def rows(viewer: Viewer, run_id: str) -> tuple[ScoreRow, ...]:
    """All scores of a run by account id; raises `IntegrityError` where they are not what was computed."""
    found = Run.objects.filter(run_id=run_id).first() or _no_such_run(run_id)
    scores = integrity.stored(Score.objects.filter(run=found).order_by("account_id"))
    integrity.check_run(found, scores)
    return tuple(
        ScoreRow(
            run_id=found.run_id,
            kind=found.kind,
            account_id=each.account_id,
            as_of=each.as_of,
            card=each.card,
            version=found.version_id,
            through_batch=found.through_batch,
            score=each.score,
            computed_score=each.computed_score,
            band=each.band or None,
            meaning=each.meaning or None,
            override=each.override or None,
            coverage=each.coverage,
            freshness_days=each.freshness_days,
            status=each.status,
            segment=each.segment,
            segment_why=each.segment_why,
            trend=each.trend,
            computed_band=each.computed_band or None,
        )
        for each in scores
    )


def lines(
    viewer: Viewer, installation: Installation, run_id: str, among: Set[str] | None = None
) -> list[Line]:
    """The trees behind the scores of some accounts (else of all), one after the other, each in its order."""
    whose = (
        "" if among is None else f"AND account_id IN ({', '.join(map(literal, among)) or 'NULL'})"
    )
    query = f"SELECT {', '.join(LINE)} FROM {_results(installation, run_id)} {whose} ORDER BY nth"
    with installation.duckdb.cursor() as cursor:
        return [Line(*row) for row in cursor.execute(query).fetchall()]


def line_table(viewer: Viewer, installation: Installation, run_id: str) -> pa.Table:
    """All lines of a run as one Arrow table, in their order."""
    query = f"SELECT {', '.join(LINE)} FROM {_results(installation, run_id)} ORDER BY nth"
    with installation.duckdb.cursor() as cursor:
        return cursor.execute(query).to_arrow_table()


def begins(viewer: Viewer, start: str) -> ScoredRun:
    """The run whose id begins so; raises `NoSuchRun`, also where several do."""
    found = list(Run.objects.filter(run_id__startswith=start)[:2]) if start else []
    if len(found) > 1:
        raise NoSuchRun(f"Several runs begin with `{start}`. Write more of the id.")
    return _one(found) or _no_such_run(start)


def measures(viewer: Viewer, installation: Installation, run_id: str) -> pa.Table:
    """Every measure of every account in a run, in the shape in which it leaves the house."""
    query = (
        f"SELECT {MEASURES} FROM {_results(installation, run_id)} AND kind = 'measure' ORDER BY nth"
    )
    with installation.duckdb.cursor() as cursor:
        return cursor.execute(query).to_arrow_table()


def peers(
    viewer: Viewer, installation: Installation, run_id: str
) -> dict[str, dict[str, tuple[float, ...]]]:
    """What a run froze: for each measure judged among peers, by path and group, the values among which it placed them."""
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    if kept := _results(installation, run_id, PEERS):
        query = f"SELECT path, peer_group, values FROM {kept} ORDER BY path, peer_group"
        with installation.duckdb.cursor() as cursor:
            rows = cursor.execute(query).fetchall()
        for path, group, values in rows:
            found.setdefault(path, {})[group] = tuple(values)
    return found


def _results(installation: Installation, run_id: str, of: str = "") -> str:
    """Name a run's rows of its result segments, which other runs may share; empty where there is no such segment."""
    run = Run.objects.filter(run_id=run_id).first() or _no_such_run(run_id)
    listed = list(DataFile.objects.filter(kind=DataFile.Kind.RESULTS, table=run.results + of))
    if not listed and of:
        return ""
    if not listed:
        raise IntegrityError(
            f"The app database has lost the result segments of run {run_id}. {integrity.WAY_OUT}"
        )
    for each in listed:
        integrity.check_datafile(each)
    snapshots.verify(installation, listed)
    rows = datafiles.rows_of(installation.data / each.path for each in listed)
    return f"{rows} WHERE as_of = DATE '{run.as_of}' AND run_id = {literal(run_id)}"


def _one(runs: Iterable[Run]) -> ScoredRun | None:
    found = next(iter(runs), None)
    return None if found is None else _as_row(found)


def _as_row(run: Run) -> ScoredRun:
    return ScoredRun(
        run.run_id, run.kind, run.as_of, run.version_id, run.digest, run.through_batch, run.inputs, run.at, run.by, run.engine,
        run.engine_meaning,         run.before_id, run.overridden, run.results,
    )  # fmt: skip


def _no_such_run(run_id: str) -> NoReturn:
    raise NoSuchRun(f"There is no run `{run_id}`.")
