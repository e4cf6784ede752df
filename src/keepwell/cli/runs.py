"""This file finds the run that a command is about."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from keepwell.app import queries
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import NotReady

if TYPE_CHECKING:
    from keepwell.app.queries.runs import ScoredRun


def latest(as_of: date | None = None, *, is_draft: bool = False) -> ScoredRun:
    """Find the newest run, or the latest one for a date; raises `NotReady` where nothing was scored yet."""
    if as_of or is_draft:
        found = queries.runs.latest(VIEWER, "draft" if is_draft else "published", as_of)
    else:
        found = queries.runs.newest(VIEWER)
    if found is None:
        raise NotReady(none_yet(as_of, is_draft=is_draft))
    return found


def none_yet(as_of: date | None, *, is_draft: bool = False) -> str:
    """Say that nothing was scored, and what to do about it."""
    kind, score = ("draft", "score --card FILE") if is_draft else ("published", "score")
    if as_of:
        return f"There are no {kind} scores for {as_of}. Next: keepwell {score} --as-of {as_of}"
    return f"There are no {kind} scores yet. Next: keepwell {score}"


def described(run: ScoredRun) -> str:
    """Say of which date a run is, by which card, over which facts."""
    card = f"version {run.version}" if run.version else "a draft"
    return f"{run.as_of} by {card}, with facts through import {run.through_batch}"
