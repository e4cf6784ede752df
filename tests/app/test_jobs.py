"""This file holds what is promised of work that is asked for: one of a kind at a time, done as the commands do it, and told truly."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.actions import jobs
from keepwell.app.installation import Installation
from keepwell.app.models.jobs import Job
from keepwell.app.viewers import Actor
from keepwell.app.web.runner import Runner
from keepwell.errors import NotAllowed, WrongUse
from tests.app.people import acting, add
from tests.app.working import Clock, at_once, job, lines, replaced
from tests.cast import ANA, BEN, NOON, VIEWER
from tests.house.rooms import ROOT

STARTER = ROOT / "examples" / "starter"
LATE = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)  # past midnight in Berlin


@pytest.fixture
def starter(installation: Installation) -> Installation:
    """The files of the starter company, nothing of them imported yet."""
    shutil.copytree(STARTER / "exports", installation.folder / "exports")
    shutil.copy(STARTER / "mapping.yaml", installation.mapping)
    return installation


@pytest.mark.both_databases
def test_an_import_that_is_asked_for_is_done(starter: Installation, runner: Runner) -> None:
    number = jobs.ask(kind="import", by=ANA, at=NOON)
    waiting = job(number)
    assert (waiting.state, waiting.by, waiting.done, waiting.is_open) == ("asked", ANA.name, 0.0, True)  # fmt: skip
    assert runner.look()
    load, done = queries.loads.latest(VIEWER), job(number)
    assert load is not None
    assert load.by == ANA.name
    assert (done.state, done.done, done.ended_at) == ("done", 1.0, NOON)
    assert done.result == (
        f"Import 1 loaded {load.accepted:,} rows; {load.repeated:,} rows were there already, {load.rejected:,} were rejected."
    )
    assert load.accepted > 1000
    assert not runner.look(), "there is nothing more to do"
    again = jobs.ask(kind="import", by=ANA, at=NOON)
    assert again != number
    assert runner.look()
    assert job(again).result.startswith(f"Nothing new: {load.accepted + load.repeated:,} rows were")
    assert lines() == 2 * [
        ("ask for work job import", ANA.name, ""), ("end work job import", ANA.name, "done")
    ]  # fmt: skip


@pytest.mark.both_databases
def test_scores_that_are_asked_for_are_those_of_the_command(
    starter: Installation, runner: Runner, clock: Clock
) -> None:
    exports = starter.folder / "exports"
    actions.imports.run(installation=starter, paths=exports, by=ANA, at=LATE)
    card = (STARTER / "cards/health.yaml").read_text(encoding="utf-8")
    actions.scorecards.publish(text=card, note="first", by=ANA, at=LATE, parent=None)
    clock.at = LATE
    number = jobs.ask(kind="score", by=ANA, at=LATE)
    assert runner.look()
    run, done = queries.runs.newest(VIEWER), job(number)
    assert run is not None
    assert (run.as_of, run.at, run.by) == (date(2026, 11, 3), LATE, ANA.name), "tomorrow in Berlin"
    bands = queries.scores.bands(VIEWER, run)
    assert done.state == "done"
    assert done.result.startswith(f"Scored {sum(bands.values())} accounts as of 2026-11-03: ")
    for (name, _), count in bands.items():
        assert f"{count} {name or 'without a score'}" in done.result
    clock.later(5)
    again = jobs.ask(kind="score", by=BEN, at=clock())
    assert runner.look()
    assert job(again, clock()).result.startswith("Nothing has changed since they were scored:")


@pytest.mark.both_databases
def test_a_second_asker_gets_the_work_of_the_first(
    installation: Installation, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = jobs.ask(kind="score", by=ANA, at=NOON)
    assert jobs.ask(kind="score", by=BEN, at=NOON) == first
    assert jobs.ask(kind="import", by=BEN, at=NOON) != first, "another kind is other work"
    asked = []

    def work(*given: Any) -> str:
        asked.append(jobs.ask(kind="score", by=BEN, at=NOON))  # while it runs
        return "Done."

    replaced(monkeypatch, work)
    assert runner.look()
    assert asked == [first]
    assert jobs.ask(kind="score", by=BEN, at=NOON) != first, "what has ended is asked for anew"
    assert len([line for line in lines() if line[0] == "ask for work job score"]) == 2


@pytest.mark.both_databases
def test_many_who_ask_at_once_ask_for_one_job(installation: Installation) -> None:
    numbers = at_once(6, lambda nth: jobs.ask(kind="score", by=(ANA, BEN)[nth % 2], at=NOON))
    assert len(set(numbers)) == 1
    assert Job.objects.count() == len(lines()) == 1


def outcome(runner: Runner, kind: str = "score", by: Actor = ANA) -> tuple[str, str]:
    number = jobs.ask(kind=kind, by=by, at=NOON)
    assert runner.look()
    ended = job(number)
    return ended.state, ended.result


@pytest.mark.both_databases
def test_work_that_fails_says_why_in_a_sentence(
    installation: Installation, runner: Runner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    assert outcome(runner, "import") == (
        "failed", "The workspace has no folder `exports`. Put the files to import there, then import again."
    )  # fmt: skip
    assert outcome(runner) == (
        "failed", "No scorecard is published yet. Publish one, or give one with the run."
    )  # fmt: skip
    (installation.folder / "exports").mkdir()
    installation.mapping.write_text("sources:\n  - fil: a.csv\n", encoding="utf-8")
    state, said = outcome(runner, "import")
    assert state == "failed"
    assert said.startswith("mapping.yaml:2 ")
    assert "nothing was changed" in said

    def full(*given: Any) -> str:
        raise OSError(28, "No space left on device", "a.parquet")

    replaced(monkeypatch, full)
    assert outcome(runner) == (
        "failed", "a.parquet: cannot grow: the disk is full. Make room, then try again."
    )  # fmt: skip

    def broken(*given: Any) -> str:
        raise ZeroDivisionError("the secret of A-1")

    replaced(monkeypatch, broken)
    state, said = outcome(runner)
    assert state == "failed"
    reference = said.removeprefix("Something failed on our side. Its reference is ").split(";")[0]
    assert len(reference) == 8
    assert "secret" not in said
    assert [record.reference for record in caplog.records if record.exc_info] == [reference]  # type: ignore[attr-defined]


def test_work_is_done_with_the_rights_that_the_asker_has_by_then(
    installation: Installation, runner: Runner
) -> None:
    add("Ada", "admin")
    leader = add("Lea", "leader")
    jobs.ask(kind="score", by=acting(leader), at=NOON)
    actions.users.change(installation=installation, user_id=leader, role="csm", by=ANA, at=NOON)
    assert runner.look()
    newest = queries.jobs.latest(VIEWER, NOON)[0]
    assert (newest.state, newest.result[:34]) == ("failed", "The role csm may not do this (scor")
    actions.users.change(installation=installation, user_id=leader, role="leader", by=ANA, at=NOON)
    jobs.ask(kind="score", by=acting(leader), at=NOON)
    actions.users.deactivate(user_id=leader, by=ANA, at=NOON)
    assert runner.look()
    assert queries.jobs.latest(VIEWER, NOON)[0].result == f"There is no user {leader}."


def test_work_is_for_those_who_may_do_it(installation: Installation) -> None:
    may = {"import": {"admin"}, "score": {"admin", "leader"}}
    for role in ("admin", "leader", "csm", "viewer"):
        by = acting(add(role.title(), role))
        for kind, roles in may.items():
            if role in roles:
                jobs.ask(kind=kind, by=by, at=NOON)
            else:
                with pytest.raises(NotAllowed):
                    jobs.ask(kind=kind, by=by, at=NOON)
    with pytest.raises(WrongUse, match="Did you mean `import`"):
        jobs.ask(kind="imports", by=ANA, at=NOON)


def test_how_work_ended_is_for_those_who_may_score(installation: Installation, runner: Runner) -> None:  # fmt: skip
    outcome(runner)
    for role, is_told in (("admin", True), ("leader", True), ("csm", False), ("viewer", False)):
        (newest,) = queries.jobs.latest(acting(add(role.title(), role)).viewer, NOON)
        assert (newest.state, bool(newest.result)) == ("failed", is_told), role
    stranger = Actor("user", "stranger@elsewhere.example").viewer
    assert queries.jobs.latest(stranger, NOON) == ()
    assert queries.jobs.by_id(stranger, newest.job_id, NOON) is None
