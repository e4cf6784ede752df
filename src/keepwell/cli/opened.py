"""This file opens what a command names: the workspace, a card, an account."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app import actions
from keepwell.app.viewers import Viewer
from keepwell.cli import clock
from keepwell.cli.answers import Refused, WrongUse

if TYPE_CHECKING:
    from keepwell.app.installation import Installation

VIEWER = Viewer(
    "operator", sees_all=True
)  # whoever runs commands on the machine can read its files anyway
LARGEST_CARD = 1_000_000  # bytes; one written by hand has a few thousand


def installation(folder: Path) -> Installation:
    """Build the process's installation from a workspace's folder, migrating its database where that is safe.

    A folder that is no workspace is wrong use; raises `databases.NotMigrated` where a person has to decide.
    """
    from keepwell.app import databases, workspace
    from keepwell.app import installation as installations

    if not (folder / workspace.FILE).is_file():
        where = "this folder" if folder == Path() else f"`{folder}`"
        raise WrongUse(
            f"There is no {workspace.FILE} in {where}. Go to a workspace, name one with --workspace, or begin one: keepwell init DIR"
        )
    built = installations.build(folder, database_url=os.environ.get("KEEPWELL_DATABASE", ""))
    if databases.state().kind != "current":
        if not actions.migrations.is_safe():
            databases.require_current()
        actions.migrations.run(installation=built, by=clock.operator(None), at=clock.now())
    return built


def card(path: Path) -> str:
    """Read a card's text."""
    if not path.is_file():
        raise WrongUse(f"There is no file `{path}`.")
    if path.stat().st_size > LARGEST_CARD:
        raise Refused(f"{path} has {path.stat().st_size:,} bytes. A card is a few pages of text.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
