"""This file gives the shape of a pulse: how somebody sees an account and why, and what the score says with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.pulses import PulseRow
    from keepwell.app.score_row import ScoreRow


def pulse(row: PulseRow) -> Json:
    """Show one pulse; `load` is the import that made it count, none while it waits."""
    return {
        "id": row.id,
        "account_id": row.account_id,
        "pulse": row.pulse,
        "note": row.note,
        "reason": row.reason or None,
        "by": row.by,
        "at": plain(row.at),
        "load": row.load,
    }


def given(row: PulseRow, live: ScoreRow | None) -> Json:
    """Show a pulse that was just given, with the account's live score where there is one."""
    score = live and {
        "as_of": plain(live.as_of),
        "version": live.version,
        "score": live.score,
        "band": live.band,
        "meaning": live.meaning,
    }
    return {**pulse(row), "live": score}
