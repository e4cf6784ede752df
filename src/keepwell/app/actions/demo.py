"""This file makes the demo: a simulated company's messy files, imported, with a card published and two years of scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from keepwell.app import workspace as workspaces
from keepwell.app.actions import imports, scorecards, scores
from keepwell.app.actions.imports import Summary
from keepwell.app.queries.scores import ScoredRun
from keepwell.app.workspace import Workspace
from keepwell.errors import Conflict
from keepwell.simulate import folder as simulated
from keepwell.simulate.faults import Fault
from keepwell.simulate.world import World

UNTIL = date(
    2026, 11, 2
)  # a day that never moves, so that what is written about the demo stays true
WEEKS_SCORED = 104
NOTE = "What a healthy account looks like to us"
Progress = Callable[[str, float], None]  # what is being done, and how much of the whole is, 0..1


class AlreadyThere(Conflict):
    """The folder exists and is not empty; nothing was changed."""

    code = "D101"


@dataclass(frozen=True)
class Demo:
    """What was made: the workspace, how its import went, which faults had been planted, and the latest of the runs."""

    workspace: Workspace
    summary: Summary
    planted: tuple[Fault, ...]
    runs: int
    latest: ScoredRun


def make(
    *,
    folder: Path,
    accounts: int,
    seed: int,
    until: date,
    by: str,
    progress: Progress | None = None,
) -> Demo:
    """Make a demo in a new folder; it is made as if on the morning of `until`, so the same call makes the same one.

    Raises `AlreadyThere`, and what imports and scores raise.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyThere(
            f"`{folder}` is there already and not empty; nothing was changed. Name another folder, or remove it."
        )
    tell = progress or (lambda what, share: None)
    at = datetime.combine(until, time(6), UTC)
    faults = simulated.write(
        World(accounts, seed, until), folder, lambda what, share: tell(what, 0.25 * share)
    )
    here = workspaces.open(folder)
    summary = imports.run(
        workspace=here, paths=folder / simulated.EXPORTS, by=by, at=at, progress=lambda what, share: tell(what, 0.25 + 0.35 * share)
    )  # fmt: skip
    card = here.cards / "health.yaml"
    scorecards.publish(
        text=card.read_text(encoding="utf-8"), note=NOTE, by=by, at=at, parent=None, file=card.name
    )
    dates = [until - timedelta(weeks=ago) for ago in range(WEEKS_SCORED - 1, -1, -1)]
    runs = scores.runs(
        workspace=here,
        dates=dates,
        by=by,
        at=at,
        progress=lambda what, share: tell(what, 0.6 + 0.4 * share),
    )
    tell("Done", 1.0)
    return Demo(here, summary, faults, len(runs), runs[-1])
