"""This file is `keepwell explain`: why an account has its score, down to each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.table import Table
from rich.text import Text

from keepwell.app import actions, queries
from keepwell.cli import answers, clock, marks, opened, working_copies
from keepwell.cli.answers import Refused, WrongUse, answering
from keepwell.cli.options import HERE, Account, AsJson, AsOf, Debug, Folder
from keepwell.cli.score import Card

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from keepwell.app.installation import Installation
    from keepwell.app.queries.explanations import Explanation
    from keepwell.app.queries.scores import ScoredRun
    from keepwell.health.engines.protocol import Line
    from keepwell.health.explain.tree import Branch
    from keepwell.health.explain.trend import Move

    # What is explained, the moves of its entries by path, and what is said of it first.
    Told: TypeAlias = tuple[Explanation, Mapping[str, Move], Sequence[str]]

BARS = 90  # columns of a terminal from which on there is room for bars


Live = Annotated[
    bool,
    typer.Option(
        "--live",
        help="With every fact that has landed by now, outside of any run; nothing is kept.",
    ),
]


def explain(
    account: Account,
    as_of: AsOf = None,
    card: Card = None,
    live: Live = False,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Explain an account's score: every measure with its value, points, weight and contribution."""
    with answering(as_json, debug):
        if live and (as_of or card):
            raise WrongUse(
                "Give --live alone: it takes the latest published card and every fact that has landed by now."
            )
        here = opened.installation(workspace)
        account_id = queries.accounts.find(opened.VIEWER, account).account_id
        found, moves, notes = (
            _live(here, account_id) if live else _of_run(here, account_id, as_of, card)
        )
        if as_json:
            answers.as_json(_answer(found, moves))
        else:
            _print(found, moves[""], notes)


def _of_run(here: Installation, account_id: str, as_of: date | None, card: Path | None) -> Told:
    run, text = _run(here, as_of, card)
    return (
        queries.explanations.explanation(opened.VIEWER, here, run, account_id, text=text),
        queries.trends.moves_of(opened.VIEWER, here, run, account_id),
        [],
    )


def _live(here: Installation, account_id: str) -> Told:
    """Score one account as of tomorrow, and say that nobody will find this score again."""
    with answers.working("Scoring"):
        made = actions.live_scores.explained(
            installation=here, account_id=account_id, as_of=clock.tomorrow(here.zone)
        )
    row, peers = made.explanation.row, made.peers_of
    notes = [
        f"Live, part of no run: scored for {row.as_of} by version {row.version} with the facts landed so far (import {row.through_batch}). Nothing is kept."
    ]
    if made.has_peers and peers:
        notes.append(f"Its peers are those of the run for {peers.as_of}.")
    elif made.has_peers:
        notes.append(
            "No run has frozen peers for this card yet, so what is judged among them is missing. Next: keepwell score"
        )
    return made.explanation, made.moves, notes


def _run(here: Installation, as_of: AsOf, card: Path | None) -> tuple[ScoredRun, str | None]:
    """Find the run to explain; with a card, make it, which publishes nothing."""
    latest = queries.scores.latest(opened.VIEWER, "published", as_of)
    if card:
        text, _ = working_copies.taken_apart(opened.card(card))
        tried = latest or queries.scores.latest(opened.VIEWER, "draft", as_of)
        day = as_of or (tried.as_of if tried else clock.tomorrow(here.zone))
        with answers.working("Scoring"):
            made = actions.scores.run(
                installation=here,
                as_of=day,
                by=clock.operator(None),
                at=clock.now(),
                definition=text,
                file=str(card),
            )
        return made, text
    if latest is None:
        on = (
            f" on {as_of}. Next: keepwell score --as-of {as_of}"
            if as_of
            else " yet. Next: keepwell score"
        )
        raise Refused(f"There are no published scores{on}")
    return latest, None


def _answer(found: Explanation, moves: Mapping[str, Move]) -> dict[str, object]:
    from keepwell.health.explain import prose

    row = found.row
    root = _with_moves(found.root, moves)
    if not row.run_id:
        root["kind"] = row.kind
    return {
        "account_id": found.account_id, "account_name": found.name, "run_id": row.run_id, "as_of": row.as_of, "card": row.card,
        "version": row.version, "band": row.band, "meaning": row.meaning, "coverage": row.coverage,
        "freshness_days": row.freshness_days, "status": row.status, "segment": row.segment, "segment_why": row.segment_why, "sentence": prose.sentence(found.summary), "parts": found.summary.parts, **root, "score": row.score,
        "computed_score": row.computed_score, "override": row.override,
    }  # fmt: skip


