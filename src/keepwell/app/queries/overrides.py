"""This file answers which overrides were set: whose judgement stands in place of a computed score, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keepwell.app.models import checksums, integrity
from keepwell.app.models.overrides import Override
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError
from keepwell.health.explain.override import Override as Judgement


@dataclass(frozen=True)
class OverrideRow(Judgement):
    """One override as it was set: when, and who ended it where somebody did."""

    at: datetime
    ended_by: str | None


def history(viewer: Viewer, account_id: str | None = None) -> tuple[OverrideRow, ...]:
    """All overrides, or those of one account, in the order in which they were set; raises `IntegrityError`."""
    kept = Override.objects.order_by("at", "id")
    rows = integrity.stored(kept if account_id is None else kept.filter(account_id=account_id))
    for row in rows:
        if checksums.of_override(row) != row.checksum:
            raise IntegrityError(
                f"The app database's override of account {row.account_id} is not what was set. Restore it from a backup."
            )
    return tuple(
        OverrideRow(
            row.account_id, row.score, row.because, row.by, row.from_on, row.until_on, row.ended_on, row.at, row.ended_by or None
        )
        for row in rows
    )  # fmt: skip
