"""This file is `keepwell likelihood`: how likely accounts with a score are to renew, by the curve that was frozen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from keepwell.app import actions, queries, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder, words
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import NotFound, WrongUse

if TYPE_CHECKING:
    from keepwell.app.queries.likelihoods import Frozen, Likely

EVERY = 10  # points of score between two lines of the table


class NothingFrozen(NotFound):
    """No curve stands for the published card."""

    code = "J105"


def likelihood(
    freeze: Annotated[
        bool,
        typer.Option(
            "--freeze",
            help="From now on let the likelihood of the newest kept judgement stand for this card's scores.",
        ),
    ] = False,
    note: Annotated[
        str | None,
        typer.Option("--note", parser=words, metavar="WHY", help="Why now, with --freeze."),
    ] = None,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how likely accounts with a score are to renew, or freeze it anew at a review."""
    with reporting.errors(as_json, debug):
        if freeze != (note is not None):
            raise WrongUse("Use --freeze and --note together: the note says why it changes.")
        workspaces.open(workspace)
        if freeze:
            found = actions.likelihoods.freeze(
                note=note or "", by=clock.operator(by), at=clock.now()
            )
        else:
            found = _in_force()
        table = queries.likelihoods.table(VIEWER, found, every=EVERY)
        if as_json:
            output.print_json(representations.likelihoods.frozen(found, table))
            return
        _print(found, table)


def _in_force() -> Frozen:
    version = queries.scorecards.latest(VIEWER)
    found = queries.likelihoods.in_force(VIEWER, version.number) if version else None
    if found is None:
        raise NothingFrozen(
            "No likelihood to renew was frozen for the published card.",
            way_out="Judge the card first: keepwell backtest --keep",
        )
    return found


def _print(found: Frozen, table: Sequence[Likely]) -> None:
    output.say(
        f"Likelihood {found.number}, of version {found.version}: frozen on {found.at:%Y-%m-%d} by {output.escaped(found.by)} "
        f"({output.escaped(found.note)}), over {formats.count(found.curve.leavers, 'leaver')} and {formats.count(found.curve.stayers, 'stayer')}."
    )
    if found.curve.added:
        listed = ", ".join(f"{path} ({formats.share(share)})" for path, share in found.curve.added)
        output.say(
            f"Counts besides the score, in place of so much of it: {output.escaped(listed)}."
        )
    columns = [
        output.Column("Score", is_number=True),
        output.Column("Renew", is_number=True),
        output.Column("Between"),
    ]
    rows = [
        [
            Text(f"{each.score:.0f}"),
            Text(formats.share(each.share)),
            Text(f"{formats.share(each.low)} and {formats.share(each.high)}"),
        ]
        for each in table
    ]
    output.print_list(columns, rows)
    output.say(
        "Of accounts with such a score that decide within 90 days. An account's own: keepwell explain"
    )
