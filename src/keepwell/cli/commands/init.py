"""This file is `keepwell init`: it creates a workspace with a ready-made card."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from keepwell.app import representations
from keepwell.cli import output, reporting
from keepwell.cli.options import AsJson, Debug
from keepwell.errors import Conflict, WrongUse
from keepwell.facts import atomic_files

USUAL = "b2b-saas"


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder; it is created if it does not exist.")
    ],
    name: Annotated[
        str, typer.Option("--name", help="Your company's name (default: the folder's name).")
    ] = "",
    zone: Annotated[
        str,
        typer.Option("--zone", help="Time zone in which your days begin, such as Europe/Dublin."),
    ] = "UTC",
    currency: Annotated[str, typer.Option("--currency", help="Currency for all amounts.")] = "USD",
    card: Annotated[
        str,
        typer.Option(
            "--card", metavar="NAME", help="The ready-made card; docs/cards.md describes each."
        ),
    ] = USUAL,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Create a workspace: a folder with settings, a ready-made card and a place for your exports."""
    with reporting.errors(as_json, debug):
        from keepwell.app import workspace
        from keepwell.health import cards

        if card not in cards.NAMES:
            raise WrongUse(
                f"There is no ready-made card `{card}`. Available: {', '.join(cards.NAMES)}"
            )
        if (folder / workspace.FILE).exists():
            raise Conflict(f"{folder / workspace.FILE} already exists; nothing was changed.")
        if folder.exists() and not folder.is_dir():
            raise WrongUse(f"`{folder}` is a file; a workspace must be a folder.")
        own_name = name or folder.resolve().name
        # An unknown zone or currency leaves nothing half-made.
        with tempfile.TemporaryDirectory() as trial:
            workspace.create(Path(trial), name=own_name, zone=zone, currency=currency)
            workspace.read(Path(trial))
        workspace.create(folder, name=own_name, zone=zone, currency=currency)
        created = workspace.read(folder)
        place = created.cards / "health.yaml"
        is_new = not place.exists()
        if is_new:
            atomic_files.write_bytes(place, cards.ready(card).encode("utf-8"))
        (folder / "exports").mkdir(exist_ok=True)
        if as_json:
            ready = card if is_new else None
            output.print_json(representations.workspaces.begun(created, folder, place, ready))
            return
        here = output.escaped(str(folder))
        what = f"the ready-made card {card}" if is_new else "your own card"
        output.say(
            f"Created the workspace [bold]{output.escaped(created.name)}[/bold] in {here}: "
            f"settings in keepwell.yaml, {what} in cards/health.yaml.",
            "Next: put your CSV, Excel, JSON or Parquet files into its `exports` folder, and let Keepwell suggest a mapping:",
            f"  cd {here} && keepwell import --suggest",
        )
