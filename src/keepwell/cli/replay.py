"""This file is `keepwell replay`: a past run computed again, and whether it is the same to the bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, queries
from keepwell.cli import answers, opened, working_copies
from keepwell.cli.answers import Refused, answering
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Folder
from keepwell.cli.score import Card

if TYPE_CHECKING:
    from keepwell.app.actions.replays import Replay
    from keepwell.app.queries.scores import ScoredRun


def replay(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]",
            help="The run's id or its beginning; the latest published one if left out.",
        ),
    ] = None,
    as_of: AsOf = None,
    card: Card = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Compute a past run again and say whether all scores and lines are the same to the bit. Nothing is written."""
    with answering(as_json, debug):
        here = opened.installation(workspace)
        wanted = _run(run, as_of)
        text = working_copies.taken_apart(opened.card(card))[0] if card else None
        with answers.working("Scoring"):
            found = actions.replays.replay(installation=here, run_id=wanted.run_id, text=text)
        if found.different:
            _refuse(found)
        if as_json:
            answers.as_json(_answer(found))
        else:
            answers.say(f"{_what(found)} is the same to the bit: {_counted(found)}.")


def _run(start: str | None, as_of: AsOf) -> ScoredRun:
    if start and as_of:
        raise answers.WrongUse("Give a run or --as-of, not both.")
    if start:
        return queries.scores.begins(opened.VIEWER, start)
    latest = queries.scores.latest(opened.VIEWER, "published", as_of)
    if latest is None:
        raise Refused(
            f"There are no published scores{f' on {as_of}' if as_of else ''} to compute again."
        )
    return latest


def _refuse(found: Replay) -> None:
    told = [str(each) for each in found.differences]
    more = found.different - len(told)
    rest = [f"and {more:,} more"] if more else []
    raise Refused(
        f"{_what(found)} is not the same: {found.different:,} differences in {_counted(found)}.",
        answer=_answer(found),
        lines=[*told, *rest],
    )


def _what(found: Replay) -> str:
    run = found.run
    card = f"version {run.version}" if run.version else "a draft"
    return f"The run of {run.as_of} by {card}, over facts through import {run.through_batch},"


def _counted(found: Replay) -> str:
    peers = f" and {found.peers:,} groups of peers" if found.peers else ""
    return f"{found.scores:,} scores, {found.lines:,} lines{peers}"


def _answer(found: Replay) -> dict[str, object]:
    run = found.run
    return {
        "run_id": run.run_id, "kind": run.kind, "as_of": run.as_of, "version": run.version, "through_batch": run.through_batch,
        "is_same": not found.different, "scores": found.scores, "lines": found.lines, "peers": found.peers,
        "different": found.different, "differences": found.differences,
    }  # fmt: skip
