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
    """One pulse. `load` is the import that brought it among the facts; none while it waits for the next one."""

    id: str
    account_id: str
    pulse: str
    note: str
    reason: str
    by: str
    at: datetime
    load: int | None


REASONS = (
    "adoption", "champion left", "competitor", "outcomes", "price", "product gap", "relationship", "reorganisation",
    "support",
)  # fmt: skip  # what CSMs name most often; an import may bring others


def given(viewer: Viewer, account_id: str | None = None) -> tuple[PulseRow, ...]:
    """All pulses that were given in the app, or those of one account, the newest first; raises `IntegrityError`."""
    return tuple(map(_pulse, intake.made(viewer, TABLE, account_id)))


def by_id(viewer: Viewer, id: str) -> PulseRow | None:
    """One pulse by its id; none where there is none. Raises `IntegrityError`."""
    found = intake.by_message(viewer, intake.APP, id)
    return _pulse(found) if found and found.table == TABLE else None


def _pulse(typed: IntakeRow) -> PulseRow:
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
    )
