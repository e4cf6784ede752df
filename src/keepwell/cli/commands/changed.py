"""This file is `keepwell changed`: what moved an account's score between two dates, or between two versions of the card."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from keepwell.app import actions, queries, representations
from keepwell.cli import clock, dates, formats, output, reporting, runs, workspaces
from keepwell.cli.options import HERE, Account, AsJson, Debug, Folder, day
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import NotReady, WrongUse

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.changes import Change

Earlier = Annotated[
    date | None,
    typer.Option(
        "--from",
        parser=day,
        metavar="DAY",
        help="Date of the earlier score (default: the previous run).",
    ),
]
Later = Annotated[
    date | None,
    typer.Option(
        "--to", parser=day, metavar="DAY", help="Date of the later score (default: the latest)."
    ),
]
TwoVersions = Annotated[
    tuple[int, int] | None,
    typer.Option(
        "--versions",
        metavar="V1 V2",
        help="Compare two versions of the card on the same date and facts, instead of two dates.",
    ),
]


def changed(
    account: Account,
    from_: Earlier = None,
    to: Later = None,
    versions: TwoVersions = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Explain a score change; the steps sum to the total."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        account_id = queries.accounts.find(VIEWER, account).account_id
        if versions and from_:
            raise WrongUse("Use --versions or --from, not both. --to gives the date for versions.")
        if versions:
            as_of = dates.chosen(here, "compare", to)
            with output.working("Scoring"):
                found = actions.comparisons.between_versions(
                    installation=here,
                    by=clock.operator(None),
                    account_id=account_id,
                    first=versions[0],
                    second=versions[1],
                    as_of=as_of,
                )
        else:
            found = _between_dates(here, account_id, from_, to)
        if as_json:
            output.print_json(representations.changes.change(found))
        else:
            _print(found)


def _between_dates(
    here: Installation, account_id: str, first: date | None, latest: date | None
) -> Change:
    after = runs.latest(latest)
    if first is not None and first >= after.as_of:
        raise WrongUse(
            f"--from {first} must be earlier than the later score's date, {after.as_of}."
        )
    before = runs.latest(first) if first else queries.runs.before(VIEWER, after)
    if before is None:
        raise NotReady(
            f"{after.as_of} is the first date with scores.",
            way_out="Score an earlier one: keepwell score --as-of DAY",
        )
    on = None if latest else here.day(clock.now())
    return queries.changes.changed(VIEWER, here, before, after, account_id, on=on)


def _print(found: Change) -> None:
    from keepwell.health.explain import display, prose

    console = output.console()
    first, second = found.before, found.after
    what = (
        f"{first.as_of} to {second.as_of}"
        if first.as_of != second.as_of
        else f"version {first.version} to version {second.version}, both on {second.as_of}"
    )
    console.print(
        Text(output.printable(found.name), style="bold"), Text(f"({found.account_id}), {what}")
    )
    console.print(Text(output.printable(prose.change(*found.sides, found.steps))), soft_wrap=True)
    if not found.steps:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Cause", "What", "Before", "After"):
        table.add_column(name, overflow="fold")
    table.add_column("Points", justify="right", no_wrap=True)
    figures = display.change(*found.sides, found.steps)
    for step, points in zip(found.steps, figures.steps, strict=True):
        cells = (step.cause, *representations.changes.words(found, step))
        table.add_row(*map(output.escaped, cells), _signed(points))
    table.add_row("Total", "", "", "", _signed(figures.moved), style="bold")
    console.print(table)


def _signed(shown: float) -> str:
    """Write a rounded figure with its sign, and at least with tenths."""
    return f"{'-' if shown < 0 else '+'}{formats.figure(abs(shown))}"
