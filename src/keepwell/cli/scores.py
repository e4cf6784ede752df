"""This file is `keepwell scores`: the latest scores, those first that need attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import queries, representations
from keepwell.cli import formats, output, reporting, runs, workspaces
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Draft, Folder
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from keepwell.app.queries.scores import ScoredRun, ScoreRow
    from keepwell.health.explain.summary import Part
    from keepwell.health.explain.trend import Move

# Columns are left out from the right where the terminal is narrow.
WIDE, MIDDLE = 100, 64
ENDED = " (ended)"


def scores(
    as_of: AsOf = None,
    band: Annotated[str | None, typer.Option("--band", help="Only accounts in this band.")] = None,
    draft: Draft = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the latest scores, lowest first."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        kind = "draft" if draft else "published"
        run = queries.scores.latest(VIEWER, kind, as_of)
        if run is None:
            if as_json:
                output.print_json([])
            else:
                output.say(runs.none_yet(as_of, is_draft=draft))
            return
        rows = _in_band(run, queries.scores.rows(VIEWER, run.run_id), band)
        moves = queries.trends.moves(VIEWER, run)
        if as_json:
            output.print_json(
                [representations.scores.score(row, moves[row.account_id]) for row in rows]
            )
            return
        among = {row.account_id for row in rows}
        # A draft's card is not stored, and without it nobody can say what a measure is called.
        drags = queries.explanations.biggest_drags(VIEWER, here, run, among) if run.version else {}
        names = queries.accounts.names(VIEWER)
        _print(run, rows, names, drags, moves, queries.accounts.without_contract(VIEWER))


def _in_band(run: ScoredRun, rows: Sequence[ScoreRow], band: str | None) -> Sequence[ScoreRow]:
    """The accounts of a band, in upper or lower case; raises `WrongUse` where the run's card has none of that name."""
    if band is None:
        return rows
    known = [band]
    if run.version:
        card = queries.explanations.definition_of(VIEWER, run)
        known = [each.name for each in card.bands]
    if band.lower() not in map(str.lower, known):
        raise WrongUse(
            f"There is no band `{band}`. Version {run.version} of the card has {', '.join(known)}."
        )
    return [row for row in rows if row.band and row.band.lower() == band.lower()]


def _print(
    run: ScoredRun,
    rows: Sequence[ScoreRow],
    names: Mapping[str, str],
    drags: Mapping[str, Part | None],
    moves: Mapping[str, Move],
    ended: set[str],
) -> None:
    console = output.console()
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("Account", overflow="fold", min_width=12)
    table.add_column("Health", no_wrap=True)
    table.add_column("Score", justify="right", no_wrap=True)
    has_trend = any(moves[row.account_id].direction for row in rows)
    if has_trend:
        table.add_column("Trend", no_wrap=True)
    if console.width >= MIDDLE:
        table.add_column("Coverage", justify="right", no_wrap=True)
    has_drags = bool(drags) and console.width >= WIDE
    if has_drags:
        table.add_column("Biggest drag", overflow="fold")
    lowest_first = sorted(
        rows, key=lambda row: (row.score is None, row.score or 0.0, row.account_id)
    )
    for row in lowest_first:
        name = output.escaped(names.get(row.account_id) or row.account_id)
        cells: list[str | Text] = [
            name + (ENDED if row.account_id in ended else ""),
            formats.health(console, row.band, row.meaning),
            formats.points(row.score) + ("*" if row.override else ""),
        ]
        cells += [formats.trend(console, moves[row.account_id])] if has_trend else []
        cells += [formats.share(row.coverage)] if console.width >= MIDDLE else []
        cells += [formats.drag(drags.get(row.account_id))] if has_drags else []
        table.add_row(*cells)
    console.print(f"Health on {runs.described(run)}")
    console.print(table)
    _print_footer(console, lowest_first, ended)


def _print_footer(console: Console, lowest_first: Sequence[ScoreRow], ended: set[str]) -> None:
    if not lowest_first:
        console.print("No account is in this band.")
        return
    if any(row.override for row in lowest_first):
        console.print("*: overridden; `keepwell explain` shows the computed score and the reason.")
    if count := sum(1 for row in lowest_first if row.account_id in ended):
        console.print(
            f"{ENDED.strip()}: {formats.count(count, 'account')} with no contract line running at the latest import: late to sign, or gone."
        )
    first = min(lowest_first, key=lambda row: row.account_id in ended)
    console.print(
        f"Coverage: the share of the card's weight that was measured. Next: keepwell explain {output.escaped(first.account_id)}"
    )
