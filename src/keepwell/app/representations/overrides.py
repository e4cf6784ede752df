"""This file gives the shape of an override: whose judgement stands in place of a computed score, why and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.overrides import OverrideRow


def override(row: OverrideRow) -> Json:
    """Show one override."""
    return {
        "account_id": row.account_id,
        "score": row.score,
        "because": row.because,
        "by": row.by,
        "at": plain(row.at),
        "from": plain(row.from_on),
        "until": plain(row.until_on),
        "ended": plain(row.ended_on),
        "ended_by": row.ended_by,
    }
