"""This file keeps the projection of the current accounts, and rebuilds it from the facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
from django.db import transaction

from keepwell.app.actions import audit, datafiles
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.accounts import Account, Projection
from keepwell.app.models.people import PersonalValue
from keepwell.app.queries import facts, snapshots
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.facts import changes, current_accounts

FEEDS_IT = ("accounts", "contracts")
CHUNK = 2000


@dataclass(frozen=True)
class Standing:
    """One account as it stands on a day; `key` is the identity of its state."""

    key: str
    account_id: str
    segment: str | None
    parent_id: str | None
    started_on: date | None
    revenue: Any
    next_notice_on: date | None
    next_renewal_on: date | None


def rebuild(*, installation: Installation, by: Actor, at: datetime) -> int:
    """Make the projection anew from the facts, as of the day of `at`; returns the number of accounts."""
    with (
        installation.duckdb.cursor() as con,
        datafiles.exclusive_lock(installation),
        transaction.atomic(),
    ):
        Account.objects.all().delete()  # also what nobody ever wrote there
        with snapshots.take(SYSTEM, installation) as snapshot:
            existing = {name: snapshot.existing(name) for name in FEEDS_IT}
            standings = read(con, existing, installation.day(at))
        save(standings, installation.day(at))
        audit.write(verb="rebuild", object="accounts", by=by, at=at, accounts=len(standings))
    return len(standings)


def read(
    con: duckdb.DuckDBPyConnection, existing: dict[str, changes.Existing], day: date
) -> list[Standing]:
    """Read all accounts out of the landed states and contract lines."""
    states, contracts = (
        changes.current(facts.table(SYSTEM, name), existing[name]) for name in FEEDS_IT
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE projected_contracts AS FROM {contracts}")
    return [
        Standing(*row)
        for row in con.execute(
            current_accounts.accounts(states, "projected_contracts", day)
        ).fetchall()
    ]


def save(standings: list[Standing], day: date) -> None:
    """Write the projection, names and owners from the personal values; call it in a transaction."""
    words = _words(standing.key for standing in standings)
    rows = [_row(standing, words.get(standing.key, {}), day) for standing in standings]
    kept = dict(Account.objects.values_list("account_id", "checksum"))
    changed = [row for row in rows if kept.get(row.account_id) != row.checksum]
    fields = [field.name for field in Account._meta.fields if not field.primary_key]
    Account.objects.bulk_create(
        changed,
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["account_id"],
        update_fields=fields,
    )
    whole = {
        "accounts": len(rows),
        "current_on": day,
        "checksum": checksums.of_accounts(row.checksum for row in rows),
    }
    Projection.objects.update_or_create(number=1, defaults=whole)


def _words(keys: Iterable[str]) -> dict[str, dict[str, str]]:
    wanted = set(keys)
    words: dict[str, dict[str, str]] = {}
    for kept in PersonalValue.objects.filter(
        table="accounts", column__in=("name", "owner")
    ).iterator():
        if kept.fact in wanted:
            words.setdefault(kept.fact, {})[kept.column] = kept.value
    return words


def _row(standing: Standing, words: dict[str, str], day: date) -> Account:
    row = Account(
        account_id=standing.account_id,
        name=words.get("name", ""),
        owner=words.get("owner", ""),
        segment=standing.segment or "",
        parent_id=standing.parent_id or "",
        started_on=standing.started_on,
        revenue=standing.revenue,
        next_notice_on=standing.next_notice_on,
        next_renewal_on=standing.next_renewal_on,
        current_on=day,
    )
    row.checksum = checksums.of_account(row)
    return row
