"""This file answers what lies in the data folder and belongs to nothing: data files set aside, and scratch that was left behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from keepwell.app.installation import Installation
from keepwell.app.viewers import Viewer
from keepwell.facts.scratch import Left


@dataclass(frozen=True)
class Orphan:
    """A file that a load set aside, because the database does not list it."""

    path: Path  # below `data/orphans`
    bytes: int


def everything(viewer: Viewer, installation: Installation) -> tuple[Orphan, ...]:
    """All files that were set aside, by name."""
    folder = installation.orphans
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else ()
    return tuple(Orphan(path.relative_to(folder), path.stat().st_size) for path in files)


def scratch(viewer: Viewer, installation: Installation) -> Left:
    """What processes that were killed have left in `data/tmp`; the next import removes it."""
    return installation.scratch.left_behind()
