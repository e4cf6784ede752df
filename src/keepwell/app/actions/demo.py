"""This file makes the demo: a simulated company's messy files, imported, with a card published and two years of scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from keepwell.app.actions import imports, scorecards, scores
from keepwell.app.actions.imports import Summary
from keepwell.app.installation import Installation
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import Actor

WEEKS_SCORED = 104
NOTE = "What a healthy account looks like to us"
Progress = Callable[[str, float], None]  # what is being done, and how much of the whole is, 0..1


@dataclass(frozen=True)
class Demo:
    """What was made: how the import went, how many dates were scored, and the latest of the runs."""

    summary: Summary
    runs: int
    latest: ScoredRun


def make(
    *, installation: Installation, until: date, by: Actor, progress: Progress | None = None
) -> Demo:
    """Import a simulated company's exports, publish its card and score two years by week.

    It is made as if on the morning of `until`, so the same call makes the same one. Raises what imports and scores raise.
    """
    tell = progress or (lambda what, share: None)
    at = datetime.combine(until, time(6), UTC)
    summary = imports.run(
        installation=installation,
        paths=installation.folder / "exports",
        by=by,
        at=at,
        progress=lambda what, share: tell(what, 0.45 * share),
    )
    card = installation.cards / "health.yaml"
    scorecards.publish(
        text=card.read_text(encoding="utf-8"), note=NOTE, by=by, at=at, parent=None, file=card.name
    )
    dates = [until - timedelta(weeks=ago) for ago in range(WEEKS_SCORED - 1, -1, -1)]
    runs = scores.runs(
        installation=installation,
        dates=dates,
        by=by,
        at=at,
        progress=lambda what, share: tell(what, 0.45 + 0.55 * share),
    )
    tell("Done", 1.0)
    return Demo(summary, len(runs), runs[-1])
