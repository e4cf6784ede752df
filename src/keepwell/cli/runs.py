"""This file finds the run that a command is about."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app import queries
from keepwell.cli.workspaces import VIEWER
from keepwell.errors import NotReady

if TYPE_CHECKING:
    from keepwell.app.queries.runs import ScoredRun


OLD_DAYS = 7  # by default scores are made once a week
REFRESH = "Next: keepwell import, then keepwell score"


def are_old(run: ScoredRun, today: date) -> bool:
    """Say whether the newest scores are so old that nobody should act on them unasked."""
    return (today - run.as_of).days > OLD_DAYS


def latest(
    as_of: date | None = None, *, is_draft: bool = False, text: str | None = None
) -> ScoredRun:
    """Find the newest run, or the latest one for a date or of a draft's text; raises `NotReady` where nothing was scored yet."""
    if as_of or is_draft or text is not None:
        kind = "draft" if is_draft or text is not None else "published"
        found = queries.runs.latest(VIEWER, kind, as_of, text=text)
    else:
        found = queries.runs.newest(VIEWER)
    if found is None:
        raise NotReady(none_yet(as_of, is_draft=is_draft))
    return found


def none_yet(as_of: date | None, *, is_draft: bool = False, card: Path | None = None) -> str:
    """Say that nothing was scored, and what to do about it."""
    kind, score = (
        ("draft", f"score --card {shlex.quote(str(card)) if card else 'FILE'}")
        if is_draft
        else ("published", "score")
    )
    if as_of:
        return f"There are no {kind} scores for {as_of}. Next: keepwell {score} --as-of {as_of}"
    return f"There are no {kind} scores yet. Next: keepwell {score}"


def options(run: ScoredRun, card: Path | None = None) -> str:
    """Write the options by which a later command shows this run and no other; none for the newest scores."""
    if run.version is None:
        named = f" --card {shlex.quote(str(card))}" if card else " --draft"
        return f"{named} --as-of {run.as_of}"
    newest = queries.runs.newest(VIEWER)
    return "" if newest and newest.as_of == run.as_of else f" --as-of {run.as_of}"


def described(run: ScoredRun) -> str:
    """Say of which date a run is, by which card, over which facts."""
    card = f"version {run.version}" if run.version else "a draft"
    return f"{run.as_of} by {card}, with facts through import {run.through_batch}"
