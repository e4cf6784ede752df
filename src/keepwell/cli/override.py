"""This file is `keepwell override`: a judgement in place of a computed score, until a day and with a reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import actions, queries
from keepwell.cli import answers, clock, marks, opened
from keepwell.cli.answers import WrongUse, answering
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder, day

if TYPE_CHECKING:
    from keepwell.app.installation import Installation
    from keepwell.app.queries.overrides import OverrideRow


def override(
    account: Annotated[
        str | None,
        typer.Argument(
            metavar="[ACCOUNT]",
            help="The account's id or name; without one, all overrides that stand.",
        ),
    ] = None,
    score: Annotated[
        float | None, typer.Option("--score", help="The score in its place, from 0 to 100.")
    ] = None,
    because: Annotated[
        str, typer.Option("--because", help="Why, for those who read the score.")
    ] = "",
    until: Annotated[
        date | None,
        typer.Option(
            "--until",
            parser=day,
            metavar="DAY",
            help="The latest date of a score for which it stands.",
        ),
    ] = None,
    end: Annotated[
        bool, typer.Option("--end", help="End the override: the computed score stands again.")
    ] = False,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Put your judgement in place of a computed score, which stays beside it; or list the overrides."""
    with answering(as_json, debug):
        here = opened.installation(workspace)
        account_id = queries.accounts.find(opened.VIEWER, account).account_id if account else None
        is_set = score is not None or bool(because) or until is not None
        if is_set and end:
            raise WrongUse("Give --end alone, or --score, --because and --until.")
        if (is_set or end) and account_id is None:
            raise WrongUse("Say which account: keepwell override ACCOUNT ...")
        if end and account_id:
            _tell(_ended(here, account_id, by), as_json)
        elif is_set and account_id:
            _tell(_set(here, account_id, score, because, until, by), as_json)
        else:
            _list(here, account_id, as_json)


def _set(
    here: Installation,
    account_id: str,
    score: float | None,
    because: str,
    until: date | None,
    by: str | None,
) -> OverrideRow:
    if score is None or until is None or not because.strip():
        raise WrongUse("An override needs --score N, --because TEXT and --until DAY.")
    return actions.overrides.override(
        installation=here,
        account_id=account_id,
        score=score,
        because=because,
        until=until,
        by=clock.operator(by),
        at=clock.now(),
    )


def _ended(here: Installation, account_id: str, by: str | None) -> OverrideRow:
    return actions.overrides.end(
        installation=here, account_id=account_id, by=clock.operator(by), at=clock.now()
    )


def _tell(row: OverrideRow, as_json: bool) -> None:
    if as_json:
        answers.as_json(_answer(row))
        return
    name = answers.outside(row.account_id)
    if row.ended_on:
        answers.say(
            f"The override of {name} has ended; scores from {row.ended_on} on are the computed ones. Next: keepwell score"
        )
    else:
        until = f"scores from {row.from_on} to {row.until_on}"
        answers.say(
            f"{name} is overridden to {marks.points(row.score)} for {until}. Next: keepwell score"
        )


def _list(here: Installation, account_id: str | None, as_json: bool) -> None:
    """All overrides of an account, or those of everybody that stand today."""
    today = here.day(clock.now())
    rows = [
        row
        for row in queries.overrides.history(opened.VIEWER, account_id)
        if account_id or (row.until_on >= today and not row.ended_on)
    ]
    if as_json:
        answers.as_json([_answer(row) for row in rows])
        return
    if not rows:
        answers.say(
            "There is none. To set one: keepwell override ACCOUNT --score N --because TEXT --until DAY"
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Account", "Score", "From", "Until", "By", "Because"):
        table.add_column(head, overflow="fold")
    for row in rows:
        until = f"{row.until_on}" if row.ended_on is None else f"ended {row.ended_on}"
        cells = (
            row.account_id,
            marks.points(row.score),
            str(row.from_on),
            until,
            row.by,
            row.because,
        )
        table.add_row(*map(answers.outside, cells))
    answers.console().print(table)


def _answer(row: OverrideRow) -> dict[str, object]:
    return {
        "account_id": row.account_id, "score": row.score, "because": row.because, "by": row.by, "at": row.at, "from": row.from_on,
        "until": row.until_on, "ended": row.ended_on, "ended_by": row.ended_by,
    }  # fmt: skip
