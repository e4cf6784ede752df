"""This file is `keepwell explain`: why an account has its score, down to each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.table import Table
from rich.text import Text

from keepwell.app import actions, queries, representations
from keepwell.cli import (
    card_files,
    clock,
    dates,
    facts_tables,
    formats,
    output,
    profiles,
    reporting,
    runs,
    workspaces,
)
from keepwell.cli.options import HERE, Account, AsJson, AsOf, Debug, Folder, UnpublishedCard
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import WrongUse

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from keepwell.app.installation import Installation
    from keepwell.app.queries.explanations import Explanation
    from keepwell.app.queries.likelihoods import Likely
    from keepwell.app.queries.profiles import Profile
    from keepwell.health.definition.band import Band
    from keepwell.health.explain.tree import Branch
    from keepwell.health.explain.trend import Move

    # What is explained, the moves of its entries by path, and notes to print first.
    Explained: TypeAlias = tuple[Explanation, Mapping[str, Move], Sequence[str]]

ROWS = 20  # that `--facts` lists
BARS = 90  # columns of a terminal from which on there is room for bars


def explain(
    account: Account,
    as_of: AsOf = None,
    card: UnpublishedCard = None,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Score now, with everything imported so far; nothing is stored."
        ),
    ] = False,
    facts: Annotated[
        str | None,
        typer.Option(
            "--facts", metavar="MEASURE", help="List the rows behind this measure's value instead."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            max=100_000,
            help="Number of rows to list, with --facts (default: 20).",
        ),
    ] = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Explain an account's score: each measure with its value, points, weight and contribution."""
    with reporting.errors(as_json, debug):
        if live and (as_of or card):
            raise WrongUse(
                "Use --live alone: it takes the latest published card and everything imported so far."
            )
        if limit and not facts:
            raise WrongUse("Use --limit with --facts: it says how many rows to list.")
        here = workspaces.open(workspace)
        account_id = queries.accounts.find(VIEWER, account).account_id
        if live:
            found, moves, notes = _live(here, account_id)
        elif card:
            found, moves, notes = _by_card(here, account_id, as_of, card)
        else:
            run = runs.latest(as_of)
            # Of the newest run the overrides of today count; an older one is shown as it was published.
            on = None if as_of else here.day(clock.now())
            found = queries.explanations.explanation(VIEWER, here, run, account_id, on=on)
            moves, notes = queries.trends.moves_of(VIEWER, here, run, account_id, on=on), []
            if on and runs.are_old(run, on):
                days = (on - run.as_of).days
                notes = [
                    f"This score is {days} days old: what came in since is not in it. {runs.REFRESH}"
                ]
        if facts is not None:
            _facts(here, found, facts, limit or ROWS, as_json=as_json)
            return
        profile = queries.profiles.profile(VIEWER, here, found.row)
        likely = queries.likelihoods.of_explanation(VIEWER, found)
        if as_json:
            output.print_json(
                representations.explanations.explanation(found, moves, profile, likely)
            )
        else:
            _print(found, moves[""], notes, profile, likely, is_past=as_of is not None)


def _facts(
    here: Installation, found: Explanation, wanted: str, limit: int, *, as_json: bool
) -> None:
    """List the rows behind one measure."""
    with output.working("Reading"):
        behind = actions.facts_behind.of_measure(
            installation=here, found=found, wanted=wanted, limit=limit, by=clock.operator(None)
        )
    if as_json:
        output.print_json(representations.facts_behind.facts_behind(behind))
    else:
        facts_tables.print_facts(behind, limit)


def _live(here: Installation, account_id: str) -> Explained:
    """Score one account as of tomorrow, and say that nobody will find this score again."""
    with output.working("Scoring"):
        if not here.is_read_only:
            actions.intake.move(installation=here, by=clock.operator(None), at=clock.now())
        made = actions.live_scores.explained(
            installation=here,
            by=clock.operator(None),
            account_id=account_id,
            as_of=dates.chosen(here, "live"),
        )
    row, peers = made.explanation.row, made.peers_of
    notes = [
        f"Live score for {row.as_of} by version {row.version}, with all facts so far (import {row.through_batch}). It is not stored."
    ]
    if made.has_peers and peers:
        notes.append(f"Compared with the peers of the run for {peers.as_of}.")
    elif made.has_peers:
        notes.append(
            "No run has stored peers for this card yet, so measures compared with peers are missing. Next: keepwell score"
        )
    return made.explanation, made.moves, notes


def _by_card(here: Installation, account_id: str, as_of: date | None, card: Path) -> Explained:
    """Score by a card that is not published, on the date of the latest scores, and explain that run."""
    text = card_files.read(card)
    with output.working("Scoring"):
        run = actions.scores.run(
            installation=here,
            as_of=dates.chosen(here, "compare", as_of),
            by=clock.operator(None),
            at=clock.now(),
            definition=text,
            file=str(card),
        )
    found = queries.explanations.explanation(VIEWER, here, run, account_id, text=text)
    return found, queries.trends.moves_of(VIEWER, here, run, account_id), []


