"""This file is `keepwell diff`: what two cards say differently, in words and line by line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from keepwell.app import queries
from keepwell.cli import answers, opened, working_copies
from keepwell.cli.answers import Refused, answering
from keepwell.cli.options import HERE, AsJson, Debug, Folder

if TYPE_CHECKING:
    from keepwell.app.queries.differences import Compared, Side

SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": ">"}
STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}
WAY_OUT = "so what differs cannot be told in words; --text compares the texts alone."


def diff(
    before: Annotated[
        str, typer.Argument(metavar="BEFORE", help="A version's number, or a card's YAML file.")
    ],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="Another.")],
    text_only: Annotated[
        bool, typer.Option("--text", help="The texts alone, line by line.")
    ] = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Say what the second card says differently from the first, in words and line by line."""
    with answering(as_json, debug):
        opened.installation(workspace)
        found = queries.differences.between(
            opened.VIEWER, _side(before), _side(after), in_words=not text_only
        )
        if found.faults:
            if not as_json:
                _lines(found)
            unreadable = " and ".join(dict.fromkeys(fault.file for fault in found.faults))
            raise Refused(
                f"There are faults in {unreadable}, {WAY_OUT}", found.faults, _answer(found)
            )
        if as_json:
            answers.as_json(_answer(found))
            return
        if not text_only:
            _words(found)
        _lines(found)


def _side(named: str) -> Side:
    """A version by its number, else a file."""
    if named.isascii() and named.isdecimal():
        return queries.differences.published(opened.VIEWER, int(named[:20]))
    return queries.differences.Side(
        named, None, working_copies.taken_apart(opened.card(Path(named)))[0]
    )


def _answer(found: Compared) -> dict[str, object]:
    sides = {
        name: {"version": side.version, "file": None if side.version else side.label}
        for name, side in (("before", found.before), ("after", found.after))
    }
    from keepwell.health.explain import prose

    listed = found.differences and [
        {"kind": each.kind, "path": each.path, "what": each.what, "label": each.label, "field": each.field or None,
         "sentence": prose.difference(each)}
        for each in found.differences
    ]  # fmt: skip
    return {**sides, "differences": listed, "lines": found.lines}


def _words(found: Compared) -> None:
    from keepwell.health.explain import prose

    if found.differences:
        answers.say(
            f"From {answers.outside(found.before.label)} to {answers.outside(found.after.label)}:"
        )
        answers.say(
            *(
                f"  {SIGNS[each.kind]} {answers.outside(prose.difference(each))}"
                for each in found.differences
            ),
            "",
        )
    elif found.lines:
        answers.say("Both say the same; only comments or layout differ.", "")
    else:
        answers.say("Both are the same, to the letter.")


def _lines(found: Compared) -> None:
    console = answers.console()
    for line in found.lines:
        style = next((style for sign, style in STYLES.items() if line.startswith(sign)), "")
        console.print(Text(answers.printable(line), style=style), soft_wrap=True)
