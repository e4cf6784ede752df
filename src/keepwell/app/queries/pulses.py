"""This file answers which pulses people have given in the app: how they see an account, why, and whether it counts already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keepwell.app.queries import intake
from keepwell.app.queries.intake import IntakeRow
from keepwell.app.viewers import Viewer

TABLE = "pulses"


@dataclass(frozen=True)
class PulseRow:
    """One pulse. `load` is the import that brought it among the facts; none while it waits for the next one.

    `given_at` is when it was typed, `by_user` the number of the user who did so.
    """

    id: str
    account_id: str
    pulse: str
    note: str
    reason: str
    by: str
    at: datetime
    load: int | None
    given_at: datetime
    by_user: int | None = None
    is_undone: bool = False


REASONS = (
    "adoption", "champion left", "competitor", "outcomes", "price", "product gap", "relationship", "reorganisation",
    "support",
)  # fmt: skip  # what CSMs name most often; an import may bring others


def given(viewer: Viewer, account_id: str | None = None) -> tuple[PulseRow, ...]:
    """All pulses that were given in the app and not undone, or those of one account, the newest first; raises `IntegrityError`."""
    return tuple(of_typed(viewer, each) for each in intake.made(viewer, TABLE, account_id))


def may_undo(viewer: Viewer, pulse: PulseRow) -> bool:
    """Tell whether a pulse is this viewer's to undo: they gave it, or undo what others do. When it is too late is not asked."""
    return viewer.may_change(pulse.account_id, "pulse") and intake.is_theirs(viewer, pulse.by_user)


def by_id(viewer: Viewer, id: str) -> PulseRow | None:
    """One pulse by its id, also one that was undone; none where there is none. Raises `IntegrityError`."""
    found = intake.by_message(viewer, intake.APP, id)
    return of_typed(viewer, found) if found and found.table == TABLE else None


def of_typed(viewer: Viewer, typed: IntakeRow) -> PulseRow:
    """Read a pulse from the row that was typed."""
    row = typed.row
    return PulseRow(
        typed.message_id,
        typed.account_id,
        row["pulse"],
        row["note"],
        row.get("reason", ""),
        typed.by,
        typed.at,
        typed.moved_in,
        typed.received_at,
        typed.by_user,
        typed.is_withdrawn,
    )