def _print(
    found: Explanation,
    move: Move,
    notes: Sequence[str],
    profile: Profile,
    likely: Likely | None,
    *,
    is_past: bool,
) -> None:
    from keepwell.health.explain import playbooks, prose

    console, row = output.console(), found.row
    number = f"  {formats.points(row.score, found.bands)} of 100" if row.score is not None else ""
    console.print(
        Text(output.printable(found.name), style="bold"),
        Text(output.printable(f"({found.account_id})")),
        formats.health(console, row.band, row.meaning),
        Text(f"{number}  on {row.as_of}".strip()),
        sep="  ",
    )
    profiles.print_profile(console, profile, row.band, is_past=is_past)
    for note in notes:
        console.print(Text(note, style="bold"), soft_wrap=True)
    console.print(Text(output.printable(prose.sentence(found.summary))), soft_wrap=True)
    if row.segment_why:
        segment = f"Segment: {row.segment} ({row.segment_why})"
        console.print(Text(output.printable(segment)), soft_wrap=True)
    console.print(_table(console, found, row.computed_score is not None))
    coverage = f"Coverage on {row.as_of}: {formats.coverage(row.coverage)} of the card's weight"
    age = (
        ""
        if row.freshness_days is None
        else f". Average data age: {formats.count(round(row.freshness_days), 'day')}"
    )
    console.print(f"{coverage}{age}.")
    if likely:
        alike = output.escaped(prose.accounts_alike(found.root, likely.beside))
        console.print(
            f"Likelihood to renew: {formats.share(likely.share)} of {alike} "
            f"({formats.share(likely.low)} to {formats.share(likely.high)}).",
            soft_wrap=True,
        )
    _print_move(console, move, found.account_id)
    profiles.print_do_next(console, playbooks.steps(found.root, found.bands))


def _print_move(console: Console, move: Move, account_id: str) -> None:
    from keepwell.health.explain import prose

    if move.why == "overridden":
        console.print(f"No trend: {prose.no_arrow(move)}.")
    elif move.points is not None:
        points = "point" if round(abs(move.points)) == 1 else "points"
        moved = f"{formats.trend(console, move)} {points} since {move.since}"
        if move.why:
            moved += f": {prose.no_arrow(move)}"
        elif move.since:
            moved += f"; `keepwell changed {account_id} --from {move.since}` says why"
        console.print(f"{output.escaped(moved)}.", soft_wrap=True)


def _table(console: Console, found: Explanation, has_score: bool) -> Table:
    from keepwell.health.explain import display

    root = found.root
    shown = display.contributions(root, found.bands)
    is_wide = console.width >= BARS
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold", min_width=16)
    table.add_column("Value", overflow="fold")
    if is_wide:
        table.add_column("", no_wrap=True)
    for name in ("Points", "Weight", "Contribution", *(["Data age"] if is_wide else [])):
        table.add_column(name, justify="right", no_wrap=is_wide, overflow="fold")
    for child in root.children:
        _add_rows(table, console, child, 0, shown, found.bands)
    if has_score:  # without one, the known parts say nothing about the whole
        points = formats.points(root.line.points, found.bands)
        contribution = formats.figure(shown[root.line.path]) if points else ""
        cells = ["Total", "", points, "100 %", contribution]
        table.add_row(*_widened(console, cells, root), style="bold")
    return table


def _add_rows(
    table: Table,
    console: Console,
    branch: Branch,
    depth: int,
    shown: Mapping[str, float],
    bands: Sequence[Band],
) -> None:
    from keepwell.health.explain import prose

    line = branch.line
    value = ""
    if branch.measure and branch.reading:
        late = " (late feed)" if line.is_stale and not line.missing else ""
        value = prose.value(branch.reading) + late
        if said := prose.lacking(branch.reading):
            is_reason = line.missing in ("rows_rejected", "no_number")
            value = said if is_reason else f"{value} ({said})"
    elif branch.entry is None:
        value = line.label or prose.reason(line.missing or "")
        if branch.revenue is not None:
            paid = f"{prose.amount(branch.revenue)} a year"
            value = f"{value}, {paid}" if value else paid
    elif line.kind == "rule":
        value = prose.reason(line.missing) if line.missing else ""
        if not value and not line.contribution:
            return  # it does nothing here; JSON has it
    contribution = "" if line.points is None else formats.figure(shown[line.path])
    # What a rule does to the whole score is one number, in whichever column.
    is_same = line.kind == "rule" and line.points == line.contribution
    cells = [
        output.escaped("  " * depth + branch.title),
        output.escaped(value),
        contribution if is_same else formats.points(line.points, () if branch.entry else bands),
        formats.share(line.effective_weight),
        contribution,
    ]
    table.add_row(*_widened(console, cells, branch), style="bold" if branch.children else None)
    for child in branch.children:
        _add_rows(table, console, child, depth + 1, shown, bands)


def _widened(console: Console, cells: list[str], branch: Branch) -> list[str]:
    """Add a bar and the age of the data where the terminal has room for them."""
    if console.width < BARS:
        return cells
    bar = formats.bar(console, branch.line.points)
    return [*cells[:2], bar, *cells[2:], formats.age(branch.line.data_age_days)]
