"""This file takes back what somebody made here, a touch or a pulse: within a day, and only whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from keepwell.app.actions import audit, intake
from keepwell.app.installation import Installation
from keepwell.app.queries import intake as made
from keepwell.app.viewers import Actor
from keepwell.errors import Conflict, NotAllowed


class TooLate(Conflict):
    """It was made too long ago to be undone; it stands."""

    code = "T103"


class NotYoursToUndo(NotAllowed):
    """Somebody else made it; it stands."""

    code = "T104"


@dataclass(frozen=True)
class Made:
    """What is to be undone, in words: a `call` that is a `touch`, which Ana `logged` and that was `logged` at a moment."""

    name: str
    kind: str
    did: str
    was_done: str
    whose: str
    at: datetime
    instead: str  # what to do where it is too late


def undo(
    what: Made,
    *,
    installation: Installation,
    account_id: str,
    id: str,
    is_theirs: bool,
    is_undone: bool,
    by: Actor,
    at: datetime,
    **told: Any,
) -> None:
    """Withdraw it, with an audit line that has what is `told`; again changes nothing. Raises `NotYoursToUndo` and `TooLate`."""
    if not is_theirs:
        raise NotYoursToUndo(
            f"{what.whose} {what.did} this {what.name}, so only they, a leader or an administrator can undo it.",
            way_out="Nothing was changed.",
        )
    if is_undone:
        return
    if at > what.at + made.UNDO_WITHIN:
        raise TooLate(
            f"This {what.name} was {what.was_done} on {installation.day(what.at)}, and a {what.kind} can be undone for a day.",
            way_out=f"It stands. If it is wrong, {what.instead}.",
        )
    with transaction.atomic():
        if intake.withdraw(message_id=id, by=by, at=at):
            audit.write(verb="undo", object=f"account {account_id}", by=by, at=at, **told)
