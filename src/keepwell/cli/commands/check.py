"""This file is `keepwell check`: all that is wrong with a card, at once, and what is worth thinking about."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, representations
from keepwell.cli import card_files, clock, dates, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, AsOf, Card, Debug, Folder

if TYPE_CHECKING:
    from datetime import date

    from keepwell.app.actions.checks import Checked
    from keepwell.errors import Fault
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
        checked = _checked(workspace, card_files.read(card), str(card), as_of, not no_data)
        if as_json:
            output.print_json(representations.checks.check(card, checked, is_strict=strict))
        else:
            _print(card, checked, strict)
        if checked.document.definition is None or (strict and checked.document.faults):
            raise typer.Exit(reporting.REJECTED)


def _checked(folder: Path, text: str, file: str, as_of: date | None, with_data: bool) -> Checked:
    """Check with what the workspace knows, where there is one."""
    from keepwell.app import workspace
    from keepwell.facts.schema import TABLES
    from keepwell.health.checks import check as checking

    if not (folder / workspace.FILE).is_file():
        return actions.checks.Checked(checking.check(text, file=file, tables=TABLES))
    here = workspaces.open(folder)
    today = here.day(clock.now())
    with output.working("Trying the card on your data"):
        return actions.checks.card(
            installation=here,
            by=clock.operator(None),
            text=text,
            file=file,
            today=today,
            as_of=dates.chosen(here, "compare", as_of),
            with_data=with_data,
        )


def _tried(checked: Checked) -> str:
    if checked.as_of is None:
        return "Not tried on any data."
    others = (
        f" Not customers: {formats.count(checked.left_out, 'account')}." if checked.left_out else ""
    )
    return f"Tried on the data of {formats.count(checked.accounts, 'account')} on {checked.as_of}.{others}"


def _print(card: Path, checked: Checked, strict: bool) -> None:
    document, faults = checked.document, checked.document.faults
    for fault in faults:
        if fault.is_error:
            output.say(f"[bold]fault[/bold] {fault.code} {output.escaped(str(fault))}")
    _print_advice([fault for fault in faults if not fault.is_error])
    definition = document.definition
    if definition is None:
        count = representations.errors.counted(faults)
        output.say(
            f"{count} in {output.escaped(str(card))}. Codes: {PAGE}. {_next(card, faults, strict)}"
        )
        return
    if definition.shadows:
        output.say(f"Watched without weight: {output.escaped(', '.join(definition.shadows))}")
    output.say(
        _standing(definition, faults),
        _tried(checked),
    )
    measures = formats.count(len(definition.measures), "measure")
    areas = formats.count(len(definition.root.children), "area")
    output.say(
        f"{output.escaped(definition.label)} is valid: {measures} in {areas}. {_next(card, faults, strict)}"
    )


def _next(card: Path, faults: tuple[Fault, ...], strict: bool) -> str:
    """Say what to do next: mend what fails first, and publish only where nothing does."""
    from keepwell.health.checks import codes

    file = output.escaped(shlex.quote(str(card)))
    first = codes.first_to_mend(faults, is_strict=strict)
    if first is None:
        return f'Next: keepwell publish {file} --note "…"'
    where = f" in line {first.line}" if first.line else ""
    about = codes.about(first)
    heading = f" ({about[:1].lower()}{about[1:]})" if about else ""
    again = " --strict" if strict else ""
    return f"Next: mend {first.code}{where}{heading} first, then keepwell check {file}{again}"


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
