"""This file is `keepwell features`: how many accounts use each key feature, and why the others may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import queries, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, Debug, Folder
from keepwell.cli.workspaces import VIEWER

if TYPE_CHECKING:
    from keepwell.app.queries.features import FeaturePortfolio, FeatureUse

# What to look at first, by the cause of a flag.
ADVICE = {
    "never tried": "do they know it is there?",
    "tried once": "did they get it to work?",
    "given up": "does it do what they need?",
}


def features(
    feature: Annotated[
        str | None,
        typer.Argument(
            metavar="FEATURE", help="List the accounts that do not use this one (default: all)."
        ),
    ] = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how many accounts use each key feature; with a FEATURE, the accounts that do not, and the likely cause."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        found = queries.features.portfolio(VIEWER, here, here.day(clock.now()))
        if feature is not None:
            use = found.feature(feature)
            if as_json:
                output.print_json(representations.features.feature(use))
            else:
                _print_flags(use, found)
        elif as_json:
            output.print_json(representations.features.portfolio(found))
        else:
            _print(found)


def _print(found: FeaturePortfolio) -> None:
    left_out = (
        f" Not customers: {formats.count(found.left_out, 'account')}." if found.left_out else ""
    )
    output.say(
        f"Key features of {formats.count(found.accounts, 'account')} up to {found.newest_on}, or to the end of their own feed.{left_out}"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Feature", overflow="fold")
    table.add_column("Rhythm", no_wrap=True)
    for head in ("In use", "Share", "Users", "Never", "Once", "Given up"):
        table.add_column(head, justify="right", no_wrap=True)
    for each in found.features:
        table.add_row(
            output.escaped(each.feature),
            each.rhythm or "",
            f"{each.using:,} of {each.could:,}",
            formats.share(each.share),
            f"{each.users:,}",
            *(f"{each.count(cause):,}" for cause in queries.features.CAUSES),
        )
    output.console().print(table)
    output.say("Who does not use one, and why: keepwell features FEATURE")


def _print_flags(use: FeatureUse, found: FeaturePortfolio) -> None:
    share = f" ({formats.share(use.share)})" if use.could else ""
    output.say(
        f"[bold]{output.escaped(use.feature)}[/bold]: {use.using:,} of {formats.count(use.could, 'account')}{share} used it "
        f"within the {use.window_days} days up to {found.newest_on}, or to the end of their own feed."
    )
    if not use.flags:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Account", "Id", "Likely cause", "Last use", "Days used"):
        is_number = head == "Days used"
        table.add_column(
            head,
            overflow="fold",
            no_wrap=head != "Account",
            justify="right" if is_number else "left",
        )
    for flag in use.flags:
        cells = (
            flag.name,
            flag.account_id,
            flag.cause,
            str(flag.last_on or ""),
            f"{flag.days_used:,}",
        )
        table.add_row(*map(output.escaped, cells))
    output.console().print(table)
    seen = {flag.cause for flag in use.flags}
    output.say(
        *(f"{cause.capitalize()}: {asked}" for cause, asked in ADVICE.items() if cause in seen)
    )
