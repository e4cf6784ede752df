"""This file is `keepwell rollback`: the text of an older version is published again, and nothing is rewritten."""

from __future__ import annotations

from typing import Annotated

import typer

from keepwell.app import actions, representations
from keepwell.cli import clock, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder, words
from keepwell.errors import WrongUse


def rollback(
    number: Annotated[
        int, typer.Argument(metavar="VERSION", min=1, help="The version to go back to.")
    ],
    note: Annotated[
        str,
        typer.Option(
            "--note", parser=words, metavar="TEXT", help="Why, for whoever reads the history."
        ),
    ],
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Publish an older version again, as the next one. Published versions never change."""
    with reporting.errors(as_json, debug):
        if not note.strip():
            raise WrongUse('Give a note: --note "why".')
        workspaces.open(workspace)
        version = actions.scorecards.roll_back(
            number=number, note=note, by=clock.operator(by), at=clock.now()
        )
        if as_json:
            output.print_json(representations.scorecards.published(version, is_new=True))
            return
        output.say(
            f"Published version {number} again, as version {version.number}. Next: keepwell score",
            f"Your file still has another version's text. To replace it: keepwell versions {version.number} > cards/health.yaml",
        )
