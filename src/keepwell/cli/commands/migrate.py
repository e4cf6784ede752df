"""This file is `keepwell migrate`: it brings the database up to date with this version of Keepwell."""

from __future__ import annotations

from keepwell.app import actions, representations
from keepwell.cli import clock, output, reporting, workspaces
from keepwell.cli.options import HERE, AsJson, By, Debug, Folder


def migrate(
    by: By = None, workspace: Folder = HERE, as_json: AsJson = False, debug: Debug = False
) -> None:
    """Bring the database up to date. With SQLite, a copy is kept first, and other commands migrate automatically."""
    with reporting.errors(as_json, debug):
        from keepwell.app import databases

        here = workspaces.build(workspace)
        before = databases.state().kind
        with output.working("Migrating"):
            done = actions.migrations.run(installation=here, by=clock.operator(by), at=clock.now())
        if as_json:
            output.print_json(representations.workspaces.migrated(done))
        elif before == "current":
            output.say("The database is up to date; nothing was changed.")
        elif before == "empty":
            output.say("Created the database.")
        else:
            output.say(output.escaped(workspaces.migrated(done)))
