"""This file is `keepwell scores`: the latest scores, those first that need attention."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from keepwell.app import queries, representations
from keepwell.cli import clock, feeds, formats, output, reporting, runs, workspaces
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Draft, Folder
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from rich.console import Console

    from keepwell.app.queries.runs import ScoredRun
    from keepwell.app.queries.scores import PortfolioRow
    from keepwell.health.explain.summary import Part
    from keepwell.health.explain.trend import Move


class Order(StrEnum):
    """What a list can be sorted by."""

    score = "score"
    move = "move"
    revenue = "revenue"
    renewal = "renewal"
    owner = "owner"
    name = "name"


# Columns are left out from the right where the terminal is narrow.
WIDE, MIDDLE = 100, 64
ENDED = " (ended)"


def scores(
    as_of: AsOf = None,
    band: Annotated[str | None, typer.Option("--band", help="Only accounts in this band.")] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Only accounts of this owner.")
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option("--segment", help="Only accounts of this segment, as the account has it."),
    ] = None,
    renews_within: Annotated[
        int | None,
        typer.Option(
            "--renews-within",
            metavar="DAYS",
            min=0,
            help="Only accounts whose notice or renewal is due within so many days.",
        ),
    ] = None,
    revenue: Annotated[
        float | None,
        typer.Option(
            "--revenue", metavar="AMOUNT", help="Only accounts that pay at least this a year."
        ),
    ] = None,
    sort: Annotated[
        Order, typer.Option("--sort", help="What to list by (default: the lowest score first).")
    ] = Order.score,
    draft: Draft = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the latest scores, lowest first."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        is_newest = not draft and as_of is None
        if is_newest:
            run = queries.runs.newest(VIEWER)
        else:
            run = queries.runs.latest(VIEWER, "draft" if draft else "published", as_of)
        if run is None:
            if as_json:
                output.print_json([])
            else:
                output.say(runs.none_yet(as_of, is_draft=draft))
            return
        # Of the newest run the overrides of today count; an older one is shown as it was published.
        on = here.day(clock.now()) if is_newest else None
        named = _band(run, band) if band else None
        today = here.day(clock.now())
        rows = [
            row
            for row in queries.scores.portfolio(
                VIEWER, run, band=named, owner=owner, segment=segment, on=on
            )
            if (renews_within is None or row.account.next_decision(today, renews_within))
            and (revenue is None or (row.account.revenue or 0) >= revenue)
        ]
        among = [row.account.account_id for row in rows]
        moves = queries.trends.moves(VIEWER, run, among, on=on)
        rows.sort(key=_keys(sort, moves))
        if as_json:
            late = [each.name for each in queries.feeds.late(VIEWER, run)[1]]
            output.print_json(
                [
                    representations.scores.score(row.score, moves[row.account.account_id], late)
                    for row in sorted(rows, key=lambda row: row.account.account_id)
                ]
            )
            return
        # A draft's card is not stored, and without it nobody can say what a measure is called.
        drags = queries.explanations.biggest_drags(VIEWER, here, run, among) if run.version else {}
        _print(run, rows, drags, moves)


def _keys(sort: Order, moves: Mapping[str, Move]) -> Callable[[PortfolioRow], tuple[bool, Any]]:
    """Give what an order sorts by; what an account does not have stands last. Sorting keeps the order by score below it."""

    def key(row: PortfolioRow) -> tuple[bool, Any]:
        account = row.account
        found: Any = None
        match sort:
            case Order.revenue:
                found = None if account.revenue is None else -account.revenue
            case Order.renewal:
                due = [on for on in (account.next_notice_on, account.next_renewal_on) if on]
                found = min(due, default=None)
            case Order.move:
                found = moves[account.account_id].points
            case Order.name:
                found = account.label.casefold()
            case Order.owner:
                found = account.owner.casefold() or None
            case Order.score:
                return False, 0  # they come so
        return found is None, 0 if found is None else found

    return key


def _band(run: ScoredRun, band: str) -> str:
    """Find a band in upper or lower case; raises `WrongUse` where the run's card has none of that name."""
    known = [band]
    if run.version:
        card = queries.explanations.definition_of(VIEWER, run)
        known = [each.name for each in card.bands]
    found = next((name for name in known if name.lower() == band.lower()), None)
    if found is None:
        raise WrongUse(
            f"There is no band `{band}`. Version {run.version} of the card has {', '.join(known)}."
        )
    return found


def _print(
    run: ScoredRun,
    rows: Sequence[PortfolioRow],
    drags: Mapping[str, Part | None],
    moves: Mapping[str, Move],
) -> None:
    console = output.console()
    has_trend = any(move.direction for move in moves.values())
    has_coverage = console.width >= MIDDLE
    has_drags = bool(drags) and console.width >= WIDE
    columns = [
        output.Column("Account", folds=True),
        output.Column("Health"),
        output.Column("Score", is_number=True),
        *([output.Column("Trend")] if has_trend else []),
        *([output.Column("Coverage", is_number=True)] if has_coverage else []),
        *([output.Column("Biggest drag", folds=True)] if has_drags else []),
    ]
    table = []
    for row in rows:
        account_id, score = row.account.account_id, row.score
        cells = [
            Text(output.printable(row.account.label) + (ENDED if row.has_ended else "")),
            formats.health(console, score.band, score.meaning),
            Text(formats.points(score.score) + ("*" if score.override else "")),
        ]
        cells += [Text(formats.trend(console, moves[account_id]))] if has_trend else []
        cells += [Text(formats.share(score.coverage))] if has_coverage else []
        cells += [formats.drag(drags.get(account_id))] if has_drags else []
        table.append(cells)
    console.print(f"Health on {runs.described(run)}")
    feeds.print_late(run)
    output.print_list(columns, table)
    _print_footer(console, run, rows)


def _print_footer(console: Console, run: ScoredRun, rows: Sequence[PortfolioRow]) -> None:
    if not rows:
        console.print("No account is like that. Without options `keepwell scores` lists all.")
        return
    if any(row.score.override for row in rows):
        console.print("*: overridden; `keepwell explain` shows the computed score and the reason.")
    if count := sum(row.has_ended for row in rows):
        console.print(
            f"{ENDED.strip()}: {formats.count(count, 'account')} with no contract line running at the latest import: late to sign, or gone."
        )
    if left := queries.accounts.count(VIEWER) - run.accounts:
        console.print(f"Left out: {formats.count(left, 'account')} not a customer on {run.as_of}.")
    first = min(rows, key=lambda row: row.has_ended).account
    console.print(
        f"Coverage: the share of the card's weight that was measured. Next: keepwell explain {output.escaped(first.account_id)}"
    )
