"""This file is `keepwell check`: all that is wrong with a card, at once, and what is worth thinking about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, representations
from keepwell.cli import card_files, clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, AsOf, Card, Debug, Folder

if TYPE_CHECKING:
    from datetime import date

    from keepwell.errors import Fault
    from keepwell.health.definition.document import Document
    from keepwell.health.definition.scorecard import Definition

PAGE = "docs/checks.md"


def check(
    card: Card,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with code 1 for advice as well.")
    ] = False,
    no_data: Annotated[
        bool,
        typer.Option("--no-data", help="Check only the card; do not try it on your data."),
    ] = False,
    as_of: AsOf = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Check a card: list every fault with its line and how to fix it, then advice. Exit code 1 if there is a fault."""
    with reporting.errors(as_json, debug):
        document, day, accounts = _checked(
            workspace, card_files.read(card), str(card), as_of, not no_data
        )
        if as_json:
            output.print_json(representations.checks.check(card, document, day, accounts))
        else:
            _print(card, document, day, accounts)
        if document.definition is None or (strict and document.faults):
            raise typer.Exit(reporting.REJECTED)


def _checked(
    folder: Path, text: str, file: str, as_of: date | None, with_data: bool
) -> tuple[Document, date | None, int]:
    """Check with what the workspace knows, where there is one: the date of its data, and how many accounts it has."""
    from keepwell.app import workspace
    from keepwell.facts.schema import TABLES
    from keepwell.health.checks import check as checking

    if not (folder / workspace.FILE).is_file():
        return checking.check(text, file=file, tables=TABLES), None, 0
    here = workspaces.open(folder)
    today = here.day(clock.now())
    with output.working("Trying the card on your data"):
        checked = actions.checks.card(
            installation=here,
            by=clock.operator(None),
            text=text,
            file=file,
            today=today,
            as_of=as_of,
            with_data=with_data,
        )
    return checked.document, checked.as_of, checked.accounts


def _print(card: Path, document: Document, as_of: date | None, accounts: int) -> None:
    faults = document.faults
    for fault in faults:
        if fault.is_error:
            output.say(f"[bold]fault[/bold] {fault.code} {output.escaped(str(fault))}")
    _print_advice([fault for fault in faults if not fault.is_error])
    definition = document.definition
    if definition is None:
        count = representations.errors.counted(faults)
        output.say(f"{count} in {output.escaped(str(card))}. Codes: {PAGE}")
        return
    if definition.shadows:
        output.say(f"Watched without weight: {output.escaped(', '.join(definition.shadows))}")
    output.say(
        _standing(definition, faults),
        f"Tried on the data of {formats.count(accounts, 'account')} on {as_of}."
        if as_of
        else "Not tried on any data.",
    )
    measures = formats.count(len(definition.measures), "measure")
    areas = formats.count(len(definition.root.children), "area")
    output.say(
        f"{output.escaped(definition.label)} is valid: {measures} in {areas}. "
        f'Next: keepwell publish {output.escaped(str(card))} --note "…"'
    )


def _print_advice(faults: list[Fault]) -> None:
    """Print advice under the golden rule or mistake that it belongs to."""
    from keepwell.health.checks import codes

    for heading in codes.HEADINGS:
        under = [fault for fault in faults if codes.about(fault) == heading]
        if under:
            output.say(f"[bold]{heading}[/bold]")
        for fault in under:
            output.say(f"  advice {fault.code} {output.escaped(str(fault))}")


def _standing(definition: Definition, faults: tuple[Fault, ...]) -> str:
    """Say in one line how the card stands."""
    from keepwell.health.checks import codes

    met = codes.rules_that_hold(faults)
    things = f"{formats.count(len(faults), 'thing')} to think about" if faults else "no advice"
    named = f": {', '.join(met)}" if met else ""
    see = f". Codes: {PAGE}" if faults else ""
    return (
        f"No faults, {things}; meets {len(met)} of the {len(codes.RULES)} golden rules{named}{see}"
    )
