"""This file is `keepwell scores`: the latest scores, those first that need attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import queries
from keepwell.cli import answers, marks, opened
from keepwell.cli.answers import WrongUse, answering
from keepwell.cli.options import HERE, AsJson, AsOf, Debug, Draft, Folder

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from keepwell.app.queries.scores import ScoredRun, ScoreRow
    from keepwell.health.explain.summary import Part
    from keepwell.health.explain.trend import Move

# Columns are left out from the right where the terminal is narrow.
WIDE, MIDDLE = 100, 64

ENDED = " (ended)"

# What scripts are promised: nothing leaves this list, and what joins it stands after the rest.
SHAPE = (
    "run_id", "kind", "account_id", "as_of", "card", "version", "through_batch", "score", "computed_score", "band",
    "meaning", "override", "coverage", "freshness_days", "status", "trend",
)  # fmt: skip


def scores(
    as_of: AsOf = None,
    band: Annotated[str | None, typer.Option("--band", help="Only accounts in this band.")] = None,
    draft: Draft = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """List the latest scores, the lowest first."""
    with answering(as_json, debug):
        here = opened.installation(workspace)
        kind = "draft" if draft else "published"
        run = queries.scores.latest(opened.VIEWER, kind, as_of)
        rows = _in_band(run, queries.scores.rows(opened.VIEWER, run.run_id), band) if run else []
        moves = queries.trends.moves(opened.VIEWER, run) if run else {}
        if as_json:
            answers.as_json([_answer(row, moves[row.account_id]) for row in rows])
            return
        if run is None:
            on = f" on {as_of}" if as_of else ""
            answers.say(
                f"There are no {kind} scores{on} yet. Next: keepwell score{f' --as-of {as_of}' if as_of else ''}"
            )
            return
        drags = (
            queries.explanations.biggest_drags(
                opened.VIEWER, here, run, {row.account_id for row in rows}
            )
            if run.version
            else {}
        )
        _print(
            run,
            rows,
            queries.accounts.names(opened.VIEWER),
            drags,
            moves,
            queries.accounts.without_contract(opened.VIEWER),
        )


def _in_band(run: ScoredRun, rows: Sequence[ScoreRow], band: str | None) -> list[ScoreRow]:
    """The accounts of a band, whatever the case of its name; raises `WrongUse` where the run's card has none of that name."""
    if band is None:
        return list(rows)
    known = (
        [each.name for each in queries.explanations.definition_of(opened.VIEWER, run).bands]
        if run.version
        else [band]
    )
    if band.lower() not in map(str.lower, known):
        raise WrongUse(
            f"There is no band `{band}`: version {run.version} of the card has {', '.join(known)}."
        )
    return [row for row in rows if row.band and row.band.lower() == band.lower()]


def _answer(row: ScoreRow, move: Move) -> dict[str, object]:
    return {**{name: getattr(row, name) for name in SHAPE}, "move": marks.plain_move(move)}


def _print(
    run: ScoredRun,
    rows: list[ScoreRow],
    names: dict[str, str],
    drags: Mapping[str, Part | None],
    moves: Mapping[str, Move],
    ended: set[str],
) -> None:
    console = answers.console()
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("Account", overflow="fold", min_width=12)
    table.add_column("Health", no_wrap=True)
    table.add_column("Score", justify="right", no_wrap=True)
    has_trend = any(moves[row.account_id].direction for row in rows)
    if has_trend:
        table.add_column("Trend", no_wrap=True)
    if console.width >= MIDDLE:
        table.add_column("Known", justify="right", no_wrap=True)
    has_drags = bool(drags) and console.width >= WIDE
    if has_drags:
        table.add_column("Costs it most", overflow="fold")
    for row in sorted(rows, key=lambda row: (row.score is None, row.score or 0.0, row.account_id)):
        cells: list[str | Text] = [
            answers.outside(names.get(row.account_id) or row.account_id)
            + (ENDED if row.account_id in ended else ""),
            marks.health(console, row.band, row.meaning),
            marks.points(row.score) + ("*" if row.override else ""),
        ]
        cells += [marks.trend(console, moves[row.account_id])] if has_trend else []
        cells += [marks.share(row.coverage)] if console.width >= MIDDLE else []
        cells += [_drag(drags.get(row.account_id))] if has_drags else []
        table.add_row(*cells)
    card = f"version {run.version}" if run.version else "a draft"
    console.print(f"Health on {run.as_of} by {card}, over facts through import {run.through_batch}")
    console.print(table)
    _last_lines(console, rows, ended)


def _drag(part: Part | None) -> str:
    from keepwell.health.explain import prose

    return answers.outside(prose.measured(part)) if part else ""


def _last_lines(console: Console, rows: list[ScoreRow], ended: set[str]) -> None:
    if not rows:
        console.print("No account is in it.")
        return
    if any(row.override for row in rows):
        console.print(
            "*: overridden; `keepwell explain` tells the computed score, and why it does not stand."
        )
    if count := sum(1 for row in rows if row.account_id in ended):
        console.print(
            f"{ENDED.strip()}: at the latest import no contract line of {count} of them runs any more: late to sign, or gone."
        )
    first = min(
        rows,
        key=lambda row: (
            row.account_id in ended,
            row.score is None,
            row.score or 0.0,
            row.account_id,
        ),
    )
    console.print(
        f"Known: the share of the card's weight that could be measured. Next: keepwell explain {answers.outside(first.account_id)}"
    )
