"""This file drills the order of fsync: whichever write, sync, rename or commit fails, loads, merges and runs are whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from keepwell.app import actions
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scores import Run
from keepwell.app.queries import loads
from tests.cast import ANA, NOON, VIEWER
from tests.drills import scene
from tests.drills.disks import Failure, FragileDisk, PowerCut
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

MUTANTS = (
    Mutant("no-fsync", "keepwell.facts.atomic_files", "atomic_write", "disk.sync(temporary)", "pass"),
    Mutant("no-folder-fsync", "keepwell.facts.atomic_files", "atomic_write", "disk.sync_folder(path.parent)", "pass"),
    Mutant("no-new-folder-fsync", "keepwell.facts.atomic_files", "Disk.make_folder", "self.sync_folder(folder.parent)", "pass"),
    Mutant("no-transaction", "keepwell.app.actions.loads", "_commit", "with transaction.atomic():", "if True:"),
    Mutant("merged-without-transaction", "keepwell.app.actions.compaction", "_merge", "with transaction.atomic():", "if True:"),
    Mutant("not-set-aside", "keepwell.app.actions.datafiles", "set_aside", "installation.disk.rename(path, target)", "pass"),
    Mutant("mark-ahead", "keepwell.app.identity", "note", "Mark(own, batch, generation)", "Mark(own, batch + 1, generation)"),
    Mutant("runs-shown-too-early", "keepwell.app.actions.score_writer", "ScoreWriter.write", "Run.objects.bulk_create(self.runs)", "[setattr(run, 'is_complete', True) for run in self.runs], Run.objects.bulk_create(self.runs)"),
    Mutant("unfinished-not-removed", "keepwell.app.actions.score_writer", "remove_unfinished", "Run.objects.filter(is_complete=False)", "Run.objects.none()"),
    Mutant("read-model-shown-too-early", "keepwell.app.actions.read_model", "_build", 'update(history="")', 'update(history="", is_current=True)'),
)  # fmt: skip
SCORING = ('INSERT INTO "keepwell_score"', 'INSERT INTO "keepwell_currentscore"')
LATER = NOON + timedelta(minutes=11)


Truth = dict[str, Any]


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Fail at the N-th call for N = 1, 2, ... until nothing fails any more, by a power cut and by an error.

    `cases` is the number of N to try at most. In the tests they are spread over all calls; the moments right
    after a commit, and those in the middle of writing a run, are among them (every sixth one), and the two ways to fail
    take turns.
    """
    with scene.merging():
        template = scene.begin(folder / "template")
        truths, steps = _truths(template)
        calls = len(steps)
        spread = (
            {1 + n * calls // cases for n in range(cases)}
            if cases < calls
            else set(range(1, calls + 1))
        )
        telling = [
            n for n, step in enumerate(steps, 1) if step == "committed" or step.startswith(SCORING)
        ][:: 1 if cases > DRILL.quick_cases else 6]
        both = (PowerCut, Failure)
        for at, n in enumerate([*telling, *sorted(spread - set(telling), reverse=True)]):
            for failing in both if cases >= calls or n == telling[-1] else both[at % 2 :][:1]:
                told = f"{failing.__name__} at call {n} of {calls}, {steps[n - 1]}"
                yield [f"{told}: {sentence}" for sentence in _tried(template, n, failing, truths)]


def _work(installation: Installation, done: list[str]) -> Iterator[None]:
    """Load, which merges; score; and load again so much later that what was merged is removed."""
    scene.load(installation, scene.second())
    done.append("loaded 2")
    yield
    scene.score(installation)
    done.append("scored")
    yield
    scene.load(installation, scene.third(), at=LATER)
    done.append("loaded 3")
    yield


def _truths(template: Path) -> tuple[list[Truth], list[str]]:
    """What the numbers are after each piece of work when nothing fails, and the calls that it takes."""
    disk = FragileDisk()
    installation = scene.opened(scene.copied(template), disk)
    disk.watch_database()
    truths = [scene.numbers(installation) for _ in _work(installation, [])]
    assert any(step.startswith("remove facts") for step in disk.steps), "something was merged"
    scene.close()
    return truths, disk.steps


def _tried(template: Path, n: int, failing: type[BaseException], truths: list[Truth]) -> list[str]:
    """Fail once, come back, look, and do it again to the end."""
    folder, disk = scene.copied(template), FragileDisk(n, failing)
    done: list[str] = []
    try:
        installation = scene.opened(folder, disk)
        disk.watch_database()
        for _ in _work(installation, done):
            pass
    except (PowerCut, Failure):
        pass
    scene.close()
    if failing is PowerCut:
        disk.lose_power()
    try:
        return list(_look(folder, done, truths))
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    finally:
        scene.close()


def _look(folder: Path, done: list[str], truths: list[Truth]) -> list[str]:
    installation = scene.opened(folder)
    found = scene.numbers(installation)
    wrong = []
    at_least = 3 if "loaded 3" in done else 2 if "loaded 2" in done else 1
    if not at_least <= found["batch"] <= 3:
        wrong.append(f"after {done} the latest load is {found['batch']}")
    if found["batch"] > 1 and _facts(found) != _facts(truths[2 if found["batch"] == 3 else 0]):
        wrong.append("the load is not whole")
    if "scored" in done and "scores" not in found:
        wrong.append("an acknowledged run is gone")
    if sorted(found.get("page", ())) != sorted(
        row["account_id"] for row in found.get("scores", ())
    ):
        wrong.append("a page does not show the accounts that were scored")
    for _ in _work(installation, []):
        pass
    if found["batch"] < 3 and scene.numbers(installation) != truths[2]:
        wrong.append("doing it again does not complete it")
    if len(loads.history(VIEWER)) != 3:
        wrong.append(f"{len(loads.history(VIEWER))} loads instead of 3")
    actions.compaction.run(installation=installation, at=LATER)
    actions.datafiles.set_aside(installation)
    actions.datafiles.remove_retired(installation, at=LATER + timedelta(minutes=10))
    if _facts(scene.numbers(installation)) != _facts(truths[2]):
        wrong.append("merging once more has changed facts")
    if Run.objects.filter(is_complete=False).exists():
        wrong.append("an unfinished run is left behind")
    if leftovers := _leftovers(folder):
        wrong.append(f"left behind: {leftovers}")
    report = actions.verification.run(installation=installation, by=ANA, at=LATER)
    return [*wrong, *map(str, report.problems)]


def _facts(numbers: Truth) -> Truth:
    return {name: value for name, value in numbers.items() if name not in scene.SCORED}


def _leftovers(folder: Path) -> list[str]:
    """Files that nobody lists or that were replaced, although they were swept since."""
    listed = {
        folder / "data" / path
        for path in DataFile.objects.filter(retired_at=None).values_list("path", flat=True)
    }
    return [
        path.name
        for path in (folder / "data" / "datafiles").rglob("*")
        if path.is_file() and path not in listed
    ]


DRILL = Drill("order-of-fsync", tried, MUTANTS, cases=10_000, quick_cases=4)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
