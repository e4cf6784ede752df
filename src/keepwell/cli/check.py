"""This file is `keepwell check`: all that is wrong with a card, at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli import answers, opened, working_copies
from keepwell.cli.answers import answering
from keepwell.cli.options import HERE, AsJson, Debug, Folder

if TYPE_CHECKING:
    from keepwell.health.spec.document import Document
    from keepwell.health.spec.table import Table


def check(
    card: Annotated[Path, typer.Argument(metavar="CARD", help="The card's YAML file.")],
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Check a card: every fault with its line and the way out. Exit code 1 if there is one."""
    with answering(as_json, debug):
        from keepwell.health.spec import check as checking

        text, _ = working_copies.taken_apart(opened.card(card))
        document = checking.check(text, file=str(card), tables=_tables(workspace))
        if as_json:
            answers.as_json({"file": card, "is_ok": document.definition is not None, "faults": document.faults})
        else:
            _print(card, document)
        if document.definition is None:
            raise typer.Exit(answers.REFUSED)


def _tables(folder: Path) -> Mapping[str, Table]:
    """The tables that a card may read: with the extra columns of the workspace where there is one."""
    from keepwell.desk import workspace
    from keepwell.desk.queries import facts
    from keepwell.facts.schema import TABLES

    if not (folder / workspace.FILE).is_file():
        return TABLES
    opened.workspace(folder)
    return facts.tables()


def _print(card: Path, document: Document) -> None:
    for fault in document.faults:
        kind = "[bold]fault[/bold]" if fault.is_error else "advice"
        answers.say(f"{kind} {fault.code} {answers.outside(str(fault))}")
    if document.definition is None:
        answers.say(f"{answers.summary(document.faults).split(';')[0]} in {answers.outside(str(card))}.")
        return
    measures = len(document.definition.measures)
    groups = len({path.split(".")[0] for path in document.lines if path})
    answers.say(
        f'{answers.outside(document.definition.label)} is in order: {measures} measures in {groups} areas. Next: keepwell publish {answers.outside(str(card))} --note "…"'
    )
