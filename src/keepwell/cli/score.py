"""This file is `keepwell score`: every account gets its score, for a date or for many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.app import actions, queries
from keepwell.cli import answers, clock, marks, opened, working_copies
from keepwell.cli.answers import WrongUse, answering
from keepwell.cli.options import HERE, AsJson, AsOf, By, Debug, Every, Folder, FromDay, ToDay

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.scores import ScoredRun, ScoreRow

Card = Annotated[
    Path | None,
    typer.Option("--card", metavar="FILE", help="Score with this card without publishing it."),
]


MOST_DATES = 4_000  # eleven years of days: more is a slip of the finger


def score(
    as_of: AsOf = None,
    from_: FromDay = None,
    to: ToDay = None,
    every: Every = None,
    card: Card = None,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Score every account on a date; tomorrow if left out, so that all facts so far count. With --from, on many dates."""
    with answering(as_json, debug):
        here = opened.installation(workspace)
        if from_ or to or every:
            _many(here, _dates(here, as_of, from_, to, every), card, by, as_json)
        else:
            _one(here, as_of, card, by, as_json)


def _one(
    here: Installation, as_of: date | None, card: Path | None, by: str | None, as_json: bool
) -> None:
    with answers.working("Scoring"):
        run = actions.scores.run(
            installation=here, as_of=as_of or clock.tomorrow(here.zone), **_asked(card, by)
        )
        rows = queries.scores.rows(opened.VIEWER, run.run_id)
    hint = "" if as_of else _hint(here, run)
    if as_json:
        answers.as_json(_answer(run, rows, hint))
    else:
        _print(run, rows, hint)


def _many(
    here: Installation, dates: Sequence[date], card: Path | None, by: str | None, as_json: bool
) -> None:
    asked = _asked(card, by)
    with answers.progress("Scoring") as progress:
        runs = actions.scores.runs(installation=here, dates=dates, progress=progress, **asked)
    new = sum(1 for run in runs if run.at == asked["at"])
    rows = queries.scores.rows(opened.VIEWER, runs[-1].run_id)
    if as_json:
        told = [
            {"run_id": run.run_id, "as_of": run.as_of, "is_new": run.at == asked["at"]}
            for run in runs
        ]
        answers.as_json(
            {**_answer(runs[-1], rows, ""), "dates": len(runs), "new": new, "runs": told}
        )
        return
    known = f", {len(runs) - new} of them known already" if new < len(runs) else ""
    answers.say(f"{len(runs)} dates from {runs[0].as_of} to {runs[-1].as_of}{known}; the latest:")
    _print(runs[-1], rows, "")


def _asked(card: Path | None, by: str | None) -> dict[str, Any]:
    """What runs on one date and on many are told alike."""
    text = working_copies.taken_apart(opened.card(card))[0] if card else None
    return {
        "by": clock.operator(by),
        "at": clock.now(),
        "definition": text,
        "file": str(card or "scorecard"),
    }


def _dates(
    here: Installation,
    as_of: date | None,
    first: date | None,
    latest: date | None,
    every: str | None,
) -> Sequence[date]:
    from keepwell.health.definition import interval

    if as_of:
        raise WrongUse("Give --as-of for one date, or --from and --to for many.")
    if first is None:
        raise WrongUse("Give --from too: the first of the dates.")
    until = latest or clock.tomorrow(here.zone)
    if until < first:
        raise WrongUse(f"--from {first} is after --to {until}.")
    try:
        dates = list(islice(interval.read(every or "week").dates(first, until), MOST_DATES + 1))
    except ValueError as error:
        raise WrongUse(f"`{every}` is no pace. {error}") from None
    if len(dates) > MOST_DATES:
        raise WrongUse(
            f"From {first} to {until} are more than {MOST_DATES:,} dates. Score fewer at a time."
        )
    return dates


def _answer(run: ScoredRun, rows: tuple[ScoreRow, ...], hint: str) -> dict[str, object]:
    bands = Counter(row.band for row in rows if row.band)
    return {
        "run_id": run.run_id, "kind": run.kind, "as_of": run.as_of, "version": run.version, "through_batch": run.through_batch,
        "accounts": len(rows), "bands": dict(bands), "without_score": sum(1 for row in rows if row.score is None), "hint": hint or None,
    }  # fmt: skip


def _print(run: ScoredRun, rows: tuple[ScoreRow, ...], hint: str) -> None:
    console = answers.console()
    card = f"version {run.version}" if run.version else "a draft"
    console.print(f"{len(rows)} accounts on {run.as_of} by {card}:")
    marks.counted(console, Counter((row.band, row.meaning) for row in rows))
    if hint:
        console.print(hint)
    console.print(
        "Next: keepwell scores"
        + (" --draft" if run.version is None else "")
        + ", then keepwell explain ACCOUNT"
    )


def _hint(here: Installation, run: ScoredRun) -> str:
    """Say which date was probably meant, where the newest events are far behind the date of the scores."""
    fed = [
        feed for feed in queries.facts.feeds(opened.VIEWER, run.through_batch) if feed.event_days
    ]
    if not fed:
        return ""
    often = min(feed.expected_every_days for feed in fed)
    newest = max(feed.event_days[-1] for feed in fed if feed.expected_every_days == often)
    behind = (run.as_of - timedelta(days=1) - newest).days
    if behind <= max(often, 7):
        return ""
    return f"The newest facts are of {newest}, so their feeds count as late; try --as-of {newest + timedelta(days=1)}"
