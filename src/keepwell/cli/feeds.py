"""This file says at the head of a list which feeds were late when it was scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app import queries
from keepwell.cli import formats, output
from keepwell.cli.workspaces import VIEWER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.app.installation import Installation
    from keepwell.app.queries.feeds import LateFeed
    from keepwell.app.queries.runs import ScoredRun


def print_late(here: Installation, run: ScoredRun) -> None:
    """Say which feeds were late on the date of a run, if any."""
    if said := sentence(*queries.feeds.late(VIEWER, here, run)):
        output.say(said)


def sentence(feeds: int, late: Sequence[LateFeed]) -> str:
    """Say how many feeds are late, how old the oldest is, and which have stopped."""
    if not late:
        return ""
    verb = "is" if len(late) == 1 else "are"
    oldest = late[0]
    said = (
        f"{len(late)} of {formats.count(feeds, 'feed')} {verb} late; "
        f"the oldest, {output.escaped(oldest.name)}, stands at {oldest.reached_on}."
    )
    if stopped := [output.escaped(each.name) for each in late if each.has_stopped]:
        said += f" Stopped, so nothing is known from {_them(stopped)}: {', '.join(stopped)}."
    return said


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"
