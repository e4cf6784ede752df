"""This file is `keepwell scores`: the latest scores, those first that need attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from keepwell.app import queries, representations
from keepwell.cli import (
    card_files,
    clock,
    feeds,
    formats,
    output,
    owners,
    reporting,
    runs,
    workspaces,
)
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Draft, Folder, UnpublishedCard
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.population import LeftOut
    from keepwell.app.queries.portfolios import PortfolioRow
    from keepwell.app.queries.runs import ScoredRun
    from keepwell.health.definition.band import Band
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
    all_: Annotated[
        bool,
        typer.Option(
            "--all", help="Also former customers, trials and prospects that were left out."
        ),
    ] = False,
    draft: Draft = False,
    card: UnpublishedCard = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the latest scores, lowest first."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        text = card_files.read(card) if card else None
        is_draft = draft or card is not None
        is_newest = not is_draft and as_of is None
        if is_newest:
            run = queries.runs.newest(VIEWER)
        else:
            kind = "draft" if is_draft else "published"
            run = queries.runs.latest(VIEWER, kind, as_of, text=text)
        if run is None:
            if as_json:
                output.print_json([])
            else:
                output.say(runs.none_yet(as_of, is_draft=is_draft, card=card))
            return
        # Of the newest run the overrides of today count; an older one is shown as it was published.
        today = here.day(clock.now())
        on = today if is_newest else None
        definition = (
            queries.explanations.definition_of(VIEWER, run, text)
            if run.version or text is not None
            else None
        )
        bands = definition.bands if definition else ()
        within = None if renews_within is None else (today, renews_within)
        found = queries.portfolios.listed(
            VIEWER,
            run,
            order=sort.value,
            band=_band(bands, band, run) if band else None,
            owner=owner,
            segment=segment,
            renews_within=within,
            revenue=revenue,
            on=on,
        )
        rows, moves = found.rows, found.moves
        # What each account is takes the engine: an answer without it comes half a second sooner.
        standings = queries.population.standings(VIEWER, here, run) if all_ or as_json else {}
        others: Sequence[LeftOut] = ()
        if all_ and not band:  # who has no score is in no band
            left = queries.population.left_out(VIEWER, run, standings)
            others = queries.population.listed(
                VIEWER, left, owner=owner, segment=segment, renews_within=within, revenue=revenue
            )
        among = [row.account.account_id for row in rows]
        if as_json:
            late = [each.name for each in queries.feeds.late(VIEWER, here, run)[1]]
            shown = {
                row.account.account_id: representations.scores.score(
                    row.score, moves[row.account.account_id], late, row.account,
                    standings.get(row.account.account_id),
                )
                for row in rows
            }  # fmt: skip
            shown |= {
                row.account.account_id: representations.scores.left_out(run, row, late)
                for row in others
            }
            output.print_json([shown[account_id] for account_id in sorted(shown)])
            return
        # A draft's card is not stored, and without it nobody can say what a measure is called.
        drags = (
            queries.explanations.biggest_drags(VIEWER, here, run, among, text=text)
            if definition
            else {}
        )
        _print(here, run, rows, drags, moves, bands if definition else None, others)
        if owner and not rows and not others and not (band or segment or renews_within or revenue):
            output.say(output.escaped(owners.without_accounts(owner)))
            return
        # Those of them that are listed need not be counted.
        _print_footer(
            run,
            rows,
            card,
            0 if others else queries.population.how_many_left_out(VIEWER, run),
            others,
        )


def _band(bands: Sequence[Band], wanted: str, run: ScoredRun) -> str:
    """Find a band in upper or lower case; raises `WrongUse` where the run's card has none of that name."""
    known = [each.name for each in bands] or [wanted]
    found = next((name for name in known if name.lower() == wanted.lower()), None)
    if found is None:
        card = f"Version {run.version} of the card" if run.version else "The draft"
        raise WrongUse(f"There is no band `{wanted}`. {card} has {', '.join(known)}.")
    return found


def _print(
    here: Installation,
    run: ScoredRun,
    rows: Sequence[PortfolioRow],
    drags: Mapping[str, Part | None],
    moves: Mapping[str, Move],
    bands: Sequence[Band] | None,
    others: Sequence[LeftOut],
) -> None:
    console = output.console()
    has_trend = any(move.direction or move.why == "overridden" for move in moves.values())
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
            Text(output.printable(row.account.label) + (ENDED if row.account.has_ended else "")),
            formats.health(console, score.band, score.meaning),
            Text(formats.points(score.score, bands) + ("*" if score.override else "")),
        ]
        cells += [Text(formats.trend(console, moves[account_id]))] if has_trend else []
        cells += [Text(formats.coverage(score.coverage))] if has_coverage else []
        cells += [formats.drag(drags.get(account_id))] if has_drags else []
        table.append(cells)
    for other in others:
        ended = f" ({other.standing.ended})" if other.standing.ended else ""
        kind = other.standing.kind.capitalize() + ended
        cells = [Text(output.printable(other.account.label)), Text(kind)]
        table.append([*cells, *(Text("") for _ in columns[len(cells) :])])
    console.print(f"Health on {runs.described(run)}")
    feeds.print_late(here, run)
    output.print_list(columns, table)


def _print_footer(
    run: ScoredRun,
    rows: Sequence[PortfolioRow],
    card: Path | None,
    left: int,
    others: Sequence[LeftOut],
) -> None:

    console = output.console()
    if not rows and not others:
        console.print("No account is like that. Without options `keepwell scores` lists all.")
        return
    if any(row.score.override for row in rows):
        console.print("*: overridden; `keepwell explain` shows the computed score and the reason.")
    if count := sum(row.account.has_ended for row in rows):
        console.print(
            f"{ENDED.strip()}: {formats.count(count, 'account')} with no contract line running at the latest import: late to sign, or gone."
        )
    if left:
        console.print(
            f"Not customers on {run.as_of}: {formats.count(left, 'account')} (--all lists them)."
        )
    if not rows:
        return
    # `explain` has no --draft: of a draft whose file nobody named it can only say to name it.
    given = runs.options(run, card).replace(" --draft", " --card FILE")
    first = min(rows, key=lambda row: row.account.has_ended).account
    console.print(
        f"Coverage: the share of the card's weight that was measured. Next: keepwell explain {output.escaped(first.account_id + given)}",
        soft_wrap=True,  # a command that is broken cannot be typed
    )
