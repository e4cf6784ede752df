"""This file writes the projection of the current accounts, and rebuilds it from the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
from django.db import transaction
from django.db.models import F

from keepwell.app.actions import account_tree, audit, datafiles, run_counts
from keepwell.app.actions.run_counts import RevenueByDay
from keepwell.app.databases import READ_MODEL
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.accounts import Account, Projection, kept_revenue
from keepwell.app.models.ownership import folded, pins
from keepwell.app.models.people import PersonalValue
from keepwell.app.queries import facts, snapshots
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.facts import current_accounts, rejected_rows, row_changes
from keepwell.facts.current_accounts import Relations
from keepwell.health.engines import current_rows
from keepwell.health.engines.protocol import Source

FEEDS_IT = ("accounts", "contracts", "meetings", "renewals")
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
    running_lines: int
    unpriced_lines: int
    next_notice_on: date | None
    next_renewal_on: date | None
    last_touch_on: date | None
    notice_given_on: date | None


class Stored(NamedTuple):
    """The files of the tables that accounts are read from, and those of rejected contract lines."""

    existing: Mapping[str, row_changes.Existing]
    rejected_contracts: tuple[Path, ...]


def rebuild(*, installation: Installation, by: Actor, at: datetime) -> int:
    """Make the projection anew from the facts, as of the day of `at`; returns the number of accounts."""
    by.require("import")
    with (
        installation.duckdb.cursor() as con,
        datafiles.exclusive_lock(installation),
        transaction.atomic(),
    ):
        with snapshots.take(SYSTEM, installation) as snapshot:
            found = read(con, stored(snapshot), installation.day(at))
        known = {each.account_id for each in found}
        for account_id in set(Account.objects.values_list("account_id", flat=True)) - known:
            Account.objects.filter(account_id=account_id).delete()  # nobody ever wrote it there
        account_tree.forget()
        Account.objects.update(checksum="")  # so that every row is written anew
        save(found, installation.day(at))
        audit.write(verb="rebuild", object="accounts", by=by, at=at, accounts=len(found))
    return len(found)


def stored(snapshot: Snapshot) -> Stored:
    """Name what is stored of the tables that accounts are read from."""
    existing = {name: snapshot.existing(name) for name in FEEDS_IT}
    return Stored(existing, snapshot.rejected("contracts"))


def read(con: duckdb.DuckDBPyConnection, stored: Stored, day: date) -> list[CurrentAccount]:
    """Read all accounts as they are on a day out of their states, contract lines, meetings and renewals."""
    tables = {
        name: row_changes.current(facts.table(SYSTEM, name), each)
        for name, each in stored.existing.items()
    }
    unread = rejected_rows.still_open(stored.rejected_contracts)
    relations = _relations(con, **tables, unread=f"({unread})")
    query = current_accounts.accounts(relations, day)
    return [CurrentAccount(*row) for row in con.execute(query).fetchall()]


def revenue_by_day(
    con: duckdb.DuckDBPyConnection, source: Source, days: Sequence[date]
) -> RevenueByDay:
    """Read the segment and the revenue of every account as they were on some days, by day and account."""
    views = current_rows.views(source)
    # The view is there where rows were rejected.
    unread = views.get("rejected_contracts") or rejected_rows.still_open(())
    relations = _relations(
        con,
        accounts=f"({views['current_accounts']})",
        contracts=f"({views['current_contracts']})",
        unread=f"({unread})",
    )
    query = current_accounts.revenue_by_day(relations, days)
    return {
        (day, account_id): (segment or "", revenue)
        for day, account_id, segment, revenue in con.execute(query).fetchall()
    }


def _relations(con: duckdb.DuckDBPyConnection, *, contracts: str, **others: str) -> Relations:
    """Keep the contract lines, which are read several times."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE read_contracts AS FROM {contracts}")
    return Relations(contracts="read_contracts", **others)


def save(found: Sequence[CurrentAccount], day: date) -> None:
    """Write the projection, with names and owners from the personal values; call it in a transaction.

    Only rows that are different are written, and the read model of the current run follows them.
    """
    lock()
    words = _words(each.key for each in found)
    given = _given_owners(day)
    rows = [_row(each, words.get(each.key, {}), given) for each in found]
    stored = dict(Account.objects.values_list("account_id", "checksum"))
    changed = [row for row in rows if stored.get(row.account_id) != row.checksum]
    account_tree.follow(changed)
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


def follow_owners(day: date) -> int:
    """Let owners follow who was given which account, as of a day; returns how many changed. Call it in a transaction.

    Accounts are given and taken back by date, so what was right yesterday need not be today.
    """
    lock()
    given, changed = _given_owners(day), []
    moved = Account.objects.exclude(owner=F("imported_owner")) | Account.objects.filter(
        account_id__in=pins(day).values("account_id")
    )
    for row in moved:
        owner = given.get(row.account_id, row.imported_owner)
        if row.owner != owner:
            row.owner = owner
            row.checksum = checksums.of_account(row)
            changed.append(row)
    if changed:
        run_counts.follow(changed)
        Account.objects.bulk_update(changed, ["owner", "checksum"], batch_size=CHUNK)
        every = checksums.of_accounts(Account.objects.values_list("checksum", flat=True))
        Projection.objects.update(checksum=every)
    return len(changed)


def lock() -> None:
    """Let one at a time change accounts and their owners; call it first in a transaction."""
    list(Projection.objects.select_for_update().values_list("number"))


def _given_owners(day: date) -> dict[str, str]:
    """Name those who were given an account here, by account; where dates overlap the latest counts."""
    rows = pins(day).order_by("from_on", "id")
    names = rows.values_list("account_id", "user__name", "user__email")
    return {account_id: name or email for account_id, name, email in names}


def _words(keys: Iterable[str]) -> dict[str, dict[str, str]]:
    wanted = set(keys)
    words: dict[str, dict[str, str]] = {}
    for stored in PersonalValue.objects.filter(
        table="accounts", column__in=("name", "owner")
    ).iterator():
        if stored.fact in wanted:
            words.setdefault(stored.fact, {})[stored.column] = stored.value
    return words


def _row(found: CurrentAccount, words: Mapping[str, str], given: Mapping[str, str]) -> Account:
    name, imported = words.get("name", ""), words.get("owner", "")
    row = Account(
        account_id=found.account_id,
        name=name,
        folded_name=name.casefold(),
        owner=given.get(found.account_id, imported),
        imported_owner=imported,
        folded_owner=folded(imported),
        segment=found.segment or "",
        parent_id=found.parent_id or "",
        started_on=found.started_on,
        revenue=None if found.revenue is None else kept_revenue(found.revenue),
        running_lines=found.running_lines,
        unpriced_lines=found.unpriced_lines,
        next_notice_on=found.next_notice_on,
        next_renewal_on=found.next_renewal_on,
        last_touch_on=found.last_touch_on,
        notice_given_on=found.notice_given_on,
    )
    row.checksum = checksums.of_account(row)
    return row