def _with_moves(branch: Branch, moves: Mapping[str, Move]) -> dict[str, object]:
    children = [_with_moves(child, moves) for child in branch.children]
    own = {name: cell for name, cell in branch.plain().items() if name != "children"}
    return {**own, "move": marks.plain_move(moves.get(branch.line.path)), "children": children}


def _print(found: Explanation, move: Move, notes: Sequence[str]) -> None:
    from keepwell.health.explain import prose

    console, row = answers.console(), found.row
    number = f"  {marks.points(row.score)} of 100" if row.score is not None else ""
    console.print(
        Text(answers.printable(found.name), style="bold"),
        Text(answers.printable(f"({found.account_id})")),
        marks.health(console, row.band, row.meaning),
        Text(number),
        sep="  ",
    )
    for note in notes:
        console.print(Text(note, style="bold"), soft_wrap=True)
    console.print(Text(answers.printable(prose.sentence(found.summary))), soft_wrap=True)
    if row.segment_why:
        console.print(
            Text(answers.printable(f"Judged as {row.segment}: {row.segment_why}")), soft_wrap=True
        )
    console.print(_table(console, found.root, row.computed_score is not None))
    age = (
        ""
        if row.freshness_days is None
        else f"; the data behind it is {row.freshness_days:.0f} days old on average"
    )
    console.print(
        f"On {row.as_of}, {marks.share(row.coverage)} of the card's weight is known{age}."
    )
    if move.points is not None:
        moved = f"{marks.trend(console, move)} {'point' if round(abs(move.points)) == 1 else 'points'} since {move.since}"
        console.print(f"{moved}{f': {prose.no_arrow(move)}' if move.why else ''}.", soft_wrap=True)


def _table(console: Console, root: Branch, has_score: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold", min_width=16)
    table.add_column("Value", overflow="fold")
    if console.width >= BARS:
        table.add_column("", no_wrap=True)
    for name in ("Points", "Weight", "Adds", *(["Data age"] if console.width >= BARS else [])):
        table.add_column(name, justify="right", no_wrap=True)
    for child in root.children:
        _add(table, console, child, 0)
    if has_score:  # without one, the parts that are known say nothing of the whole
        adds = marks.points(root.line.contribution) if root.line.points is not None else ""
        cells = ["Together", "", marks.points(root.line.points), "100 %", adds]
        table.add_row(*_widened(console, cells, root), style="bold")
    return table


def _add(table: Table, console: Console, branch: Branch, depth: int) -> None:
    from keepwell.health.explain import prose

    line = branch.line
    value = ""
    if branch.measure and branch.reading:
        value = prose.value(branch.reading) + (
            " (late feed: the latest known)" if line.is_stale and not line.missing else ""
        )
    elif branch.entry is None:
        value = line.label or prose.reason(line.missing or "")
    elif line.kind == "rule":
        value = prose.reason(line.missing) if line.missing else ""
        if not value and not line.contribution:
            return  # it does nothing here; JSON has it
    indent = "  " * depth
    cells = [
        answers.outside(indent + branch.title), answers.outside(value), marks.points(line.points), marks.share(line.effective_weight),
        _adds(line),
    ]  # fmt: skip
    table.add_row(*_widened(console, cells, branch), style="bold" if branch.children else None)
    for child in branch.children:
        _add(table, console, child, depth + 1)


def _adds(line: Line) -> str:
    """What a line adds, rounded, so that tenths add up; of a rule cut as its points are, which are the same number."""
    if line.points is None:
        return ""
    return marks.points(line.contribution) if line.kind == "rule" else f"{line.contribution:.1f}"


def _widened(console: Console, cells: list[str], branch: Branch) -> list[str]:
    """Add a bar and the age of the data where the terminal has room for them."""
    if console.width < BARS:
        return cells
    return [
        *cells[:2],
        marks.bar(console, branch.line.points),
        *cells[2:],
        marks.age(branch.line.data_age_days),
    ]
