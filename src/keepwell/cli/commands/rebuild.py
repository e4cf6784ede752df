"""This file is `keepwell rebuild`: what pages and lists read, made anew from facts, scores and data files."""

from __future__ import annotations

from keepwell.app import actions, representations
from keepwell.cli import clock, formats, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder


def rebuild(
    by: By = None, workspace: Folder = HERE, as_json: AsJson = False, debug: Debug = False
) -> None:
    """Rebuild the data behind pages and lists from facts and published scores. Scores do not change."""
    with reporting.errors(as_json, debug):
        here = workspaces.open(workspace)
        with output.progress("Rebuilding") as progress:
            accounts = actions.read_model.rebuild(
                installation=here, by=clock.operator(by), at=clock.now(), progress=progress
            )
        if as_json:
            output.print_json(representations.workspaces.rebuilt(accounts))
        else:
            output.say(f"Rebuilt {formats.count(accounts, 'account')}.")
