"""This file is `keepwell score`: every account gets its score for a date."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli import answers, clock, marks, opened, working_copies
from keepwell.cli.answers import answering
from keepwell.cli.options import HERE, AsJson, AsOf, By, Debug, Folder

if TYPE_CHECKING:
    from keepwell.desk.queries.scores import ScoredRun, ScoreRow
    from keepwell.desk.workspace import Workspace

Card = Annotated[
    Path | None, typer.Option("--card", metavar="FILE", help="Score with this card without publishing it.")
]


def score(
    as_of: AsOf = None,
    card: Card = None,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Score every account on a date; tomorrow if left out, so that all facts so far count."""
    with answering(as_json, debug):
        from keepwell.desk.actions import scores
        from keepwell.desk.queries import scores as scored

        here = opened.workspace(workspace)
        day = as_of or clock.tomorrow(here.zone)
        text = working_copies.taken_apart(opened.card(card))[0] if card else None
        with answers.working("Scoring"):
            run = scores.run(
                workspace=here,
                as_of=day,
                by=clock.who(by),
                at=clock.now(),
                definition=text,
                file=str(card or "scorecard"),
            )
            rows = scored.rows(run.run_id)
        hint = "" if as_of else _hint(here, run)
        if as_json:
            answers.as_json(_answer(run, rows, hint))
        else:
            _print(run, rows, hint)


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
    counted = Counter((row.band, row.meaning) for row in rows)
    for (band, meaning), count in sorted(counted.items(), key=lambda each: _order(each[0][1])):
        console.print(f"  {count:>4}  ", marks.health(console, band, meaning), sep="", end="\n")
    if hint:
        console.print(hint)
    console.print(
        "Next: keepwell scores" + (" --draft" if run.version is None else "") + ", then keepwell explain ACCOUNT"
    )


def _order(meaning: str | None) -> int:
    known = list(marks.SHAPES)
    return known.index(meaning) if meaning in known else len(known)


def _hint(here: Workspace, run: ScoredRun) -> str:
    """Say which date was probably meant, where the newest events are far behind the date of the scores."""
    from keepwell.desk.queries import facts

    fed = [feed for feed in facts.feeds(run.through_batch) if feed.event_days]
    if not fed:
        return ""
    often = min(feed.rhythm_days for feed in fed)
    newest = max(feed.event_days[-1] for feed in fed if feed.rhythm_days == often)
    behind = (run.as_of - timedelta(days=1) - newest).days
    if behind <= max(often, 7):
        return ""
    return f"The newest facts are of {newest}, so their feeds count as late; try --as-of {newest + timedelta(days=1)}"
