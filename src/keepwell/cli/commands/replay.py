"""This file is `keepwell replay`: a past run computed again, and whether it is the same to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, queries, representations
from keepwell.cli import card_files, clock, formats, output, reporting, runs, workspaces
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Folder
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from keepwell.app.actions.replays import Replay


def replay(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN",
            help="The run's id or its first characters (default: the latest published run).",
        ),
    ] = None,
    as_of: AsOf = None,
    card: Annotated[
        Path | None,
        typer.Option(
            "--card", metavar="FILE", help="For a draft's run: the card it was made with."
        ),
    ] = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Compute a past run again and compare every score and line bit for bit. Exit code 1 if anything differs."""
    with reporting.errors(as_json, debug):
        if run and as_of:
            raise WrongUse("Give a run or --as-of, not both.")
        here = workspaces.open(workspace)
        wanted = queries.runs.begins(VIEWER, run) if run else runs.latest(as_of)
        text = card_files.read(card) if card else None
        with output.working("Scoring"):
            found = actions.replays.replay(
                installation=here, by=clock.operator(None), run_id=wanted.run_id, text=text
            )
        if as_json:
            output.print_json(representations.replays.replay(found))
        else:
            _print(found)
        if found.different:
            raise typer.Exit(reporting.REJECTED)


def _print(found: Replay) -> None:
    counted = f"{formats.count(found.scores, 'score')}, {formats.count(found.lines, 'line')}"
    counted += f" and {formats.count(found.peers, 'group')} of peers" if found.peers else ""
    what = f"Run for {runs.described(found.run)}"
    if not found.different:
        output.say(f"{what}: the same to the bit ({counted}).")
        return
    for each in found.differences:
        output.say(output.escaped(str(each)))
    if more := found.different - len(found.differences):
        output.say(f"and {more:,} more")
    output.say(
        f"{what}: not identical, {formats.count(found.different, 'difference')} in {counted}."
    )
