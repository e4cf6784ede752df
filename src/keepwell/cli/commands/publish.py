"""This file is `keepwell publish`: a card becomes the next version, unless somebody else published meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, queries, representations
from keepwell.cli import card_files, clock, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Card, Debug, Folder, words
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.errors import Fault

CHANGED_TOO_SOON = "C741"


def publish(
    card: Card,
    note: Annotated[
        str,
        typer.Option(
            "--note",
            parser=words,
            metavar="TEXT",
            help="What changed and why, for whoever reads the history.",
        ),
    ],
    parent: Annotated[
        int | None,
        typer.Option(
            "--parent",
            min=0,
            help="The version this card was made from (default: the one noted in the file).",
        ),
    ] = None,
    update_file: Annotated[
        bool,
        typer.Option(
            "--update-file",
            help="Note the version in the file even if it is outside the workspace.",
        ),
    ] = False,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Publish a card as the next version. The version is noted in the file if that is in the workspace."""
    with reporting.errors(as_json, debug):
        if not note.strip():
            raise WrongUse('Give a note: --note "what changed and why".')
        here = workspaces.open(workspace)
        text, made_from = card_files.split(card_files.read_whole(card))
        before = queries.scorecards.latest(VIEWER)
        advice = _advice(here, text, str(card))
        given = made_from if parent is None else parent
        version = actions.scorecards.publish(
            text=text,
            note=note,
            by=clock.operator(by),
            at=clock.now(),
            file=str(card),
            # Before the first version there is nobody's work to undo.
            parent=given or None if before else None,
        )
        is_ours = update_file or card.resolve().is_relative_to(here.folder)
        is_noted = is_ours and card_files.note_version(card, version.number)
        is_new = before is None or before.number != version.number
        if as_json:
            shown = representations.scorecards.published(version, is_new=is_new, advice=advice)
            output.print_json(shown)
            return
        file = output.escaped(str(card))
        output.say(
            f"Published {file} as version {version.number}. Next: keepwell score"
            if is_new
            else f"{file} is identical to published version {version.number}."
        )
        for each in advice:
            output.say(f"advice {each.code} {output.escaped(str(each))}")
        if not is_noted:
            why = (
                "cannot be written to"
                if is_ours
                else "is outside the workspace, so the version is not noted in it"
            )
            output.say(f"The file {why}: pass --parent {version.number} when you next publish it.")


def _advice(here: Installation, text: str, file: str) -> list[Fault]:
    """Find out whether the card is changed more often than its own calendar allows; `check` says all else."""
    from keepwell.health.checks import check

    today = here.day(clock.now())
    evidence = queries.checks.surroundings(VIEWER, here, text=text, today=today)
    tables = queries.facts.tables(VIEWER)
    found = check.check(text, file=file, tables=tables, evidence=evidence).faults
    return [fault for fault in found if fault.code == CHANGED_TOO_SOON]
