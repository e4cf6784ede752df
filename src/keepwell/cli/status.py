"""This file is `keepwell status`: what has landed, how the feeds do, and what was published and scored last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from keepwell.app import queries
from keepwell.cli import answers, clock, opened
from keepwell.cli.answers import answering
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Folder

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from keepwell.app.installation import Installation
    from keepwell.app.queries.feeds import FeedStatus
    from keepwell.app.queries.loads import LoadRow, TableRow
    from keepwell.app.queries.scorecards import Version
    from keepwell.app.queries.scores import ScoredRun


def status(
    as_of: AsOf = None, workspace: Folder = HERE, as_json: AsJson = False, debug: Debug = False
) -> None:
    """Tell what has landed, which feeds are late, and what was published and scored last."""
    with answering(as_json, debug):
        here = opened.installation(workspace)
        day = as_of or here.day(clock.now())
        existing, tables = queries.loads.history(opened.VIEWER), queries.loads.tables(opened.VIEWER)
        fed, version, run = (
            queries.feeds.status(opened.VIEWER, here, day),
            queries.scorecards.latest(opened.VIEWER),
            queries.scores.latest(opened.VIEWER),
        )
        count = len(queries.accounts.ids(opened.VIEWER))
        if as_json:
            answers.as_json(_answer(here, day, count, existing, tables, fed, version, run))
        else:
            _print(here, day, count, existing, tables, fed, version, run)


def _answer(
    here: Installation, day: date, accounts: int, existing: tuple[LoadRow, ...], tables: tuple[TableRow, ...],
    fed: tuple[FeedStatus, ...], version: Version | None, run: ScoredRun | None,
) -> dict[str, object]:  # fmt: skip
    latest = existing[0] if existing else None
    return {
        "workspace": here.folder, "name": here.name, "zone": here.zone, "currency": here.currency, "day": day, "accounts": accounts,
        "import": latest and {
            "batch": latest.batch, "at": latest.at, "by": latest.by, "received": latest.received, "accepted": latest.accepted,
            "repeated": latest.repeated, "rejected": latest.rejected,
        },
        "tables": [{"table": each.table, "rows": each.rows, "first_on": each.first_on, "latest_on": each.latest_on} for each in tables],
        "feeds": [
            {"feed": each.name, "covers": each.covers, "tables": [table.table for table in each.tables],
             "expected_every_days": each.expected_every_days, "reached_on": each.reached_on, "arrived_on": each.arrived_on, "is_late": each.is_late}
            for each in fed
        ],
        "scorecard": version and {
            "version": version.number, "name": version.name, "note": version.note, "by": version.by, "published_at": version.published_at,
        },
        "run": run and {"run_id": run.run_id, "as_of": run.as_of, "version": run.version, "through_batch": run.through_batch},
    }  # fmt: skip


def _print(
    here: Installation, day: date, accounts: int, existing: tuple[LoadRow, ...], tables: tuple[TableRow, ...],
    fed: tuple[FeedStatus, ...], version: Version | None, run: ScoredRun | None,
) -> None:  # fmt: skip
    console = answers.console()
    console.print(
        f"[bold]{answers.outside(here.name)}[/bold], days in {here.zone}, amounts in {here.currency}: {accounts} accounts"
    )
    if not existing:
        console.print(
            "Nothing has landed yet. Next: keepwell import --suggest, then keepwell import",
            soft_wrap=True,
        )
        return
    latest = existing[0]
    console.print(
        f"Import {latest.batch} by {answers.outside(latest.by)} at {latest.at:%Y-%m-%d %H:%M} UTC: {latest.accepted:,} rows accepted, {latest.rejected:,} rejected"
    )
    console.print(_tables(tables))
    console.print(_feeds(fed, day))
    console.print(_published(version))
    console.print(
        f"Scored on {run.as_of} by version {run.version}, through import {run.through_batch}"
        if run
        else "Nothing is scored yet. Next: keepwell score"
    )
    _late(console, fed)


def _tables(tables: tuple[TableRow, ...]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("Table", overflow="fold")
    shown.add_column("Facts", justify="right", no_wrap=True)
    shown.add_column("From", no_wrap=True)
    shown.add_column("To", no_wrap=True)
    for each in tables:
        shown.add_row(
            each.table, f"{each.rows:,}", str(each.first_on or ""), str(each.latest_on or "")
        )
    return shown


def _feeds(fed: tuple[FeedStatus, ...], day: date) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Feed", "Covers", "Rhythm", "Reached", f"On {day}"):
        shown.add_column(name, no_wrap=name != "Feed", overflow="fold")
    for each in fed:
        standing = "[bold]late[/bold]" if each.is_late else "on time"
        shown.add_row(
            answers.outside(each.name),
            each.covers,
            f"{each.expected_every_days} days",
            str(each.reached_on or ""),
            standing,
        )
    return shown


def _published(version: Version | None) -> str:
    if version is None:
        return 'No card is published yet. Next: keepwell publish cards/health.yaml --note "Our first card"'
    return f"Card {answers.outside(version.name)}, version {version.number} by {answers.outside(version.by)}: {answers.outside(version.note)}"


def _late(console: Console, fed: tuple[FeedStatus, ...]) -> None:
    late = [each.name for each in fed if each.is_late]
    if late:
        console.print(
            f"Late feeds keep their latest known values and are marked: {answers.outside(', '.join(late))}",
            soft_wrap=True,
        )
