"""This file shows the work that pages asked for: how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from keepwell.app import queries
from keepwell.app.queries.jobs import FAILED, JobRow
from keepwell.app.web.requests import Request

TITLES = {"import": "Import", "score": "Scoring", "judge": "Judging"}
WAITING = "waits to be taken"


@dataclass(frozen=True)
class JobLine:
    """One job as a page shows it."""

    kind: str
    title: str
    is_open: bool
    percent: int
    doing: str
    meaning: str
    word: str
    said: str
    by: str
    ended: str


def context(request: Request, kinds: Collection[str], page: str, part: str) -> dict[str, Any]:
    """What a page shows of its kinds of work; `page` and `part` name the page, and what it reads again once a second."""
    jobs = [job for job in queries.jobs.latest(request.viewer, request.at) if job.kind in kinds]
    return {
        "jobs": [_line(request, job) for job in jobs],
        "is_running": any(job.is_open for job in jobs),
        "work_page": reverse(page),
        "work_part": reverse(part),
    }


def _line(request: Request, job: JobRow) -> JobLine:
    failed = job.state == FAILED
    return JobLine(
        kind=job.kind,
        title=TITLES.get(job.kind, job.kind),
        is_open=job.is_open,
        percent=round(100 * job.done),
        doing=job.doing or WAITING,
        meaning="at risk" if failed else "healthy",
        word="Failed" if failed else "Done",
        said=job.result or f"{TITLES.get(job.kind, job.kind)} {'failed' if failed else 'is done'}.",
        by=job.by,
        ended=request.formats.moment(job.ended_at or job.at, request.here.zone),
    )
