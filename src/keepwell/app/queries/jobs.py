"""This file answers which work was asked for on pages, how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max

from keepwell.app import viewers
from keepwell.app.models.jobs import Job
from keepwell.app.queries import users
from keepwell.app.viewers import SYSTEM, Actor, Viewer

ASKED, RUNNING, DONE, FAILED = Job.State.ASKED, Job.State.RUNNING, Job.State.DONE, Job.State.FAILED
SILENT_FOR = timedelta(seconds=60)  # a process that works says so six times in that
DIED = "The process that did this has stopped. Nothing was left half done: ask for it again."


@dataclass(frozen=True)
class JobRow:
    """One job as it is at a moment: `done` is how much of it, 0..1, and `doing` the step that it is at."""

    job_id: int
    kind: str
    state: str
    by: str
    at: datetime
    ended_at: datetime | None
    done: float
    doing: str
    result: str
    what: Mapping[str, Any] = field(compare=False)

    @property
    def is_open(self) -> bool:
        return self.state in (ASKED, RUNNING)


def latest(viewer: Viewer, at: datetime) -> tuple[JobRow, ...]:
    """The newest job of each kind, the newest first. How it ended is for those who may score, or do such things.

    One whose process has not been heard of for a minute shows as failed, whether anybody has said so yet or not.
    """
    if not viewer.may("see"):
        return ()
    newest = Job.objects.values("kind").annotate(newest=Max("id")).values("newest")
    return tuple(_row(viewer, job, at) for job in Job.objects.filter(id__in=newest).order_by("-id"))


def by_id(viewer: Viewer, job_id: int, at: datetime) -> JobRow | None:
    """One job; none where there is none of this number, or it is not for this viewer."""
    found = Job.objects.filter(pk=job_id).first() if viewer.may("see") else None
    return None if found is None else _row(viewer, found, at)


def is_waiting(viewer: Viewer) -> bool:
    """Tell whether any work was asked for that nobody has taken."""
    return viewer.may("see") and Job.objects.filter(state=ASKED).exists()


def asker(viewer: Viewer, job_id: int, on: date) -> Actor:
    """As whom a job is done on a day: as whoever asked, with the rights that they have by then.

    Raises `users.NoSuchUser` where they are not active any more.
    """
    job = Job.objects.get(pk=job_id)
    if job.user_id is None:
        return viewers.operator(job.by)
    return users.actor(SYSTEM, job.user_id, on, job.place)


def is_dead(job: Job, at: datetime) -> bool:
    """Tell whether the process that did a job has been silent for too long."""
    heard = job.heard_at or job.at
    return job.state == RUNNING and at - heard > SILENT_FOR


def _row(viewer: Viewer, job: Job, at: datetime) -> JobRow:
    is_gone = is_dead(job, at)
    said = DIED if is_gone else job.result
    return JobRow(
        job_id=job.pk,
        kind=job.kind,
        state=str(FAILED if is_gone else job.state),
        by=job.by,
        at=job.at,
        ended_at=job.heard_at if is_gone else job.ended_at,
        done=job.done,
        doing=job.doing,
        result=said if viewer.may("score") else "",
        what=job.what,
    )
