"""This file writes the projection of the current accounts, and rebuilds it from the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import duckdb
from django.db import transaction

from keepwell.app.actions import audit, datafiles, run_counts
from keepwell.app.actions.run_counts import RevenueByDay
from keepwell.app.databases import READ_MODEL
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.accounts import Account, Projection, kept_revenue
from keepwell.app.models.people import PersonalValue
from keepwell.app.queries import facts, snapshots
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.facts import current_accounts, row_changes
from keepwell.health.engines import current_rows
from keepwell.health.engines.protocol import Source

FEEDS_IT = ("accounts", "contracts", "meetings")
CHUNK = 2000


@dataclass(frozen=True)
class CurrentAccount:
    """One account as its facts have it on a day; `key` is the identity of its state, by which its name is found."""

    key: str
    account_id: str
    segment: str | None
    parent_id: str | None
    started_on: date | None
    revenue: Decimal | None
    next_notice_on: date | None
    next_renewal_on: date | None
    last_touch_on: date | None


def rebuild(*, installation: Installation, by: Actor, at: datetime) -> int:
    """Make the projection anew from the facts, as of the day of `at`; returns the number of accounts."""
    with (
        installation.duckdb.cursor() as con,
        datafiles.exclusive_lock(installation),
        transaction.atomic(),
    ):
        with snapshots.take(SYSTEM, installation) as snapshot:
            existing = {name: snapshot.existing(name) for name in FEEDS_IT}
            found = read(con, existing, installation.day(at))
        known = {each.account_id for each in found}
        for account_id in set(Account.objects.values_list("account_id", flat=True)) - known:
            Account.objects.filter(account_id=account_id).delete()  # nobody ever wrote it there
        Account.objects.update(checksum="")  # so that every row is written anew
        save(found, installation.day(at))
        audit.write(verb="rebuild", object="accounts", by=by, at=at, accounts=len(found))
    return len(found)


def read(
    con: duckdb.DuckDBPyConnection, existing: Mapping[str, row_changes.Existing], day: date
) -> list[CurrentAccount]:
    """Read all accounts as they are on a day out of their states, contract lines and meetings."""
    states, contracts, meetings = (
        row_changes.current(facts.table(SYSTEM, name), existing[name]) for name in FEEDS_IT
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE projected_contracts AS FROM {contracts}")
    query = current_accounts.accounts(states, "projected_contracts", meetings, day)
    return [CurrentAccount(*row) for row in con.execute(query).fetchall()]


def revenue_by_day(
    con: duckdb.DuckDBPyConnection, source: Source, days: Sequence[date]
) -> RevenueByDay:
    """Read the segment and the revenue of every account as they were on some days, by day and account."""
    views = current_rows.views(source)
    con.execute(f"CREATE OR REPLACE TEMP TABLE dated_contracts AS {views['current_contracts']}")
    states = f"({views['current_accounts']})"
    query = current_accounts.revenue_by_day(states, "dated_contracts", days)
    return {
        (day, account_id): (segment or "", revenue)
        for day, account_id, segment, revenue in con.execute(query).fetchall()
    }


def save(found: Sequence[CurrentAccount], day: date) -> None:
    """Write the projection, with names and owners from the personal values; call it in a transaction.

    Only rows that are different are written, and the read model of the current run follows them.
    """
    words = _words(each.key for each in found)
    rows = [_row(each, words.get(each.key, {})) for each in found]
    stored = dict(Account.objects.values_list("account_id", "checksum"))
    changed = [row for row in rows if stored.get(row.account_id) != row.checksum]
    run_counts.follow(changed)
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
    first = whole | {"version": READ_MODEL}  # of a new workspace there is nothing to rebuild
    Projection.objects.update_or_create(number=1, defaults=whole, create_defaults=first)


def _words(keys: Iterable[str]) -> dict[str, dict[str, str]]:
    wanted = set(keys)
    words: dict[str, dict[str, str]] = {}
    for stored in PersonalValue.objects.filter(
        table="accounts", column__in=("name", "owner")
    ).iterator():
        if stored.fact in wanted:
            words.setdefault(stored.fact, {})[stored.column] = stored.value
    return words


def _row(found: CurrentAccount, words: Mapping[str, str]) -> Account:
    name = words.get("name", "")
    row = Account(
        account_id=found.account_id,
        name=name,
        folded_name=name.casefold(),
        owner=words.get("owner", ""),
        segment=found.segment or "",
        parent_id=found.parent_id or "",
        started_on=found.started_on,
        revenue=None if found.revenue is None else kept_revenue(found.revenue),
        next_notice_on=found.next_notice_on,
        next_renewal_on=found.next_renewal_on,
        last_touch_on=found.last_touch_on,
    )
    row.checksum = checksums.of_account(row)
    return row
