"""This file is `keepwell check`: all that is wrong with a card, at once, and what is worth thinking about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions
from keepwell.cli import answers, clock, opened, working_copies
from keepwell.cli.answers import answering
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Folder

if TYPE_CHECKING:
    from datetime import date

    from keepwell.errors import Fault
    from keepwell.health.definition.document import Document
    from keepwell.health.definition.scorecard import Definition

PAGE = "docs/checks.md"


def check(
    card: Annotated[Path, typer.Argument(metavar="CARD", help="The card's YAML file.")],
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 on advice too.")] = False,
    no_data: Annotated[
        bool, typer.Option("--no-data", help="Look at the card only, not at what it gives.")
    ] = False,
    as_of: AsOf = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Check a card: every fault with its line and the way out, then advice. Exit code 1 if there is a fault."""
    with answering(as_json, debug):
        text, _ = working_copies.taken_apart(opened.card(card))
        document, day, accounts = _checked(workspace, text, str(card), as_of, not no_data)
        if as_json:
            answers.as_json(_answer(card, document, day, accounts))
        else:
            _print(card, document, day, accounts)
        if document.definition is None or (strict and document.faults):
            raise typer.Exit(answers.REFUSED)


def _checked(
    folder: Path, text: str, file: str, as_of: date | None, with_data: bool
) -> tuple[Document, date | None, int]:
    """Check with what the workspace knows, where there is one: the date of its data, and how many accounts it has."""
    from keepwell.app import workspace
    from keepwell.facts.schema import TABLES
    from keepwell.health.definition import check as checking

    if not (folder / workspace.FILE).is_file():
        return checking.check(text, file=file, tables=TABLES), None, 0
    here = opened.installation(folder)
    today = here.day(clock.now())
    with answers.working("Looking at what the card gives"):
        checked = actions.checks.card(
            installation=here, text=text, file=file, today=today, as_of=as_of, with_data=with_data
        )
    return checked.document, checked.as_of, checked.accounts


def _answer(card: Path, document: Document, as_of: date | None, accounts: int) -> dict[str, object]:
    from keepwell.health.definition.checks import advice

    holding = advice.rules_that_hold(document.faults) if document.definition else None
    return {
        "file": card,
        "is_ok": document.definition is not None,
        "faults": [
            {**answers.plain(fault), "about": advice.about(fault)} for fault in document.faults
        ],
        "golden_rules": {rule: rule in holding for rule in advice.RULES}
        if holding is not None
        else None,
        "mistakes": advice.mistakes_made(document.faults),
        "shadows": document.definition.shadows if document.definition else (),
        "as_of": as_of,
        "accounts": accounts,
        "page": PAGE,
    }


def _print(card: Path, document: Document, as_of: date | None, accounts: int) -> None:
    faults = document.faults
    for fault in faults:
        if fault.is_error:
            answers.say(f"[bold]fault[/bold] {fault.code} {answers.outside(str(fault))}")
    _advise([fault for fault in faults if not fault.is_error])
    definition = document.definition
    if definition is None:
        answers.say(
            f"{answers.summary(faults).split(';')[0]} in {answers.outside(str(card))}. Each code: {PAGE}"
        )
        return
    if definition.shadows:
        answers.say(f"Watched without weight: {answers.outside(', '.join(definition.shadows))}")
    answers.say(_standing(definition, faults), _seen(as_of, accounts))
    groups = sum(1 for child in definition.root.children)
    answers.say(
        f'{answers.outside(definition.label)} is in order: {len(definition.measures)} measures in {groups} areas. Next: keepwell publish {answers.outside(str(card))} --note "…"'
    )


def _advise(faults: list[Fault]) -> None:
    """Print advice under the golden rule or mistake that it belongs to."""
    from keepwell.health.definition.checks import advice

    for heading in advice.HEADINGS:
        under = [fault for fault in faults if advice.about(fault) == heading]
        if under:
            answers.say(f"[bold]{heading}[/bold]")
        for fault in under:
            answers.say(f"  advice {fault.code} {answers.outside(str(fault))}")


def _standing(definition: Definition, faults: tuple[Fault, ...]) -> str:
    """Say in one line how the card stands."""
    from keepwell.health.definition.checks import advice

    holding = advice.rules_that_hold(faults)
    things = {0: "nothing to think about", 1: "1 thing to think about"}.get(
        len(faults), f"{len(faults)} things to think about"
    )
    held = f": {', '.join(holding)}" if holding else ""
    more = f". Each code: {PAGE}" if faults else ""
    return f"No faults; {things}; {len(holding)} of the {len(advice.RULES)} golden rules hold{held}{more}"


def _seen(as_of: date | None, accounts: int) -> str:
    if as_of is None:
        return "No data was looked at."
    return f"Held against the data of {accounts} accounts on {as_of}."
