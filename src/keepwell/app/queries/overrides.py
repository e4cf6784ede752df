"""This file answers which overrides were set: whose judgement stands in place of a computed score, why, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from keepwell.app.databases import Damaged, naming_damage
from keepwell.app.models import checksums
from keepwell.app.models.overrides import Override
from keepwell.health.explain.override import Override as Judgement


@dataclass(frozen=True)
class OverrideRow(Judgement):
    """One override as it was set: when, and who ended it where somebody did."""

    at: datetime
    ended_by: str | None


@naming_damage()
def history(account_id: str | None = None) -> tuple[OverrideRow, ...]:
    """All overrides, or those of one account, in the order in which they were set; raises `Damaged`."""
    kept = Override.objects.order_by("at", "id")
    rows = list(kept if account_id is None else kept.filter(account_id=account_id))
    for row in rows:
        if checksums.of_override(row) != row.checksum:
            raise Damaged(
                f"The desk database's override of account {row.account_id} is not what was set. Restore it from a backup."
            )
    return tuple(
        OverrideRow(
            row.account_id, row.score, row.because, row.by, row.from_on, row.until_on, row.ended_on, row.at, row.ended_by or None
        )
        for row in rows
    )  # fmt: skip


def standing(rows: Iterable[OverrideRow], as_of: date) -> dict[str, OverrideRow]:
    """Those that stand on a date, by account."""
    return {row.account_id: row for row in rows if row.stands_on(as_of)}


def fingerprint(standing: Mapping[str, OverrideRow]) -> str:
    """Tell the overrides of one run from those of another; empty where none stands."""
    if not standing:
        return ""
    return checksums.checksum(
        sorted((row.account_id, repr(row.score), row.said) for row in standing.values())
    )
