"""This file is `keepwell versions`: which cards were published, by whom and why, and the text of one of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import queries, representations
from keepwell.cli import card_files, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, Debug, Folder
from keepwell.cli.workspaces import VIEWER

if TYPE_CHECKING:
    from keepwell.app.queries.scorecards import Use, Version

# Columns are left out from the right where the terminal is narrow.
WIDE = 100


def versions(
    number: Annotated[
        int | None,
        typer.Argument(
            metavar="VERSION",
            min=1,
            help="Print the text of this version: keepwell versions 3 > card.yaml",
        ),
    ] = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the published versions of the card, newest first, or print the text of one."""
    with reporting.errors(as_json, debug):
        workspaces.open(workspace)
        uses = queries.scorecards.uses(VIEWER)
        if number is not None:
            version = queries.scorecards.version(VIEWER, number)
            if as_json:
                shown = representations.scorecards.used(version, uses.get(number))
                output.print_json({**shown, "text": version.text})
            else:
                sys.stdout.write(card_files.with_note(version.text, number))
            return
        published = queries.scorecards.history(VIEWER)
        if as_json:
            output.print_json(
                [
                    representations.scorecards.used(version, uses.get(version.number))
                    for version in published
                ]
            )
        elif published:
            _print(published, uses)
        else:
            output.say(
                'No card published yet. Next: keepwell publish cards/health.yaml --note "Our first scorecard"'
            )


def _print(published: Sequence[Version], uses: Mapping[int, Use]) -> None:
    console = output.console()
    is_wide = console.width >= WIDE
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Version", justify="right", no_wrap=True)
    table.add_column("Published", no_wrap=True)
    table.add_column("By", overflow="fold")
    table.add_column("Note", overflow="fold")
    for name in ("From", "Scored") if is_wide else ():
        table.add_column(name, no_wrap=True)
    for version in published:
        use = uses.get(version.number)
        scored = (
            f"{formats.count(use.accounts, 'account')}, latest on {use.latest_on}" if use else ""
        )
        table.add_row(
            str(version.number),
            f"{version.published_at:%Y-%m-%d %H:%M}",
            output.escaped(version.by),
            output.escaped(version.note),
            *((str(version.parent or ""), scored) if is_wide else ()),
        )
    console.print(table)
    if len(published) > 1:
        output.say(f"Next: keepwell diff {published[1].number} {published[0].number}")
