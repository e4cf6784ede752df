"""This file is `keepwell pulse`: how somebody who knows the account sees it, recorded in seconds and counted at once."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import actions, queries, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder, words
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import UserError, WrongUse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.app.installation import Installation
    from keepwell.app.queries.explanations import Explanation
    from keepwell.app.queries.pulses import PulseRow
    from keepwell.app.viewers import Actor
    from keepwell.health.explain.tree import Branch


def pulse(
    account: Annotated[
        str | None,
        typer.Argument(
            metavar="ACCOUNT",
            help="The account's id or name (default: list the pulses given here).",
        ),
    ] = None,
    value: Annotated[
        str | None,
        typer.Argument(metavar="VALUE", help="How you see them: green, amber or red."),
    ] = None,
    note: Annotated[
        str, typer.Option("--note", parser=words, metavar="TEXT", help="Why you see them so.")
    ] = "",
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            parser=words,
            metavar="WORD",
            help="A reason code of your own, to count by, such as `champion-left`.",
        ),
    ] = "",
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Give your own rating of an account, with a note; it counts from the next score on. Or list those given here."""
    with reporting.errors(as_json, debug) as report:
        here = workspaces.open(workspace)
        account_id = queries.accounts.find(VIEWER, account).account_id if account else None
        if account_id is None or value is None:
            if note or reason:
                raise WrongUse(
                    "A pulse needs an account, green, amber or red, and a note: "
                    "keepwell pulse ACCOUNT VALUE --note TEXT"
                )
            _list(queries.pulses.given(VIEWER, account_id), account_id, as_json)
            return
        if not note.strip():
            raise WrongUse("A pulse needs a note that says why: --note TEXT.")
        actor = clock.operator(by)
        given = actions.pulses.give(
            installation=here,
            account_id=account_id,
            pulse=value,
            note=note,
            reason=reason,
            id=uuid.uuid4().hex,
            by=actor,
            at=clock.now(),
        )
        # From here on it is kept, whatever goes wrong: nobody should type it again.
        report.beside(representations.pulses.given(given, None), [_kept(given)])
        with output.working("Scoring"):
            actions.intake.move(installation=here, by=actor, at=clock.now())
            live = _live(here, account_id, actor)
        counted = queries.pulses.by_id(VIEWER, given.id) or given
        if as_json:
            output.print_json(representations.pulses.given(counted, live.row if live else None))
        else:
            output.say(_done(counted, live))


def _live(here: Installation, account_id: str, by: Actor) -> Explanation | None:
    """Score the account with the pulse; none where there is no card yet, or no score of the account."""
    try:
        made = actions.live_scores.explained(
            installation=here, account_id=account_id, as_of=clock.tomorrow(here.zone), by=by
        )
    except UserError:
        return None
    return made.explanation


def _kept(row: PulseRow) -> str:
    return (
        f"The pulse of {row.account_id} is recorded, so do not type it again. "
        "It counts from the next import or score on."
    )


def _done(row: PulseRow, live: Explanation | None) -> str:
    name = output.escaped(row.account_id)
    done = f"Recorded {row.pulse} for {name}."
    if live is None:
        return f"{done} Next: keepwell score"
    if not _reads_pulses(live.root):
        return f"{done} The published card reads no pulse, so the score stays. See: keepwell catalogue pulse"
    if live.row.score is None:
        return f"{done} There is not enough data for a live score. Next: keepwell explain {name} --live"
    score = f"{output.escaped(live.row.band or '')} at {formats.points(live.row.score, live.bands)} of 100"
    return f"{done} Its live score is now {score}. Next: keepwell explain {name} --live"


def _reads_pulses(branch: Branch) -> bool:
    reads = branch.measure is not None and branch.measure.table == queries.pulses.TABLE
    return reads or any(map(_reads_pulses, branch.children))


def _list(rows: Sequence[PulseRow], account_id: str | None, as_json: bool) -> None:
    if as_json:
        output.print_json([representations.pulses.pulse(row) for row in rows])
        return
    if not rows:
        whose = f" for {output.escaped(account_id)}" if account_id else ""
        output.say(
            f"No pulse has been given here{whose}. To give one: keepwell pulse ACCOUNT VALUE --note TEXT"
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Account", "Pulse", "At (UTC)", "By", "Reason", "Note"):
        table.add_column(head, overflow="fold", no_wrap=head in ("Pulse", "At (UTC)"))
    for row in rows:
        at = f"{row.at:%Y-%m-%d %H:%M}"
        cells = (row.account_id, row.pulse, at, row.by, row.reason, row.note)
        table.add_row(*map(output.escaped, cells))
    output.console().print(table)
    if waiting := sum(row.load is None for row in rows):
        output.say(f"{formats.count(waiting, 'pulse')} not counted yet. Next: keepwell score")
