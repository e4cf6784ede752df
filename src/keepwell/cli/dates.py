"""This file chooses the date of a command that was given none: that of the newest scores, or of all facts so far."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from keepwell.app import queries
from keepwell.cli import clock
from keepwell.cli.workspaces import VIEWER

if TYPE_CHECKING:
    from keepwell.app.installation import Installation

Purpose = Literal["compare", "live"]


def chosen(here: Installation, purpose: Purpose, as_of: date | None = None) -> date:
    """Choose the date that a command is about, which it then names; a date that was given stands.

    Commands that show scores take the newest ones. What is computed to `compare` with them takes their date; before there
    are any, the day after the newest facts. What is `live` sees all facts of today: it is as of tomorrow in the zone of
    the workspace.
    """
    if as_of:
        return as_of
    if purpose == "live":
        return clock.tomorrow(here.zone)
    newest = queries.runs.newest(VIEWER) or queries.runs.latest(VIEWER, "draft")
    return newest.as_of if newest else queries.checks.newest(VIEWER, here.day(clock.now()))
