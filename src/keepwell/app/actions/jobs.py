"""This file lets people ask for work that takes long, and does it: imports and scores, one of a kind at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from keepwell.app.actions import audit, imports, scores
from keepwell.app.installation import Installation
from keepwell.app.models.jobs import Job
from keepwell.app.queries import jobs
from keepwell.app.queries import scores as scored
from keepwell.app.queries.jobs import ASKED, DIED, DONE, FAILED, RUNNING
from keepwell.app.rights import Right
from keepwell.app.viewers import Actor
from keepwell.errors import Conflict, NotReady, WrongUse, did_you_mean
from keepwell.health.definition.band import MEANINGS

Progress = Callable[[str, float], None]  # what is being done, and how much of it is, 0..1
Work = Callable[[Installation, Mapping[str, Any], Actor, datetime, Progress], str]
EXPORTS = "exports"  # the folder of the workspace that is imported
RIGHTS: Final[Mapping[str, Right]] = {
    "import": "import",
    "score": "score",
    "judge": "publish",
}  # who may ask for what
LONGEST = 200  # characters of a step
TRIES = 5  # to ask while others ask for the same, and it ends at once


class NoExports(NotReady):
    """The workspace has no folder with files to import."""

    code = "J101"


def ask(*, kind: str, by: Actor, at: datetime, **what: Any) -> int:
    """Ask for work, and give the job's number; where work of this kind is asked for or done already, that one's.

    Whoever runs jobs takes it soon. Raises `NotAllowed`, and `WrongUse` for a kind that there is not.
    """
    if kind not in RIGHTS:
        raise WrongUse(f"There is no work `{kind}`. {did_you_mean(kind, RIGHTS)}")
    by.require(RIGHTS[kind])
    give_up_dead(by=by, at=at)
    for _ in range(TRIES):
        found = Job.objects.filter(kind=kind, state__in=(ASKED, RUNNING)).first()
        if found is not None:
            return found.pk
        try:
            with transaction.atomic():
                made = Job.objects.create(
                    kind=kind, what=what, by=by.name, user_id=by.viewer.user_id, place=by.place[:200], at=at.astimezone(UTC)
                )  # fmt: skip
                audit.write(verb="ask for work", object=f"job {kind}", by=by, at=at, job=made.pk, **({"what": what} if what else {}))  # fmt: skip
            return made.pk
        except IntegrityError:
            continue  # somebody else asked at once: theirs is found now
    raise Conflict("Others ask for the same work just now.", way_out="Ask again.")


def take(*, runner: str, at: datetime) -> int | None:
    """Take the oldest job that waits, and give its number; of two who want the same one gets it."""
    at = at.astimezone(UTC)
    for job_id in Job.objects.filter(state=ASKED).order_by("id").values_list("pk", flat=True):
        waiting = Job.objects.filter(pk=job_id, state=ASKED)
        if waiting.update(state=RUNNING, runner=runner, started_at=at, heard_at=at):
            return int(job_id)
    return None


def hear(*, job_id: int, runner: str, doing: str, done: float, at: datetime) -> None:
    """Keep how far a job is, and that its runner still does it."""
    Job.objects.filter(pk=job_id, runner=runner, state=RUNNING).update(
        doing=doing[:LONGEST], done=min(max(done, 0.0), 1.0), heard_at=at.astimezone(UTC)
    )


def work(
    *, installation: Installation, job_id: int, by: Actor, at: datetime, progress: Progress
) -> str:
    """Do what a job asks for, and say in one sentence what was done; raises whatever its action raises."""
    job = Job.objects.get(pk=job_id)
    return WORK[job.kind](installation, job.what, by, at, progress)


def end(*, job_id: int, runner: str, is_done: bool, result: str, by: Actor, at: datetime) -> None:
    """Record how a job ended. What its runner says holds, also where it had been given up for dead."""
    mine = Job.objects.filter(pk=job_id, runner=runner).exclude(state=DONE)
    with transaction.atomic():
        state = DONE if is_done else FAILED
        changed = {"done": 1.0} if is_done else {}
        if mine.update(state=state, result=result, ended_at=at.astimezone(UTC), **changed):
            _write_end(job_id, by, at)


def give_up(*, runner: str, because: str, by: Actor, at: datetime) -> None:
    """Record that what a runner does will not be done, unless it has ended: the runner stops."""
    for job in Job.objects.filter(runner=runner, state=RUNNING):
        _fail(Job.objects.filter(pk=job.pk), because, by, at)


def give_up_dead(*, by: Actor, at: datetime) -> None:
    """Record of jobs whose runner has been silent for a minute that they failed."""
    for job in Job.objects.filter(state=RUNNING, heard_at__lt=at - jobs.SILENT_FOR):
        _fail(Job.objects.filter(pk=job.pk, heard_at=job.heard_at), DIED, by, at)


def _fail(which: Any, because: str, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        numbers = list(which.values_list("pk", flat=True))
        changed = which.filter(state=RUNNING)
        if changed.update(state=FAILED, result=because, ended_at=at.astimezone(UTC)):
            _write_end(numbers[0], by, at)


def _write_end(job_id: int, by: Actor, at: datetime) -> None:
    job = Job.objects.get(pk=job_id)
    audit.write(verb="end work", object=f"job {job.kind}", by=by, at=at, job=job_id, state=job.state)  # fmt: skip


def _import(
    here: Installation, what: Mapping[str, Any], by: Actor, at: datetime, progress: Progress
) -> str:
    """Import the workspace's exports by its own mapping."""
    folder = here.folder / EXPORTS
    if not folder.exists():
        raise NoExports(
            f"The workspace has no folder `{EXPORTS}`.",
            way_out="Put the files to import there, then import again.",
        )
    made = imports.run(installation=here, paths=folder, by=by, at=at, progress=progress)
    beside = f"{_count(made.repeated, 'row')} {_were(made.repeated)} there already, {made.rejected:,} {_were(made.rejected)} rejected"
    if made.batch is None:
        return f"Nothing new: {beside}."
    return f"Import {made.batch} loaded {_count(made.accepted, 'row')}; {beside}."


def _score(
    here: Installation, what: Mapping[str, Any], by: Actor, at: datetime, progress: Progress
) -> str:
    """Score every account as of tomorrow, so that all facts count."""
    as_of = here.day(at) + timedelta(days=1)
    run = scores.run(installation=here, as_of=as_of, by=by, at=at, progress=progress)
    bands = scored.bands(by.viewer, run)
    order = {str(meaning): nth for nth, meaning in enumerate(MEANINGS)}
    listed = ", ".join(
        f"{count:,} {band or 'without a score'}"
        for (band, _), count in sorted(bands.items(), key=lambda each: order.get(each[0][1] or "", len(order)))
    )  # fmt: skip
    done = (
        "Scored" if run.at == at.astimezone(UTC) else "Nothing has changed since they were scored:"
    )
    return f"{done} {_count(sum(bands.values()), 'account')} as of {as_of}: {listed}."


def _judge(
    here: Installation, what: Mapping[str, Any], by: Actor, at: datetime, progress: Progress
) -> str:
    """Judge the published card by all that is known."""
    # Loaded for this work alone: statistics take memory that no page needs.
    from keepwell.app.actions import judgements
    from keepwell.health.judge import words

    kept = judgements.run(installation=here, by=by, at=at, progress=progress)
    return words.sentence(kept.judged.backtest.verdict)


WORK: Final[Mapping[str, Work]] = {"import": _import, "score": _score, "judge": _judge}


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
