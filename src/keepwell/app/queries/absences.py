"""This file answers who is away, and who has their accounts meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from keepwell.app.models.ownership import Absence
from keepwell.app.viewers import Viewer


@dataclass(frozen=True)
class AbsenceRow:
    """One absence: who is away, and who covers, both days included."""

    absence_id: int
    user_id: int
    name: str
    covered_by: int
    covered_by_name: str
    from_on: date
    until_on: date

    def is_on(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


def coming(viewer: Viewer, on: date) -> tuple[AbsenceRow, ...]:
    """Absences that are not over on a day, the first first; of others those alone see who assign accounts."""
    rows = Absence.objects.filter(until_on__gte=on).select_related("user", "covered_by")
    shown = []
    for row in rows.order_by("from_on", "id"):
        if viewer.may("assign") or viewer.user_id in (row.user_id, row.covered_by_id):
            names = [user.name or user.email for user in (row.user, row.covered_by)]
            shown.append(
                AbsenceRow(row.pk, row.user_id, names[0], row.covered_by_id, names[1], row.from_on, row.until_on)
            )  # fmt: skip
    return tuple(shown)
