"""This file is `keepwell backtest`: whether a score tells who leaves, by the accounts of a workspace or by a file of customers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from keepwell.cli import backtests, reporting, table_backtests
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder, MadeOf, day
from keepwell.errors import WrongUse


def backtest(
    scorecard: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CARD]",
            help="The card to judge (default: the published one).",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="CARD", help="Another card, to be judged over the same months."
        ),
    ] = None,
    from_: Annotated[
        date | None,
        typer.Option(
            "--from",
            parser=day,
            metavar="DAY",
            help="The first day to judge (default: as far back as is known).",
        ),
    ] = None,
    to: Annotated[
        date | None,
        typer.Option(
            "--to",
            parser=day,
            metavar="DAY",
            help="Judge as if nothing from this day on were known.",
        ),
    ] = None,
    lead: Annotated[
        list[int] | None,
        typer.Option(
            "--lead",
            metavar="DAYS",
            help="Show this lead alone: 30, 60, 90 or 180 days before; can be repeated (default: all four).",
        ),
    ] = None,
    by_segment: Annotated[
        bool, typer.Option("--segments", help="Show each segment by itself, too.")
    ] = False,
    legacy: Annotated[
        str | None,
        typer.Option(
            "--legacy",
            metavar="WHAT",
            help="Another tool's scores, to be judged over the same months: a column with numbers by account and day, such as "
            "`readings.value where name = old_score`; higher must mean healthier.",
        ),
    ] = None,
    scores: MadeOf = "known",
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Keep what was found of the published card: pages show it, and its likelihood can be frozen.",
        ),
    ] = False,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            metavar="FILE",
            help="A file with a row for each customer: CSV, Excel, JSON or Parquet. It takes no workspace.",
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome",
            metavar="WHAT",
            help="Who left: of a file the column that says so, yes or no, 1 or 0; of a workspace a table with a row for each loss, "
            "such as `renewals where movement = churn`, or `lost product` or `downsell`, which are proxies (default: contracts that ended).",
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="COLUMN",
            help="The column with the account's id (default: each row is an account of its own).",
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            "--time",
            metavar="COLUMN",
            help="The column with the date of each row: weights are fitted on the past and judged on later rows.",
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(
            "--card",
            metavar="FILE",
            help="Judge this card: columns hold the values of the measures of their name. Scales against an account's own past or "
            "own target, peers by segment, and segments need more than one row, and are not supported.",
        ),
    ] = None,
    equal_weights: Annotated[
        bool, typer.Option("--equal-weights", help="Judge the same weight for every column.")
    ] = False,
    suggest: Annotated[
        bool,
        typer.Option(
            "--suggest", help="Suggest points and weights, and judge them beside equal weights."
        ),
    ] = False,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="COLUMN",
            help="Leave this column out, such as one that is known only afterwards; can be repeated.",
        ),
    ] = None,
    left: Annotated[
        str | None,
        typer.Option(
            "--left",
            metavar="VALUE",
            help="The value of the outcome that means left, where it is not yes, true or 1.",
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            "--sheet", metavar="NAME", help="The sheet of an Excel file (default: the first)."
        ),
    ] = None,
    by: By = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="FILE",
            help="Write the judgement as a page too: one HTML file that needs nothing else, to be sent or printed.",
        ),
    ] = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Check a scorecard against who really left, as it was known on the first of every month; or a file with a row for each customer."""
    with reporting.errors(as_json, debug):
        of_file = {
            "--id": account, "--time": time, "--card": card, "--equal-weights": equal_weights, "--suggest": suggest,
            "--leave-out": leave_out, "--left": left, "--sheet": sheet,
        }  # fmt: skip
        of_workspace = {
            "CARD": scorecard, "--against": against, "--from": from_, "--to": to, "--legacy": legacy, "--scores": scores != "known", "--keep": keep, "--lead": lead, "--segments": by_segment,
            "--html": html,
        }  # fmt: skip
        strange = [
            name for name, given in (of_file if table is None else of_workspace).items() if given
        ]
        if strange:
            kind = (
                "a file of customers: --table FILE"
                if table is None
                else "the accounts of a workspace, without --table"
            )
            raise WrongUse(f"{strange[0]} is for {kind}.")
        if table is None:
            backtests.run(
                workspace, scorecard, against=against, first=from_, until=to, outcome=outcome, legacy=legacy, made=scores, keep=keep, leads=lead, by_segment=by_segment, by=by, html=html,
                as_json=as_json,
            )  # fmt: skip
            return
        table_backtests.run(
            table,
            outcome=outcome,
            account=account,
            time=time,
            card=card,
            equal=equal_weights,
            suggest=suggest,
            leave_out=leave_out or (),
            leaves=left,
            sheet=sheet,
            as_json=as_json,
        )
