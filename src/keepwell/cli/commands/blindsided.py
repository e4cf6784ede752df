"""This file is `keepwell blindsided`: who left though the score had called them healthy, by quarter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from keepwell.app import actions, queries, representations
from keepwell.cli import backtests, card_files, clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, Debug, Folder, MadeOf
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from keepwell.health.judge.blindsided import Quarter
    from keepwell.health.judge.judgement import Backtest, FalseAlarm

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
    """List who left in a quarter though the score had called them healthy, and who was called in vain."""
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
        mirror = by_quarter.called_in(found.backtest.false_alarms, name)
        rework = name is not None and by_quarter.needs_rework(quarters, name)
        if as_json:
            shown = representations.backtests.quarter(
                name, chosen, needs_rework=rework, false_alarms=mirror
            )
            output.print_json(shown)
            return
        _print(name, chosen, found.backtest, here.currency, needs_rework=rework)
        _print_mirror(name, mirror, found.backtest, here.currency)


def _name(quarter: str) -> str:
    year, number = quarter[:4], quarter[-1]
    return f"{year}-Q{number}"


def _print(
    name: str | None, found: Quarter | None, judged: Backtest, currency: str, *, needs_rework: bool
) -> None:
    from keepwell.health.judge import words

    if found is None or not found.losses:
        output.say(f"Nobody is known to have left{f' in {name}' if name else ''}.")
        return
    count, missed = len(found.losses), len(found.blindsided)
    losses = f"{count} {'loss' if count == 1 else 'losses'}"
    unknown = f", and {found.unknown} of unknown amount" if found.unknown else ""
    output.say(
        f"{name}: {missed} of {losses} had been {words.missed(judged)} up to 90 days before: {currency} {found.revenue:,.0f} a year{unknown}."
    )
    backtests.print_losses(
        output.console(), found.blindsided, queries.accounts.names(VIEWER), currency
    )
    if needs_rework:
        output.say("Two bad quarters in a row: rework the scorecard. Next: keepwell backtest")


def _print_mirror(name: str | None, found: Sequence[FalseAlarm], judged: Backtest, currency: str) -> None:  # fmt: skip
    """Print whom the score called at risk in the quarter though they stayed, and nobody had worked on them."""
    if not found:
        return
    known = "" if judged.treated else " (no plays are recorded)"
    count = f"{len(found)} {'account' if len(found) == 1 else 'accounts'}"
    output.say(f"The mirror: {count} turned at risk in {name}, had no play{known}, and stayed.")
    names = queries.accounts.names(VIEWER)
    columns = [
        output.Column("Account", folds=True),
        output.Column("At risk from"),
        output.Column("To"),
        output.Column("Score then", is_number=True),
        output.Column(f"{currency} a year", is_number=True),
        output.Column("Fewest points then", folds=True),
    ]
    rows = [
        [
            Text(output.printable(names.get(each.account_id, each.account_id))),
            Text(str(each.first_on)),
            Text(str(each.last_on)),
            Text(formats.points(each.score, None)),
            Text("" if each.revenue is None else f"{each.revenue:,.0f}"),
            Text(output.printable(", ".join(each.worst))),
        ]
        for each in found
    ]
    output.print_list(columns, rows)
