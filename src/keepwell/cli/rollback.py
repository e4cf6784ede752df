"""This file is `keepwell rollback`: the text of an older version is published again, and nothing is rewritten."""

from __future__ import annotations

from typing import Annotated

import typer

from keepwell.app import actions
from keepwell.cli import answers, clock, opened, publish
from keepwell.cli.answers import answering
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder, words


def rollback(
    number: Annotated[
        int, typer.Argument(metavar="VERSION", min=1, help="The version to go back to.")
    ],
    note: Annotated[
        str,
        typer.Option("--note", parser=words, metavar="TEXT", help="Why, for those who come after."),
    ],
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Publish an older version again, as the next one. What was published stays as it is."""
    with answering(as_json, debug):
        if not note.strip():
            raise answers.WrongUse('Give a note: --note "why".')
        opened.installation(workspace)
        version = actions.scorecards.roll_back(
            number=number, note=note, by=clock.operator(by), at=clock.now()
        )
        if as_json:
            answers.as_json(publish.answer(version) | {"is_new": True, "advice": []})
            return
        answers.say(
            f"Version {version.number} says what version {number} said. Next: keepwell score",
            f"Your file still holds another version: keepwell versions {version.number} > cards/health.yaml replaces it.",
        )
