"""This file is `keepwell diff`: what differs between two cards, in words and line by line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from keepwell.app import queries, representations
from keepwell.cli import card_files, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, Debug, Folder
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import Invalid

if TYPE_CHECKING:
    from keepwell.app.queries.differences import Compared, Side

SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}
STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}


def diff(
    before: Annotated[
        str, typer.Argument(metavar="BEFORE", help="A version number, or a card's YAML file.")
    ],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="Another version number or file.")],
    text_only: Annotated[
        bool, typer.Option("--text", help="Compare the texts only, line by line.")
    ] = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Compare two cards: what changed, in words and line by line."""
    with reporting.errors(as_json, debug) as report:
        workspaces.open(workspace)
        found = queries.differences.between(
            VIEWER, _side(before), _side(after), in_words=not text_only
        )
        if found.faults:
            if not as_json:
                _print_lines(found)
            report.beside(representations.scorecards.compared(found))
            invalid = " and ".join(dict.fromkeys(fault.file for fault in found.faults))
            raise Invalid(
                f"There are faults in {invalid}, so only the lines can be compared.",
                way_out="Use --text to compare the texts alone.",
                faults=found.faults,
            )
        if as_json:
            output.print_json(representations.scorecards.compared(found))
            return
        if not text_only:
            _print_words(found)
        _print_lines(found)


def _side(named: str) -> Side:
    """A version by its number, else a file."""
    if named.isascii() and named.isdecimal():
        return queries.differences.published(VIEWER, int(named[:20]))
    return queries.differences.Side(named, None, card_files.read(Path(named)))


def _print_words(found: Compared) -> None:
    from keepwell.health.explain import prose

    if found.differences:
        before, after = (output.escaped(side.label) for side in (found.before, found.after))
        output.say(f"From {before} to {after}:")
        for each in found.differences:
            output.say(f"  {SIGNS[each.kind]} {output.escaped(prose.difference(each))}")
        output.say("")
    elif found.lines:
        output.say("Both mean the same; only comments or layout differ.", "")
    else:
        output.say("Both texts are identical.")


def _print_lines(found: Compared) -> None:
    console = output.console()
    for line in found.lines:
        style = next((style for sign, style in STYLES.items() if line.startswith(sign)), "")
        console.print(Text(output.printable(line), style=style), soft_wrap=True)
