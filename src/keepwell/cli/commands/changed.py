"""This file is `keepwell changed`: what moved an account's score between two dates, or between two versions of the card."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from keepwell.app import actions, queries, representations
from keepwell.cli import clock, dates, facts_tables, formats, output, reporting, runs, workspaces
from keepwell.cli.options import HERE, Account, AsJson, Debug, Folder, day
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import NotReady, WrongUse

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.changes import Change
    from keepwell.app.queries.runs import ScoredRun

ROWS = 20  # of each date that `--facts` reads
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
    facts: Annotated[
        str | None,
        typer.Option(
            "--facts",
            metavar="MEASURE",
            help="List the rows behind this measure on both dates instead, and whether each counted.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            max=100_000,
            help="Number of rows to read of each date, with --facts (default: 20).",
        ),
    ] = None,
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
        if versions and facts is not None:
            raise WrongUse("Use --facts without --versions: both versions read the same rows.")
        if limit and facts is None:
            raise WrongUse("Use --limit with --facts: it says how many rows to list.")
        if facts is not None:
            _facts(here, account_id, (from_, to), facts, limit or ROWS, as_json=as_json)
            return
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
    before, after = _runs(first, latest)
    on = None if latest else here.day(clock.now())
    return queries.changes.changed(VIEWER, here, before, after, account_id, on=on)


def _runs(first: date | None, latest: date | None) -> tuple[ScoredRun, ScoredRun]:
    """Find the runs of both dates; raises `WrongUse` and `NotReady`."""
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
    return before, after


def _facts(
    here: Installation, account_id: str, days: tuple[date | None, date | None], wanted: str, limit: int, *, as_json: bool
) -> None:  # fmt: skip
    """List the rows behind one measure on both dates."""
    sides = _runs(*days)
    # The later card decides what there is to ask for; an earlier one may not have had it yet.
    after, before = (
        queries.explanations.explanation(VIEWER, here, run, account_id) for run in reversed(sides)
    )
    queries.facts_behind.leaf(VIEWER, after, wanted)
    try:
        queries.facts_behind.leaf(VIEWER, before, wanted)
    except queries.facts_behind.NoSuchMeasure:
        raise NotReady(
            f"The card of {before.row.as_of} did not have `{wanted}` yet, so there is nothing to compare.",
            way_out=f"See the rows of the later date: keepwell explain {account_id} --facts {wanted}",
        ) from None
    with output.working("Reading"):
        then, now = (
            actions.facts_behind.of_measure(
                installation=here, found=found, wanted=wanted, limit=limit, by=clock.operator(None)
            )
            for found in (before, after)
        )
    rows = queries.facts_compared.compared(then, now)
    if as_json:
        output.print_json(representations.facts_compared.facts_compared(then, now, rows))
    else:
        facts_tables.print_compared(then, now, rows, limit)


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
