"""This file is `keepwell blindsided`: who left though the score had called them healthy, by quarter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, queries, representations
from keepwell.cli import backtests, card_files, clock, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, Debug, Folder, MadeOf
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from keepwell.health.judge.blindsided import Quarter

WITHOUT_INTERVALS = 2  # draws: what is listed has no interval


def blindsided(
    quarter: Annotated[
        str | None,
        typer.Option(
            "--quarter",
            metavar="QUARTER",
            help="The quarter, such as 2026-Q3 (default: the latest with a loss).",
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(
            "--card", metavar="FILE", help="Judge this card (default: the published one)."
        ),
    ] = None,
    scores: MadeOf = "known",
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List who left in a quarter though the score had called them healthy, with the revenue that went with them."""
    with reporting.errors(as_json, debug):
        if quarter and not re.fullmatch(r"\d{4}-?Q[1-4]", quarter.upper()):
            raise WrongUse(f"`{quarter}` is no quarter. Write it as 2026-Q3.")
        here = workspaces.open(workspace)
        with output.progress("Scoring past months") as progress:
            found = actions.backtests.run(
                installation=here, by=clock.operator(None), made=scores, draws=WITHOUT_INTERVALS,
                text=card_files.read(card) if card else None, file=str(card) if card else "the published card",
                progress=progress,
            )  # fmt: skip
        from keepwell.health.judge import blindsided as by_quarter

        quarters = by_quarter.by_quarter(found.backtest.losses)
        name = _name(quarter) if quarter else (quarters[-1].name if quarters else None)
        chosen = next((each for each in quarters if each.name == name), None)
        rework = name is not None and by_quarter.needs_rework(quarters, name)
        if as_json:
            output.print_json(representations.backtests.quarter(name, chosen, needs_rework=rework))
            return
        _print(name, chosen, here.currency, needs_rework=rework)


def _name(quarter: str) -> str:
    year, number = quarter[:4], quarter[-1]
    return f"{year}-Q{number}"


def _print(name: str | None, found: Quarter | None, currency: str, *, needs_rework: bool) -> None:
    if found is None or not found.losses:
        output.say(f"Nobody is known to have left{f' in {name}' if name else ''}.")
        return
    count, missed = len(found.losses), len(found.blindsided)
    losses = f"{count} {'loss' if count == 1 else 'losses'}"
    unknown = f", and {found.unknown} of unknown amount" if found.unknown else ""
    output.say(
        f"{name}: {missed} of {losses} had been healthy up to 90 days before: {currency} {found.revenue:,.0f} a year{unknown}."
    )
    backtests.print_losses(
        output.console(), found.blindsided, queries.accounts.names(VIEWER), currency
    )
    if needs_rework:
        output.say("Two bad quarters in a row: rework the scorecard. Next: keepwell backtest")
