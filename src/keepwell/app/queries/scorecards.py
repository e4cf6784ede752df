"""This file answers which versions of the definition were published, and what was scored with them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from keepwell.app.models import checksums
from keepwell.app.models.scorecards import Scorecard
from keepwell.app.models.scores import Run, Score
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError, NotFound


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


def version(viewer: Viewer, number: int) -> Version | None:
    """One version by its number; raises `IntegrityError` where its text is not the one that was published."""
    return next(iter(_versions(number=number)), None)


def known(viewer: Viewer, number: int) -> Version:
    """One version by its number; raises `NoSuchVersion`."""
    found = version(viewer, number)
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


def uses(viewer: Viewer) -> dict[int, Use]:
    """By version, the dates that were scored with it and the accounts on the latest of them; who never was is left out."""
    runs: dict[int, list[Run]] = {}
    for run in Run.objects.exclude(version=None).order_by("as_of", "through_batch", "at"):
        assert run.version_id is not None, "drafts are left out"
        runs.setdefault(run.version_id, []).append(run)
    counted = Score.objects.filter(run__in=[of_one[-1] for of_one in runs.values()]).values_list(
        "run__version"
    )
    accounts = dict(counted.annotate(models.Count("id")))
    return {
        number: Use(len({run.as_of for run in of_one}), of_one[-1].as_of, accounts.get(number, 0))
        for number, of_one in runs.items()
    }


def _versions(*, number: int | None = None, latest_only: bool = False) -> tuple[Version, ...]:
    columns = [field.name for field in Scorecard._meta.fields]
    kept = (
        Scorecard.objects.order_by("-number")
        if number is None
        else Scorecard.objects.filter(number=number)
    )
    versions = tuple(Version(**row) for row in kept.values(*columns)[: 1 if latest_only else None])
    for each in versions:
        if checksums.of_text(each.text) != each.digest:
            raise IntegrityError(
                f"The app database's text of version {each.number} is not what was published. Restore it from a backup."
            )
    return versions
