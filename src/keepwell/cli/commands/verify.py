"""This file is `keepwell verify`: all of history read from the disk again and compared with its checksums."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from keepwell.app import actions, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder
from keepwell.errors import WrongUse


def verify(
    rebuild_manifest: Annotated[
        bool,
        typer.Option(
            "--rebuild-manifest",
            help="List the intact data files again, for a database that is lost or older than they are.",
        ),
    ] = False,
    accept_losses: Annotated[
        bool,
        typer.Option(
            "--accept-losses", help="With --rebuild-manifest: even where rows are missing."
        ),
    ] = False,
    by: By = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read every data file and every import again, and compare them with their checksums. Exit code 1 if anything differs."""
    with reporting.errors(as_json, debug):
        if accept_losses and not rebuild_manifest:
            raise WrongUse("--accept-losses goes with --rebuild-manifest.")
        if rebuild_manifest:
            _rebuild(workspace, by, accept_losses, as_json)
            return
        here = workspaces.open(workspace)
        with output.progress("Verifying") as progress:
            report = actions.verification.run(
                installation=here, by=clock.operator(by), at=clock.now(), progress=progress
            )
        read = f"{formats.count(report.datafiles, 'data file')} with {formats.count(report.rows, 'row')}, {formats.count(report.loads, 'import')}"
        if as_json:
            output.print_json(representations.verifications.verification(report))
        elif report.problems:
            for each in report.problems:
                output.say(output.escaped(f"{each.code} {each}"))
            output.say(
                f"{formats.count(len(report.problems), 'problem')} in {read}. Restore what is listed above from a backup."
            )
        else:
            output.say(f"No problems in {read}.")
        if report.problems:
            raise typer.Exit(reporting.REJECTED)


def _rebuild(workspace: Path, by: str | None, accept_losses: bool, as_json: bool) -> None:
    here = workspaces.open(workspace, check_identity=False)
    with output.progress("Reading data files") as progress:
        done = actions.manifest_rebuild.run(
            installation=here,
            by=clock.operator(by),
            at=clock.now(),
            accept_losses=accept_losses,
            progress=progress,
        )
    if as_json:
        output.print_json(representations.verifications.rebuilt(done, here.data))
        return
    for each in done.left:
        place = each.path.relative_to(here.data)
        output.say(output.escaped(f"Not listed: data/{place} {each.why}."))
    for loss in done.losses:
        output.say(output.escaped(f"Lost: {loss}."))
    listed = f"{formats.count(done.datafiles, 'data file')} with {formats.count(done.rows, 'row')}"
    new = f" The database did not know {_imports(*done.new_loads)}." if done.new_loads else ""
    output.say(
        f"Listed {listed}.{new} Next: keepwell import (it declares feeds again), then keepwell verify"
    )


def _imports(first: int, *others: int) -> str:
    return f"imports {first} to {others[-1]}" if others else f"import {first}"
