"""This file is `keepwell status`: what was loaded, how the feeds do, and what was published and scored last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import queries, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, Debug, Folder, day
from keepwell.cli.workspaces import VIEWER

if TYPE_CHECKING:
    from keepwell.app.queries.feeds import FeedStatus
    from keepwell.app.queries.loads import TableRow

NEVER_LATE_DAYS = 36_500  # what is typed into the app comes when it comes


def status(
    as_of: Annotated[
        date | None,
        typer.Option(
            "--as-of",
            parser=day,
            metavar="DAY",
            help="Show which feeds are late on this day (default: today).",
        ),
    ] = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what was imported, which feeds are late, and what was published and scored last."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        on = as_of or here.day(clock.now())
        accounts = queries.accounts.count(VIEWER)
        latest, tables = queries.loads.latest(VIEWER), queries.loads.tables(VIEWER)
        feeds = queries.feeds.status(VIEWER, here, on)
        version, run = queries.scorecards.latest(VIEWER), queries.runs.newest(VIEWER)
        orphans, scratch = (
            queries.orphans.everything(VIEWER, here),
            queries.orphans.scratch(VIEWER, here),
        )
        rejects = queries.rejects.everything(VIEWER, here)
        waiting = len(queries.intake.waiting(VIEWER))
        if as_json:
            output.print_json(
                representations.workspaces.status(
                    here, on, accounts=accounts, latest_load=latest, tables=tables, feed_statuses=feeds, version=version, run=run,
                    orphans=orphans, scratch=scratch, rejects=rejects, waiting=waiting,
                )
            )  # fmt: skip
            return
        console = output.console()
        console.print(
            f"[bold]{output.escaped(here.name)}[/bold], time zone {here.zone}, currency {here.currency}: {formats.count(accounts, 'account')}"
        )
        if latest is None:
            output.say(
                "Nothing imported yet. Next: keepwell import --suggest, then keepwell import"
            )
            return
        console.print(
            f"Import {latest.batch} by {output.escaped(latest.by)} at {latest.at:%Y-%m-%d %H:%M} UTC: "
            f"{formats.count(latest.accepted, 'row')} accepted, {latest.rejected:,} rejected"
        )
        console.print(_tables(tables))
        console.print(_feeds(feeds, on))
        if version:
            label, by = output.escaped(version.name), output.escaped(version.by)
            output.say(
                f"Card {label}, version {version.number} by {by}: {output.escaped(version.note)}"
            )
        else:
            output.say(
                'No card published yet. Next: keepwell publish cards/health.yaml --note "Our first scorecard"'
            )
        output.say(
            f"Scored on {run.as_of} by version {run.version}, with facts through import {run.through_batch}"
            if run
            else "No scores yet. Next: keepwell score"
        )
        if orphans:
            size = sum(each.bytes for each in orphans)
            output.say(
                f"{formats.count(len(orphans), 'data file')} of no import set aside in data/orphans ({size:,} bytes). See: keepwell orphans"
            )
        if scratch.folders:
            output.say(
                f"Killed commands left {scratch.bytes:,} bytes in data/tmp; the next import removes them."
            )
        if rejects:
            output.say(
                f"{formats.count(len(rejects), 'list')} of rejected rows in data/rejects, the oldest of {rejects[0].at:%Y-%m-%d}; "
                f"an import removes them after {queries.rejects.KEPT_FOR.days} days."
            )
        if waiting:
            output.say(
                f"{formats.count(waiting, 'fact')} typed here not loaded yet. Next: keepwell score"
            )
        stopped = [feed.name for feed in feeds if feed.has_stopped]
        late = [feed.name for feed in feeds if feed.is_late and not feed.has_stopped]
        if late:
            output.say(
                f"Late feeds (their latest known values are used and marked): {output.escaped(', '.join(late))}"
            )
        if stopped:
            output.say(
                f"Stopped feeds (their measures are missing): {output.escaped(', '.join(stopped))}"
            )


def _tables(tables: Sequence[TableRow]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("Table", overflow="fold")
    shown.add_column("Rows", justify="right", no_wrap=True)
    shown.add_column("From", no_wrap=True)
    shown.add_column("To", no_wrap=True)
    for each in tables:
        days = (str(on or "") for on in (each.first_on, each.latest_on))
        shown.add_row(each.table, f"{each.rows:,}", *days)
    return shown


def _feeds(feeds: Sequence[FeedStatus], on: date) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Feed", "Covers", "Expected every", "Watermark", f"On {on}"):
        shown.add_column(name, no_wrap=name != "Feed", overflow="fold")
    for each in feeds:
        shown.add_row(
            output.escaped(each.name),
            each.covers,
            formats.count(each.expected_every_days, "day")
            if each.expected_every_days < NEVER_LATE_DAYS
            else "no rhythm",
            str(each.reached_on or ""),
            "[bold]late[/bold]" if each.is_late else "on time",
        )
    return shown
