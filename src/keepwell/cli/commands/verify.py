"""This file is `keepwell verify`: all of history read from the disk again and compared with its checksums."""

from __future__ import annotations

import typer

from keepwell.app import actions, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder


def verify(
    by: By = None, workspace: Folder = HERE, as_json: AsJson = False, debug: Debug = False
) -> None:
    """Read every data file and every import again, and compare them with their checksums. Exit code 1 if anything differs."""
    with reporting.errors(as_json, debug):
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
