"""This file answers which overrides were set: whose judgement stands in place of a computed score, why, and until when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

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
    stored = Override.objects.order_by("at", "id")
    return _rows(viewer, stored if account_id is None else stored.filter(account_id=account_id))


def in_force(
    viewer: Viewer, on: date, among: Collection[str] | None = None
) -> dict[str, OverrideRow]:
    """The overrides that stand on a day, of all accounts or some, by account; raises `IntegrityError`."""
    stored = Override.objects.filter(from_on__lte=on, until_on__gte=on).order_by("at", "id")
    open_ones = stored.filter(Q(ended_on=None) | Q(ended_on__gt=on))
    rows = _rows(viewer, open_ones if among is None else open_ones.filter(account_id__in=among))
    return {row.account_id: row for row in rows}


def _rows(viewer: Viewer, overrides: QuerySet[Override]) -> tuple[OverrideRow, ...]:
    rows = integrity.stored(viewer.visible(overrides))
    for row in rows:
        if checksums.of_override(row) != row.checksum:
            raise IntegrityError(
                f"The app database's override of account {row.account_id} is not what was set.",
                way_out=integrity.WAY_OUT,
                code="I146",
            )
    return tuple(
        OverrideRow(
            row.account_id, row.score, row.because, row.by, row.from_on, row.until_on, row.ended_on, row.at, row.ended_by or None
        )
        for row in rows
    )  # fmt: skip
