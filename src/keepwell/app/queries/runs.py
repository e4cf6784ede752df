"""This file answers which runs there are: by id, by date, and the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NoReturn

from django.db.models import Exists, Q, QuerySet

from keepwell.app import answers
from keepwell.app.models import checksums, integrity
from keepwell.app.models.scores import Run
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError, NotFound

PUBLISHED, DRAFT = "published", "draft"
LATEST = ("-as_of", "-through_batch", "-at")


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
    before: str | None  # the run whose bands this one held on to, where its card has a hysteresis
    overridden: str
    results: str
    accounts: int
    is_current: bool = field(compare=False)  # it is in the read model, until a newer one is


def by_id(viewer: Viewer, run_id: str) -> ScoredRun:
    """One run by its id; raises `NoSuchRun`."""
    return _one(_complete().filter(run_id=run_id)) or _no_such_run(run_id)


def begins(viewer: Viewer, start: str) -> ScoredRun:
    """The run whose id begins so; raises `NoSuchRun`, also where several do."""
    found = list(_complete().filter(run_id__startswith=start)[:2]) if start else []
    if len(found) > 1:
        raise NoSuchRun(f"Several runs begin with `{start}`. Give more of the id.")
    return _one(found) or _no_such_run(start)


@answers.once
def newest(viewer: Viewer) -> ScoredRun | None:
    """The run whose scores are shown where no date is asked for: the one in the read model, else the latest published.

    While many dates are being scored the one from before stays, until all of them are done. Raises `IntegrityError` also
    where a run is hidden by a value that nothing writes.
    """
    found = _complete().filter(kind=PUBLISHED).annotate(is_hidden=Exists(_hidden()))
    newest = found.order_by("-is_current", *LATEST).first()
    if newest is None or newest.is_hidden:
        _require_none_hidden()
    return None if newest is None else _as_row(newest)


def latest(
    viewer: Viewer, kind: str = PUBLISHED, as_of: date | None = None, *, text: str | None = None
) -> ScoredRun | None:
    """The latest run of a kind: of all dates, the newest one, or of the date that is given; with `text` of that card alone."""
    _require_none_hidden()
    runs = _complete().filter(kind=kind)
    if text is not None:
        runs = runs.filter(digest=checksums.of_text(text))
    return _one((runs if as_of is None else runs.filter(as_of=as_of)).order_by(*LATEST))


def _require_none_hidden() -> None:
    """A run of a kind that there is not, or one in the read model that never ended, would be as good as lost."""
    if found := _hidden().values_list("run_id", flat=True).first():
        raise IntegrityError(
            f"The app database's line about run {found} is not what was written.",
            way_out=integrity.WAY_OUT,
            code="I156",
        )


def _hidden() -> QuerySet[Run]:
    return Run.objects.filter(
        ~Q(kind__in=(PUBLISHED, DRAFT)) | Q(is_current=True, is_complete=False)
    )


@answers.once
def latest_until(viewer: Viewer, as_of: date, *, kind: str = PUBLISHED) -> ScoredRun | None:
    """The latest run of a kind for this date or an earlier one."""
    return _one(_complete().filter(kind=kind, as_of__lte=as_of).order_by(*LATEST))


def latest_before(
    viewer: Viewer, as_of: date, *, name: str, kind: str = PUBLISHED
) -> ScoredRun | None:
    """The latest run of the card of a name for an earlier date."""
    runs = _complete().filter(kind=kind, as_of__lt=as_of, version__name=name)
    return _one(runs.order_by(*LATEST))


@answers.once
def before(viewer: Viewer, run: ScoredRun) -> ScoredRun | None:
    """The latest run of the same kind for an earlier date."""
    return _one(_complete().filter(kind=run.kind, as_of__lt=run.as_of).order_by(*LATEST))


def same(viewer: Viewer, *, kind: str, digest: str, through_batch: int) -> tuple[ScoredRun, ...]:
    """The runs that have computed the same definition over the same facts before, on whatever dates."""
    runs = _complete().filter(kind=kind, digest=digest, through_batch=through_batch)
    return tuple(_as_row(run) for run in runs.order_by("as_of", "at"))


@answers.once
def latest_by_date(
    viewer: Viewer, kind: str, until: date, since: date = date.min
) -> tuple[ScoredRun, ...]:
    """For each date from `since` to `until`, the run of the kind that stands for it: the one over the latest facts."""
    runs = _complete().filter(kind=kind, as_of__gte=since, as_of__lte=until)
    by_date = {run.as_of: run for run in runs.order_by("as_of", "through_batch", "at")}
    return tuple(_as_row(run) for run in by_date.values())


def _complete() -> QuerySet[Run]:
    return Run.objects.filter(is_complete=True)


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
