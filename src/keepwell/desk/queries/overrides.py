"""This file answers which overrides were set: whose judgement stands in place of a computed score, why, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from keepwell.desk.databases import Damaged, naming_damage
from keepwell.desk.records import sealing
from keepwell.desk.records.overrides import Override


@dataclass(frozen=True)
class OverrideRow:
    """One override. It stands on dates from `from_on` to `until_on`, both with them, and before `ended_on`."""

    account_id: str
    score: float
    because: str
    by: str
    at: datetime
    from_on: date
    until_on: date
    ended_on: date | None
    ended_by: str | None

    @property
    def said(self) -> str:
        """The reason with whose it is, as it stands beside a score."""
        return f"{self.because} ({self.by}, until {self.until_on})"

    def stands_on(self, as_of: date) -> bool:
        return self.from_on <= as_of <= self.until_on and (self.ended_on is None or as_of < self.ended_on)


@naming_damage()
def history(account_id: str | None = None) -> tuple[OverrideRow, ...]:
    """All overrides, or those of one account, in the order in which they were set; raises `Damaged`."""
    kept = Override.objects.order_by("at", "id")
    rows = list(kept if account_id is None else kept.filter(account_id=account_id))
    for row in rows:
        if sealing.of_override(row) != row.seal:
            raise Damaged(
                f"The desk database's override of account {row.account_id} is not what was set. Restore it from a backup."
            )
    return tuple(
        OverrideRow(
            row.account_id, row.score, row.because, row.by, row.at, row.from_on, row.until_on, row.ended_on, row.ended_by or None
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
    return sealing.seal(sorted((row.account_id, repr(row.score), row.said) for row in standing.values()))
