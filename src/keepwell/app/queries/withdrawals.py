"""This file answers what somebody may still undo of what was entered for an account: the last touch, and the last pulse."""

from __future__ import annotations

from datetime import datetime

from keepwell.app.queries import intake, pulses, touchpoints
from keepwell.app.queries.pulses import PulseRow
from keepwell.app.queries.touchpoints import TouchRow
from keepwell.app.viewers import Viewer


def latest(viewer: Viewer, account_id: str, at: datetime) -> tuple[TouchRow | PulseRow, ...]:
    """The touch and the pulse that were entered last among those that this viewer may still undo, with one question.

    The last entered first. Raises `IntegrityError`.
    """
    found: dict[str, TouchRow | PulseRow] = {}
    for typed in intake.lately(viewer, account_id, at - intake.UNDO_WITHIN):
        if typed.table in found:
            continue
        if typed.table == touchpoints.TABLE:
            touch = touchpoints.of_typed(viewer, typed)
            if touchpoints.may_undo(viewer, touch):
                found[typed.table] = touch
        elif typed.table == pulses.TABLE:
            pulse = pulses.of_typed(viewer, typed)
            if pulses.may_undo(viewer, pulse):
                found[typed.table] = pulse
    return tuple(found.values())
