"""This file is `keepwell demo`: a whole company to look at, for those who have no data at hand."""

from __future__ import annotations

import shlex
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.app import actions, queries, representations
from keepwell.cli import calls, clock, formats, output, reporting, workspaces
from keepwell.cli.options import AsJson, Debug
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import Conflict, WrongUse

if TYPE_CHECKING:
    from keepwell.app.actions.demo import Demo
    from keepwell.app.installation import Installation
    from keepwell.app.queries.scores import Bands
    from keepwell.app.queries.today import Call

ACCOUNTS, SEED = 400, 1
USUAL = Path("keepwell-demo")
TOURED = date(2026, 11, 2)  # the day of the demo that docs/tour.md shows around
FEWEST, MOST = 30, 50_000
FIRST_YEAR, LATEST_YEAR = 1990, 2099
SHOWN = 5


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to create it in.")
    ] = USUAL,
    accounts: Annotated[
        int, typer.Option("--accounts", help="Number of accounts, 30 to 50000.")
    ] = ACCOUNTS,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Random seed; changes the generated company.")
    ] = SEED,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The simulated today (default: yesterday).",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Create a demo company: three years of messy exports, imported, with two years of weekly scores."""
    with reporting.errors(as_json, debug):
        if not FEWEST <= accounts <= MOST:
            raise WrongUse(f"--accounts is {accounts}; it must be {FEWEST} to {MOST:,}.")
        if until and not FIRST_YEAR <= until.year <= LATEST_YEAR:
            raise WrongUse(
                f"--until is {until:%Y-%m-%d}; the year must be {FIRST_YEAR} to {LATEST_YEAR}."
            )
        if folder == USUAL and (Path() / "keepwell.yaml").exists():
            raise Conflict(
                "This folder is already a workspace; nothing was created.",
                way_out="Name a folder, or change to another one.",
            )
        # Yesterday: what is read today then looks as if it had come in overnight.
        day = until.date() if until else clock.now().date() - timedelta(days=1)
        here, made = _made(folder, accounts, seed, day)
        bands = queries.scores.bands(VIEWER, made.latest)
        urgent = queries.today.calls(
            VIEWER, here, made.latest, on=made.latest.as_of, limit=SHOWN
        ).calls
        if as_json:
            output.print_json(representations.workspaces.demo(here, made, bands, urgent))
        else:
            is_toured = (accounts, seed, day) == (ACCOUNTS, SEED, TOURED)
            _print(here, made, folder, bands, urgent, is_toured)


def _made(folder: Path, accounts: int, seed: int, until: date) -> tuple[Installation, Demo]:
    """Simulate the company's exports, then open its workspace and import them as anybody's are."""
    from keepwell.app import workspace
    from keepwell.simulate import company_folder
    from keepwell.simulate.world import World

    workspace.require_empty(folder)
    with output.progress("Simulating a company") as progress:
        tell = progress or (lambda what, share: None)
        company_folder.write(
            World(accounts, seed, until), folder, lambda what, share: tell(what, 0.25 * share)
        )
        here = workspaces.open(folder, serves_pages=True)  # the pages come next
        made = actions.demo.make(
            installation=here,
            until=until,
            by=clock.operator(None),
            progress=lambda what, share: tell(what, 0.25 + 0.75 * share),
        )
    return here, made


def _print(
    here: Installation,
    made: Demo,
    folder: Path,
    bands: Bands,
    urgent: tuple[Call, ...],
    is_toured: bool,
) -> None:
    """Say what was made; the tour is of the company that is made where nothing else is asked for."""
    console, summary = output.console(), made.summary
    output.say(
        f"{sum(bands.values())} of the {queries.accounts.count(VIEWER)} companies that ever bought from {output.escaped(here.name)} are customers. "
        f"Its exports have {summary.received:,} rows: {summary.accepted:,} accepted, {summary.repeated:,} repeated, "
        f"{summary.rejected:,} rejected (each listed in {output.escaped(str(folder / 'data/rejects'))}).",
        f"{made.runs} weeks scored. On {made.latest.as_of}:",
    )
    formats.print_bands(console, bands)
    if urgent:
        console.print(f"Call first, with {here.currency} a year (`keepwell today` lists more):")
        of_card = queries.scorecards.bands(VIEWER, made.latest.version)
        calls.print_calls(console, urgent, here.currency, of_card)
    if made.judged:
        from keepwell.health.judge.one_line import one_line

        output.say(one_line(made.judged.backtest))
    place = output.escaped(shlex.quote(str(folder)))
    first = output.escaped(shlex.quote(urgent[0].account.account.label)) if urgent else ""
    output.say(
        f"Next: cd {place} && keepwell serve",
        f"Or stay in the terminal: keepwell {f'explain {first}' if first else 'scores'}",
        "The simulation's ground truth is in `truth/` (never imported)."
        + (" docs/tour.md shows you around." if is_toured else ""),
    )
