"""This file is `keepwell override`: a judgement in place of a computed score, until a day and with a reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import actions, queries, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder, day
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.app.queries.overrides import OverrideRow


def override(
    account: Annotated[
        str | None,
        typer.Argument(
            metavar="ACCOUNT",
            help="The account's id or name (default: list all overrides in force).",
        ),
    ] = None,
    score: Annotated[
        float | None, typer.Option("--score", help="The score to show instead, 0 to 100.")
    ] = None,
    because: Annotated[
        str, typer.Option("--because", help="Why, for everybody who reads the score.")
    ] = "",
    until: Annotated[
        date | None,
        typer.Option("--until", parser=day, metavar="DAY", help="Last date it applies to."),
    ] = None,
    end: Annotated[
        bool, typer.Option("--end", help="End the override; the computed score applies again.")
    ] = False,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Override a computed score with your judgement, or list the overrides. The computed score stays beside it."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        account_id = queries.accounts.find(VIEWER, account).account_id if account else None
        is_set = score is not None or bool(because) or until is not None
        if is_set and end:
            raise WrongUse("Use --end alone, or --score, --because and --until.")
        if (is_set or end) and account_id is None:
            raise WrongUse("Say which account: keepwell override ACCOUNT ...")
        if end and account_id:
            row = actions.overrides.end(
                installation=here, account_id=account_id, by=clock.operator(by), at=clock.now()
            )
        elif is_set and account_id:
            if score is None or until is None or not because.strip():
                raise WrongUse("An override needs --score N, --because TEXT and --until DAY.")
            row = actions.overrides.override(
                installation=here,
                account_id=account_id,
                score=score,
                because=because,
                until=until,
                by=clock.operator(by),
                at=clock.now(),
            )
        else:
            rows = queries.overrides.history(VIEWER, account_id)
            if account_id is None:
                today = here.day(clock.now())
                rows = tuple(row for row in rows if row.until_on >= today and not row.ended_on)
            _list(rows, as_json)
            return
        if as_json:
            output.print_json(representations.overrides.override(row))
        else:
            output.say(_done(row))


def _done(row: OverrideRow) -> str:
    name = output.escaped(row.account_id)
    if row.ended_on:
        return f"Ended the override of {name}; from {row.ended_on} the computed score applies. Next: keepwell explain {name}"
    dates = f"from {row.from_on} to {row.until_on}"
    return f"{name} is overridden to {formats.figure(row.score)} {dates}. Next: keepwell explain {name}"


def _list(rows: Sequence[OverrideRow], as_json: bool) -> None:
    if as_json:
        output.print_json([representations.overrides.override(row) for row in rows])
        return
    if not rows:
        output.say(
            "There are no overrides. To set one: keepwell override ACCOUNT --score N --because TEXT --until DAY"
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Account", "Score", "From", "Until", "By", "Because"):
        table.add_column(head, overflow="fold")
    for row in rows:
        until = f"{row.until_on}" if row.ended_on is None else f"ended {row.ended_on}"
        score = formats.figure(row.score)  # as it was given
        cells = (row.account_id, score, str(row.from_on), until, row.by, row.because)
        table.add_row(*map(output.escaped, cells))
    output.console().print(table)
