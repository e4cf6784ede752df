"""This file gives the shape of a touch: what it was, who was there, and what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain

if TYPE_CHECKING:
    from keepwell.app.queries.touchpoints import TouchRow


def touch(row: TouchRow) -> Json:
    """Show one touch; `load` is the import that made it count, none while it waits."""
    return {
        "id": row.id,
        "account_id": row.account_id,
        "kind": row.kind,
        "status": row.status,
        "people": list(row.people),
        "note": row.note,
        "next_step": row.next_step or None,
        "by": row.by,
        "at": plain(row.at),
        "load": row.load,
    }
