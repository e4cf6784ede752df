"""This file counts a run's accounts and their revenue by owner, segment and band, and lets those of the current run follow the accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice

from django.db import connection

from keepwell.app.actions import bulk_writes
from keepwell.app.models import checksums
from keepwell.app.models.accounts import REVENUE_DIGITS, Account, kept_revenue
from keepwell.app.models.scores import CurrentScore, Run, RunCount
from keepwell.app.score_row import ScoreRow

COLUMNS = (
    "run_id", "owner", "segment", "band", "meaning", "accounts", "revenue", "without_revenue", "checksum",
)  # fmt: skip
CHUNK = 2000  # SQLite takes some 30,000 values in one statement

# Segment and revenue of each account on each day.
RevenueByDay = Mapping[tuple[date, str], tuple[str, Decimal | None]]
Cell = tuple[str, str, str, str]  # owner, segment, band, what the band means
# What the read model's rows say of an account: they follow it.
FOLLOWED = (
    "owner", "segment", "folded_name", "revenue", "next_notice_on", "next_renewal_on", "last_touch_on",
)  # fmt: skip


@dataclass
class Tally:
    """One cell on its way."""

    accounts: int = 0
    revenue: Decimal = Decimal(0)
    without_revenue: int = 0

    def add(self, revenue: Decimal | None, accounts: int = 1) -> None:
        """Count an account in, or with -1 out."""
        self.accounts += accounts
        if revenue is None:
            self.without_revenue += accounts
        else:
            self.revenue += accounts * revenue


def count(
    run: Run, rows: Iterable[ScoreRow], owners: Mapping[str, str], revenue_by_day: RevenueByDay
) -> list[RunCount]:
    """Count the scores of a run by the accounts as they were on its last day of facts; owners are today's."""
    day = date.fromordinal(run.as_of.toordinal() - 1)
    tallies: dict[Cell, Tally] = {}
    for row in rows:
        segment, revenue = revenue_by_day.get((day, row.account_id), ("", None))
        cell = (owners.get(row.account_id, ""), segment, row.band or "", row.meaning or "")
        tallies.setdefault(cell, Tally()).add(revenue)
    return _as_rows(run, tallies)


def of_read_model(run: Run, meanings: Mapping[str, str]) -> list[RunCount]:
    """Count the rows of the read model of a run; `meanings` says what its bands mean."""
    revenue = dict(Account.objects.values_list("account_id", "revenue"))
    tallies: dict[Cell, Tally] = {}
    stored = CurrentScore.objects.filter(run=run)
    for account_id, owner, segment, band in stored.values_list(
        "account_id", "owner", "segment", "band"
    ):
        cell = (owner, segment, band, meanings.get(band, ""))
        tallies.setdefault(cell, Tally()).add(revenue.get(account_id))
    return _as_rows(run, tallies)


def insert(counts: Sequence[RunCount]) -> None:
    """Write counts; call it in a transaction."""
    as_stored = connection.ops.adapt_decimalfield_value
    rows = [
        (row.run_id, row.owner, row.segment, row.band, row.meaning, row.accounts, as_stored(row.revenue, REVENUE_DIGITS, 6),
         row.without_revenue, row.checksum)
        for row in counts
    ]  # fmt: skip
    bulk_writes.insert(RunCount, COLUMNS, rows)


def replace(run: Run, counts: Sequence[RunCount]) -> None:
    """Put counts in place of those that a run has; call it in a transaction."""
    RunCount.objects.filter(run=run).delete()
    insert(counts)


def follow(changed: Sequence[Account]) -> None:
    """Let the read model and the counts of the current run follow accounts; call it before they are written, in their transaction."""
    current = Run.objects.filter(is_current=True).first()
    newest = (
        Run.objects.filter(is_complete=True, kind="published")
        .order_by("-as_of", "-through_batch", "-at")
        .first()
    )
    runs = [run for run in (current, newest) if run]  # the newest may be on its way to be current
    if not runs:
        return
    tallies = _stored(current) if current else {}
    meanings = {band: meaning for _, _, band, meaning in tallies}
    for chunk in _chunks(changed):
        ids = [row.account_id for row in chunk]
        before = {
            row.account_id: row
            for row in Account.objects.select_for_update()
            .filter(account_id__in=ids)
            .only(*FOLLOWED)
        }
        bands = dict(
            CurrentScore.objects.filter(run=current, account_id__in=ids).values_list(
                "account_id", "band"
            )
        )
        for row in chunk:
            old = before.get(row.account_id)
            was = (old.owner, old.segment) if old else ("", "")
            is_now = (row.owner, row.segment)
            values = {name: getattr(row, name) for name in FOLLOWED}
            if old is None or values != {name: getattr(old, name) for name in FOLLOWED}:
                rows = CurrentScore.objects.filter(run__in=runs, account_id=row.account_id)
                rows.update(**values)
            if row.account_id in bands:
                band = bands[row.account_id]
                meaning = meanings.get(band, "")
                old_revenue = old.revenue if old else None
                tallies.setdefault((*was, band, meaning), Tally()).add(old_revenue, -1)
                tallies.setdefault((*is_now, band, meaning), Tally()).add(row.revenue)
    if current:
        replace(current, _as_rows(current, tallies))


def _stored(run: Run) -> dict[Cell, Tally]:
    return {
        (row.owner, row.segment, row.band, row.meaning): Tally(
            row.accounts, row.revenue, row.without_revenue
        )
        for row in RunCount.objects.filter(run=run)
    }


def _as_rows(run: Run, tallies: Mapping[Cell, Tally]) -> list[RunCount]:
    rows = []
    for (owner, segment, band, meaning), tally in sorted(tallies.items()):
        if tally.accounts:
            row = RunCount(
                run=run,
                owner=owner,
                segment=segment,
                band=band,
                meaning=meaning,
                accounts=tally.accounts,
                revenue=kept_revenue(tally.revenue),
                without_revenue=tally.without_revenue,
            )
            row.checksum = checksums.of_count(row)
            rows.append(row)
    return rows


def _chunks(rows: Sequence[Account]) -> Iterable[list[Account]]:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
