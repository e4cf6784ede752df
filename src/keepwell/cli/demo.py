"""This file is `keepwell demo`: a whole company to look at, for those who have no data at hand."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from keepwell.app import actions, queries
from keepwell.cli import answers, clock, marks, opened
from keepwell.cli.answers import Refused, WrongUse, answering
from keepwell.cli.options import AsJson, Debug

if TYPE_CHECKING:
    from keepwell.app.actions.demo import Demo
    from keepwell.app.installation import Installation
    from keepwell.app.queries.accounts import PortfolioRow
    from keepwell.app.queries.scores import ScoreRow
    from keepwell.health.explain.summary import Part

ACCOUNTS, SEED = 400, 1
USUAL = Path("keepwell-demo")
UNTIL = date(2026, 11, 2)  # never moves, so that what is written about the demo stays true
FEWEST, MOST = 30, 50_000
FIRST_YEAR, LATEST_YEAR = 1990, 2099
SHOWN = 5


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to make it in.")
    ] = USUAL,
    accounts: Annotated[
        int, typer.Option("--accounts", help="How many accounts the company has, 30 to 50000.")
    ] = ACCOUNTS,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Another number, another company.")
    ] = SEED,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The day on which the company is looked at.",
        ),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a company to look at: three years of its messy exports, imported, with two years of weekly scores."""
    with answering(as_json, debug):
        if not FEWEST <= accounts <= MOST:
            raise WrongUse(f"--accounts is {accounts}; give {FEWEST} to {MOST:,}.")
        if until and not FIRST_YEAR <= until.year <= LATEST_YEAR:
            raise WrongUse(
                f"--until is {until:%Y-%m-%d}; give a day from {FIRST_YEAR} to {LATEST_YEAR}."
            )
        if folder == USUAL and (Path() / "keepwell.yaml").exists():
            raise Refused(
                "This folder is a workspace already; nothing was made. Name a folder, or go to another one."
            )
        here, made = _made(folder, accounts, seed, until.date() if until else None)
        if as_json:
            answers.as_json(_answer(here, made))
        else:
            _print(here, made, folder, is_toured=(accounts, seed, until) == (ACCOUNTS, SEED, None))


def _made(folder: Path, accounts: int, seed: int, until: date | None) -> tuple[Installation, Demo]:
    """Simulate the company's exports, then open its workspace and bring them in as anybody's are."""
    from keepwell.app import workspace
    from keepwell.simulate import company_folder
    from keepwell.simulate.world import World

    workspace.require_empty(folder)
    until = until or UNTIL
    with answers.progress("Simulating a company") as progress:
        tell = progress or (lambda what, share: None)
        company_folder.write(
            World(accounts, seed, until), folder, lambda what, share: tell(what, 0.25 * share)
        )
        here = opened.installation(folder)

        made = actions.demo.make(
            installation=here,
            until=until,
            by=clock.operator(None),
            progress=lambda what, share: tell(what, 0.25 + 0.75 * share),
        )
    return here, made


def _answer(here: Installation, made: Demo) -> dict[str, object]:
    bands = Counter(row.band for row in _rows(made) if row.band)
    return {
        "workspace": here.folder, "as_of": made.latest.as_of, "run_id": made.latest.run_id, "dates": made.runs,
        "received": made.summary.received, "accepted": made.summary.accepted, "repeated": made.summary.repeated,
        "rejected": made.summary.rejected, "bands": dict(bands), "call_first": [each.account.account_id for each in _urgent(made)],
    }  # fmt: skip


def _rows(made: Demo) -> tuple[ScoreRow, ...]:
    return queries.scores.rows(opened.VIEWER, made.latest.run_id)


def _urgent(made: Demo) -> tuple[PortfolioRow, ...]:
    return queries.accounts.most_at_stake(opened.VIEWER, made.latest.run_id)[:SHOWN]


def _print(installation: Installation, made: Demo, folder: Path, is_toured: bool) -> None:
    """Say what was made; the tour is of the company that is made where nothing else is asked for."""
    console, rows = answers.console(), _rows(made)
    summary = made.summary
    answers.say(
        f"{answers.outside(installation.name)} sells software to {len(rows)} companies. Its exports had {summary.received:,} rows: "
        f"{summary.accepted:,} were good, {summary.repeated:,} came twice, {summary.rejected:,} rejected, each with its line in "
        f"{answers.outside(str(folder / 'data/rejects'))}.",
        f"{made.runs} weeks were scored; on {made.latest.as_of}:",
    )
    marks.counted(
        console,
        Counter((row.band, row.meaning) for row in rows),
        without=", most of them long gone",
    )
    urgent = _urgent(made)
    drags = queries.explanations.biggest_drags(
        opened.VIEWER, installation, made.latest, {each.account.account_id for each in urgent}
    )
    if urgent:
        console.print(_table(urgent, drags, installation.currency))
    first = urgent[0].account if urgent else None
    here = answers.outside(shlex.quote(str(folder)))
    answers.say(
        f"Next: cd {here} && keepwell explain {answers.outside(shlex.quote(first.label))}"
        if first
        else f"Next: cd {here} && keepwell scores",
        f"What is true and no system knows lies in its folder truth. {'docs/tour.md shows you around.' if is_toured else ''}".strip(),
    )


def _drag(part: Part | None) -> str:
    from keepwell.health.explain import prose

    return answers.outside(prose.measured(part)) if part else ""


def _table(
    urgent: tuple[PortfolioRow, ...], drags: Mapping[str, Part | None], currency: str
) -> Table:
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title="Call first: the red ones that pay most",
        title_justify="left",
    )
    pays = f"{currency} a year"
    for name in ("Account", "Score", pays, "Notice by", "Looked after by", "Costs it most"):
        table.add_column(
            name, justify="right" if name in ("Score", pays) else "left", overflow="fold"
        )
    for each in urgent:
        account = each.account
        table.add_row(
            answers.outside(account.label), marks.points(each.score.score if each.score else None), f"{account.revenue:,.0f}",
            str(account.next_notice_on or ""), answers.outside(account.owner), _drag(drags.get(account.account_id)),
        )  # fmt: skip
    return table
