"""This file makes the demo: a simulated company's messy files, imported, with a card published, two years of scores, and a judgement of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from keepwell.app.actions import backtests, imports, judgements, likelihoods, scorecards, scores
from keepwell.app.actions.imports import Summary
from keepwell.app.installation import Installation
from keepwell.app.judged import Judged
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import Actor

WEEKS_SCORED = 104
NOTE = "What a healthy account looks like to us"
Progress = Callable[[str, float], None]  # what is being done, and how much of the whole is, 0..1


@dataclass(frozen=True)
class Demo:
    """What was made: how the import went, how many dates were scored, and the latest of the runs.

    `judged` says whether those scores told who left; none where it is too early to say.
    """

    summary: Summary
    runs: int
    latest: ScoredRun
    judged: Judged | None


def make(
    *, installation: Installation, until: date, by: Actor, progress: Progress | None = None
) -> Demo:
    """Import a simulated company's exports, publish its card, score two years by week, and judge these scores.

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
        progress=lambda what, share: tell(what, 0.45 + 0.45 * share),
    )
    judged = _judged(installation, by, at, lambda what, share: tell(what, 0.9 + 0.1 * share))
    tell("Done", 1.0)
    return Demo(summary, len(runs), runs[-1], judged)


def _judged(installation: Installation, by: Actor, at: datetime, tell: Progress) -> Judged | None:
    """Judge the scores of two years, and let the likelihood to renew stand where there is one."""
    try:
        found = backtests.run(installation=installation, by=by, made="published", progress=tell)
    except backtests.NothingToJudge:
        return None
    judgements.keep(found=found, by=by, at=at)
    with suppress(likelihoods.NothingToFreeze):
        likelihoods.freeze(note="The first judgement", by=by, at=at)
    return found
