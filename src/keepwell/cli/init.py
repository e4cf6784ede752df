"""This file is `keepwell init`: it begins a workspace with a ready card."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from keepwell.cli import answers
from keepwell.cli.answers import Refused, answering
from keepwell.cli.options import AsJson, Debug

USUAL = "b2b-saas"


def init(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="The folder to begin in; it is made if it is not there."
        ),
    ],
    name: Annotated[
        str, typer.Option("--name", help="Whose workspace it is; the folder's name if left out.")
    ] = "",
    zone: Annotated[
        str, typer.Option("--zone", help="The time zone of your days, such as Europe/Dublin.")
    ] = "UTC",
    currency: Annotated[
        str, typer.Option("--currency", help="The currency of your amounts.")
    ] = "USD",
    card: Annotated[
        str,
        typer.Option(
            "--card",
            metavar="NAME",
            help="The ready card to begin with: docs/cards.md tells whom each is for.",
        ),
    ] = USUAL,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Begin a workspace: a folder with settings, a ready card and a place for your exports."""
    with answering(as_json, debug):
        from keepwell.app import workspace
        from keepwell.health import cards

        if card not in cards.NAMES:
            raise answers.WrongUse(
                f"There is no ready card `{card}`. Ready cards: {', '.join(cards.NAMES)}"
            )
        if (folder / workspace.FILE).exists():
            raise Refused(f"{folder / workspace.FILE} is there already; nothing was changed.")
        if folder.exists() and not folder.is_dir():
            raise answers.WrongUse(f"`{folder}` is a file, and a workspace is a folder.")
        with (
            tempfile.TemporaryDirectory() as trial
        ):  # a zone or a currency that there is not leaves nothing half-made
            workspace.create(
                Path(trial), name=name or folder.resolve().name, zone=zone, currency=currency
            )
            workspace.read(Path(trial))
        workspace.create(folder, name=name or folder.resolve().name, zone=zone, currency=currency)
        opened = workspace.read(folder)
        place = opened.cards / "health.yaml"
        is_new = not place.exists()
        if is_new:
            place.write_text(cards.ready(card), encoding="utf-8")
        (folder / "exports").mkdir(exist_ok=True)
        if as_json:
            answers.as_json({
                "workspace": folder, "name": opened.name, "zone": opened.zone, "currency": opened.currency, "card": place,
                "ready": card if is_new else None,
            })  # fmt: skip
            return
        _tell(
            folder,
            opened.name,
            f"the ready card {card} in cards/health.yaml"
            if is_new
            else "your own cards/health.yaml",
        )


def _tell(folder: Path, name: str, card: str) -> None:
    here = answers.outside(str(folder))
    answers.say(
        f"[bold]{answers.outside(name)}[/bold] has a workspace in {here}: settings in keepwell.yaml, {card}.",
        "Next: put your CSV, Excel, JSON or Parquet files into its folder exports, then let a first mapping be proposed:",
        f"  cd {here} && keepwell import --suggest",
    )
