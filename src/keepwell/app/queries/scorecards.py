"""This file answers which versions of the definition were published, and what was scored with them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from keepwell.app import installation
from keepwell.app.models import checksums, integrity
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.scorecards import Scorecard
from keepwell.app.models.scores import Run, Score
from keepwell.app.queries import facts
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.errors import IntegrityError, NotFound
from keepwell.health.definition import document
from keepwell.health.definition.band import Band
from keepwell.health.definition.scorecard import Definition

CARDS = 64  # definitions that a process remembers: reading one takes as long as a page may take


class NoSuchVersion(NotFound):
    """No version has this number."""

    code = "S106"


@dataclass(frozen=True)
class Version:
    """One published version of the definition."""

    number: int
    name: str
    text: str
    note: str
    published_at: datetime
    by: str
    parent: int | None
    digest: str

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Use:
    """What was scored with one version: how many dates, the latest of them, and how many accounts on it."""

    dates: int
    latest_on: date
    accounts: int


def latest(viewer: Viewer) -> Version | None:
    """The newest version, none before the first; raises `IntegrityError` where its text is not the one that was published."""
    return next(iter(_versions(latest_only=True)), None)


def version(viewer: Viewer, number: int) -> Version:
    """One version by its number; raises `NoSuchVersion`, and `IntegrityError` where its text is not what was published."""
    found = next(iter(_versions(number=number)), None)
    if found is None:
        newest = latest(viewer)
        there = f"The latest is {newest.number}" if newest else "None is published yet"
        raise NoSuchVersion(f"There is no version {number}. {there}.")
    return found


def history(viewer: Viewer) -> tuple[Version, ...]:
    """All versions, the newest first; raises `IntegrityError` where a text is not the one that was published."""
    return _versions()


def published_at(viewer: Viewer) -> tuple[datetime, ...]:
    """The moments at which versions were published, rising: how often the definition is changed."""
    return tuple(Scorecard.objects.order_by("number").values_list("published_at", flat=True))


def definition(viewer: Viewer, number: int) -> Definition:
    """The definition of a published version, as it was read when something was scored with it."""
    return read(viewer, version(viewer, number).text)


def of_run(viewer: Viewer, run: ScoredRun) -> Definition:
    """The definition that a run with a published card was scored with; a process reads each from the database once.

    A text that was published never changes, and its digest says which it is.
    """
    kept = installation.current().definitions
    if run.digest not in kept:
        assert run.version, "a draft's text is not stored"
        if len(kept) >= CARDS:
            kept.clear()
        kept[run.digest] = definition(viewer, run.version)
    found: Definition = kept[run.digest]
    return found


def read(viewer: Viewer, text: str) -> Definition:
    """Read the text of a card that was scored before; a process reads each text once."""
    extras = ExtraColumn.objects.order_by("table", "name").values_list("table", "name", "type")
    return _read(text, tuple(extras))


@lru_cache(maxsize=CARDS)
def _read(text: str, extras: tuple[tuple[str, str, str], ...]) -> Definition:
    found = document.read(text, file="scorecard", tables=facts.tables(SYSTEM)).definition
    assert found is not None, "a definition that was scored can be read"
    return found


def uses(viewer: Viewer) -> dict[int, Use]:
    """By version, the dates that were scored with it and the accounts on the latest of them; who never was is left out."""
    runs: dict[int, list[Run]] = {}
    scored = Run.objects.filter(is_complete=True, version__isnull=False)
    for run in scored.order_by("as_of", "through_batch", "at"):
        runs.setdefault(run.version_id or 0, []).append(run)
    return {
        number: Use(
            len({run.as_of for run in of_one}), of_one[-1].as_of, _accounts(viewer, of_one[-1])
        )
        for number, of_one in runs.items()
    }


def _accounts(viewer: Viewer, run: Run) -> int:
    return (
        run.accounts if viewer.sees_all else viewer.visible(Score.objects.filter(run=run)).count()
    )


def _versions(*, number: int | None = None, latest_only: bool = False) -> tuple[Version, ...]:
    columns = [field.name for field in Scorecard._meta.fields]
    stored = (
        Scorecard.objects.order_by("-number")
        if number is None
        else Scorecard.objects.filter(number=number)
    )
    versions = tuple(
        Version(**row) for row in stored.values(*columns)[: 1 if latest_only else None]
    )
    for each in versions:
        if checksums.of_text(each.text) != each.digest:
            raise IntegrityError(
                f"The app database's text of version {each.number} is not what was published.",
                way_out=integrity.WAY_OUT,
                code="I147",
            )
    return versions


def bands(viewer: Viewer, number: int | None) -> tuple[Band, ...]:
    """The bands of a version; of a draft, whose text is not stored, none are known."""
    return definition(viewer, number).bands if number else ()


def bands_of_run(viewer: Viewer, run: ScoredRun) -> tuple[Band, ...]:
    """The bands that a run was scored with; of a draft none are known."""
    return of_run(viewer, run).bands if run.version else ()
