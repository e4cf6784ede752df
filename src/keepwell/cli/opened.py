"""This file opens what a command names: the workspace, a card, an account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.cli.answers import Refused, WrongUse

if TYPE_CHECKING:
    from keepwell.app.workspace import Workspace

LARGEST_CARD = 1_000_000  # bytes; one written by hand has a few thousand


def workspace(folder: Path) -> Workspace:
    """Open the workspace; a folder that is none is wrong use."""
    from keepwell.app import workspace as workspaces

    if not (folder / workspaces.FILE).is_file():
        where = "this folder" if folder == Path() else f"`{folder}`"
        raise WrongUse(
            f"There is no {workspaces.FILE} in {where}. Go to a workspace, name one with --workspace, or begin one: keepwell init DIR"
        )
    return workspaces.open(folder)


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
