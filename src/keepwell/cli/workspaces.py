"""This file opens the workspace that a command names: its settings, its database, its log."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app import actions
from keepwell.app.viewers import Viewer
from keepwell.cli import clock, logs, output
from keepwell.errors import WrongUse
from keepwell.health.definition import limit

if TYPE_CHECKING:
    from keepwell.app.actions.migrations import Migrated
    from keepwell.app.installation import Installation

# Whoever runs commands on the machine can read its files anyway.
VIEWER = Viewer("operator", sees_all=True)


def open(folder: Path, *, check_identity: bool = True, serves_pages: bool = False) -> Installation:
    """Build the process's installation, and migrate its database where that is safe.

    A folder that is no workspace is wrong use; raises `databases.NotMigrated` where a person has to decide, and
    `IntegrityError` where the database is not that of the folder's data, unless `check_identity` is false.
    """
    from keepwell.app import databases

    built = build(folder, serves_pages=serves_pages)
    state = databases.state()
    if state.kind == "current":
        if check_identity:
            from keepwell.app import identity  # it names a table, which needs settings

            identity.check(built)
        return built
    if not actions.migrations.is_safe():
        databases.require_current()
    done = actions.migrations.run(
        installation=built,
        by=clock.operator(None),
        at=clock.now(),
        check_identity=check_identity,
    )
    if state.kind == "behind" and state.is_of_ours:
        output.note(migrated(done))
    return built


def build(folder: Path, *, serves_pages: bool = False) -> Installation:
    """Build the process's installation from a workspace's folder, whatever state its database is in."""
    from keepwell.app import installation, postgresql, workspace

    if not (folder / workspace.FILE).is_file():
        where = "this folder" if folder == Path() else f"`{folder}`"
        raise WrongUse(
            f"There is no {workspace.FILE} in {where}.",
            way_out="Change to a workspace, name one with --workspace, or create one: keepwell init DIR",
        )
    if limit.unstorable(str(folder.resolve())):
        raise WrongUse(
            f"The path of the workspace is not UTF-8 text: {limit.shown(str(folder.resolve()))}",
            way_out="Rename the folder, or move the workspace.",
        )
    logs.write_to(folder)
    address = postgresql.Address(os.environ.get(postgresql.VARIABLE, ""))
    return installation.build(folder, database_url=address, serves_pages=serves_pages)


def migrated(done: Migrated) -> str:
    """Say what a migration did, and where the copy from before lies."""
    steps = f"{len(done.applied)} step{'' if len(done.applied) == 1 else 's'}"
    copy = f" A copy of the old database is in {done.backup}." if done.backup else ""
    return f"The database was migrated to this version of Keepwell ({steps}).{copy}"
