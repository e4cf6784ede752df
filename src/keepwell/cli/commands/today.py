"""This file is `keepwell today`: whom to call first, and why."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import queries, representations
from keepwell.cli import calls, clock, feeds, formats, output, owners, reporting, runs, workspaces
from keepwell.cli.options import HERE, AsJson, Debug, Folder
from keepwell.cli.workspaces import VIEWER

if TYPE_CHECKING:
    from rich.console import Console

    from keepwell.app.queries.today import Today


def today(
    owner: Annotated[
        str | None, typer.Option("--owner", help="Only accounts of this owner.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=1000, help="Number of accounts to list.")
    ] = 15,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List whom to call first: what is decided soon, then what got worse."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        run, on = runs.latest(), here.day(clock.now())
        found = queries.today.calls(VIEWER, here, run, on=on, owner=owner, limit=limit)
        left_out = queries.population.how_many_left_out(VIEWER, run)
        count, late = queries.feeds.late(VIEWER, here, run)
        if as_json:
            output.print_json(representations.today.today(found, left_out, on, here.currency, late))
            return
        console = output.console()
        console.print(
            f"Whom to call first on {on}, with {here.currency} a year, by the scores of {run.as_of}"
        )
        if runs.are_old(run, on):
            as_imported = queries.accounts.current_on(VIEWER)
            said = f"contracts and notices are those of {as_imported}"
            output.say(f"The scores are {(on - run.as_of).days} days old; {said}. {runs.REFRESH}")
        if said := feeds.sentence(count, late):
            output.say(said)
        bands = queries.scorecards.bands(VIEWER, run.version)
        calls.print_calls(console, found.calls, here.currency, bands)
        if owner and not found.everyone:
            output.say(output.escaped(owners.without_accounts(owner)))
            return
        _print_footer(console, found, left_out)


def _print_footer(console: Console, found: Today, left_out: int) -> None:
    if not found.calls:
        console.print("Nobody: no decision is near, and nothing got worse. Next: keepwell scores")
        return
    more = []
    if found.waiting:
        more.append(
            f"{formats.count(found.waiting, 'more account')}: --limit {len(found.calls) + found.waiting}"
        )
    if left_out:
        more.append(f"Not customers on {found.run.as_of}: {formats.count(left_out, 'account')}")
    if more:
        console.print(". ".join(more) + ".")
    first = output.escaped(shlex.quote(found.calls[0].account.account.label))
    console.print(f"Next: keepwell explain {first}")
