"""This file drills the order of fsync: whichever write, sync, rename or commit fails, a load and a run are whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keepwell.app.models.datafiles import DataFile
from keepwell.app.queries import loads
from tests.cast import VIEWER
from tests.drills import scene
from tests.drills.disks import Failure, FragileDisk, PowerCut
from tests.drills.drill import Drill
from tests.drills.mutants import Mutant

MUTANTS = (
    Mutant("no-fsync", "keepwell.facts.files", "atomic_write", "disk.sync(temporary)", "pass"),
    Mutant("no-folder-fsync", "keepwell.facts.files", "atomic_write", "disk.sync_folder(path.parent)", "pass"),
    Mutant("no-new-folder-fsync", "keepwell.facts.files", "Disk.make_folder", "self.sync_folder(folder.parent)", "pass"),
    Mutant("no-transaction", "keepwell.app.actions.loads", "_keep", "with transaction.atomic():", "if True:"),
    Mutant("no-sweep", "keepwell.app.actions.datafiles", "sweep", "if path.name.endswith(files.TEMPORARY):", "if True:\n            pass\n        elif 0:"),
    Mutant("scores-without-transaction", "keepwell.app.actions.score_writer", "ScoreWriter.keep", "with transaction.atomic():", "if True:"),
)  # fmt: skip
KEEPING = 'INSERT INTO "keepwell_score"'


def tried(folder: Path, cases: int) -> Iterator[list[str]]:
    """Fail at the N-th call for N = 1, 2, ... until nothing fails any more, by a power cut and by an error.

    `cases` is the number of N to try at most. In the tests they are spread over all calls; the moments right
    after a commit, and the one in the middle of score_writer a run, are always among them.
    """
    template = scene.begin(folder / "template")
    truth, steps = _truth(template)
    calls = len(steps)
    spread = (
        {1 + n * calls // cases for n in range(cases)}
        if cases < calls
        else set(range(1, calls + 1))
    )
    telling = [
        n for n, step in enumerate(steps, 1) if step == "committed" or step.startswith(KEEPING)
    ]
    for n in [*telling, *sorted(spread - set(telling), reverse=True)]:
        for failing in (PowerCut, Failure):
            told = f"{failing.__name__} at call {n} of {calls}"
            yield [f"{told}: {sentence}" for sentence in _tried(template, n, failing, truth)]


def _truth(template: Path) -> tuple[dict[str, Any], list[str]]:
    """What the numbers are when nothing fails, and the calls that it takes."""
    disk = FragileDisk()
    installation = scene.opened(scene.copied(template), disk)
    disk.watch_database()
    scene.load(installation, scene.second())
    scene.score(installation)
    truth = scene.numbers(installation)
    scene.close()
    return truth, disk.steps


def _tried(
    template: Path, n: int, failing: type[BaseException], truth: dict[str, Any]
) -> list[str]:
    """Fail once, come back, look, and do it again to the end."""
    folder, disk = scene.copied(template), FragileDisk(n, failing)
    done: list[str] = []
    try:
        installation = scene.opened(folder, disk)
        disk.watch_database()
        scene.load(installation, scene.second())
        done.append("existing")
        scene.score(installation)
        done.append("scored")
    except (PowerCut, Failure):
        pass
    scene.close()
    if failing is PowerCut:
        disk.lose_power()
    try:
        return list(_look(folder, done, truth))
    except Exception as error:
        return [f"{disk.steps[-1]}: {type(error).__name__}: {error}"]
    finally:
        scene.close()


def _look(folder: Path, done: list[str], truth: dict[str, Any]) -> list[str]:
    installation = scene.opened(folder)
    found = scene.numbers(installation)
    wrong = []
    if found["batch"] not in (1, 2) or ("existing" in done and found["batch"] != 2):
        wrong.append(f"after {done} the latest load is {found['batch']}")
    if found["batch"] == 2 and {
        name: value for name, value in truth.items() if name not in ("scores", "lines")
    } != {name: value for name, value in found.items() if name not in ("scores", "lines")}:
        wrong.append("the load is not whole")
    if "scored" in done and "scores" not in found:
        wrong.append("an acknowledged run is gone")
    scene.load(installation, scene.second())
    scene.score(installation)
    if scene.numbers(installation) != truth:
        wrong.append("doing it again does not complete it")
    if leftovers := _leftovers(folder):
        wrong.append(f"left behind: {leftovers}")
    if len(loads.history(VIEWER)) != 2:
        wrong.append(f"{len(loads.history(VIEWER))} loads instead of 2")
    return wrong


def _leftovers(folder: Path) -> list[str]:
    """Files that nobody lists, although a load has begun since they were left."""
    listed = {folder / "data" / path for path in DataFile.objects.values_list("path", flat=True)}
    return [
        path.name
        for path in (folder / "data" / "datafiles").rglob("*")
        if path.is_file() and path not in listed
    ]


DRILL = Drill("order-of-fsync", tried, MUTANTS, cases=10_000, quick_cases=6)

if __name__ == "__main__":
    raise SystemExit(DRILL.main())
