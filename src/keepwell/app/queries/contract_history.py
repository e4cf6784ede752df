"""This file answers what contracts were signed, who said that they leave, and up to which day that is known: what a judgement stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from keepwell.app.installation import Installation
from keepwell.app.models.loads import Load
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import Viewer
from keepwell.health.definition.customer import LEAVING, RECURRING
from keepwell.health.engines import current_rows
from keepwell.health.judge.leaving import ContractLine, Notice
from keepwell.health.judge.partial_losses import Renewal

if TYPE_CHECKING:
    import duckdb

LINE = (
    "id, account_id, starts_on, ends_on, known_on, product, annual_amount, annual_amount_given, currency, "
    "notice_days, auto_renews, replaced_by"
)
RENEWAL = (
    "account_id, movement, least(noticed_on, decided_on, effective_on), coalesce(effective_on, due_on), "
    "amount_due, amount_renewed, reason"
)


@dataclass(frozen=True)
class History:
    """Recurring contract lines, notices of leaving, and what renewals came to.

    `since` is the day from which on a feed has the lines of all accounts, none where that is not said. `until` is the day
    before which all is known: that of the newest load, or sooner where the facts end sooner or the contracts come no more.
    """

    lines: Sequence[ContractLine]
    notices: Sequence[Notice]
    renewals: Sequence[Renewal]
    since: date | None
    first_load: date
    until: date


def read(viewer: Viewer, installation: Installation, snapshot: Snapshot) -> History:
    """Read what a judgement stands on, of the accounts that may be seen."""
    loads = Load.objects.order_by("batch").values_list("at", flat=True)
    first, *_ = loads
    newest = installation.day(loads[len(loads) - 1])
    views = current_rows.views(snapshot.source())
    with installation.duckdb.cursor() as con:
        lines = _lines(con, views, viewer)
        notices = _notices(con, views, viewer)
        renewals = _renewals(con, views, viewer)
        until = min(
            newest,
            _last_fact(con, views, snapshot, newest) + timedelta(days=1),
            *_contracts_known(snapshot, newest),
        )
    whole = [each.since for each in snapshot.feeds if "contracts" in each.tables and each.since]
    return History(
        lines, notices, renewals, min(whole, default=None), installation.day(first), until
    )


def _lines(con: duckdb.DuckDBPyConnection, views: Mapping[str, str], viewer: Viewer) -> list[ContractLine]:  # fmt: skip
    rows = con.execute(
        f"SELECT {LINE} FROM ({views['current_contracts']}) WHERE coalesce(kind, '{RECURRING}') = '{RECURRING}' ORDER BY ALL"
    ).fetchall()
    return [
        ContractLine(
            id=key, account_id=account_id, starts_on=starts_on, ends_on=ends_on, known_on=known_on,
            product=product or "", amount=_number(amount), given=_number(given), currency=currency or "",
            notice_days=None if notice is None else int(notice), auto_renews=auto_renews, replaced_by=replaced_by,
        )
        for key, account_id, starts_on, ends_on, known_on, product, amount, given, currency, notice, auto_renews, replaced_by in rows
        if viewer.may_see(account_id)
    ]  # fmt: skip


def _notices(con: duckdb.DuckDBPyConnection, views: Mapping[str, str], viewer: Viewer) -> list[Notice]:  # fmt: skip
    rows = con.execute(
        "SELECT account_id, least(noticed_on, decided_on) AS said_on, coalesce(effective_on, due_on), reason "
        f"FROM ({views['current_renewals']}) WHERE movement = '{LEAVING}' AND said_on IS NOT NULL ORDER BY ALL"
    ).fetchall()
    return [
        Notice(account_id, said_on, effective_on, reason or "")
        for account_id, said_on, effective_on, reason in rows
        if viewer.may_see(account_id)
    ]


def _renewals(con: duckdb.DuckDBPyConnection, views: Mapping[str, str], viewer: Viewer) -> list[Renewal]:  # fmt: skip
    rows = con.execute(
        f"SELECT {RENEWAL} FROM ({views['current_renewals']}) ORDER BY ALL"
    ).fetchall()
    return [
        Renewal(account_id, movement, said_on, effective_on, _number(due), _number(renewed), reason or "")
        for account_id, movement, said_on, effective_on, due, renewed, reason in rows
        if viewer.may_see(account_id)
    ]  # fmt: skip


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _last_fact(con: duckdb.DuckDBPyConnection, views: Mapping[str, str], snapshot: Snapshot, newest: date) -> date:  # fmt: skip
    """Find the newest day of anything that happened: years of silence after it are no years without a renewal."""
    days = [
        con.execute(
            f'SELECT max("on") FROM ({views[f"current_{table.name}"]}) WHERE "on" <= DATE \'{newest}\''
        ).fetchall()[0][0]
        for table in snapshot.tables.values()
        if table.per_account and f"current_{table.name}" in views
    ]
    return max((day for day in days if day), default=newest)


def _contracts_known(snapshot: Snapshot, newest: date) -> list[date]:
    """Find up to which day each feed of contracts tells: after it has stopped every renewal is missing, and looks like a loss."""
    known = [
        feed.reads_on(newest, snapshot.tables["contracts"])
        for feed in snapshot.feeds
        if "contracts" in feed.tables
    ]
    return [each for each in known if each]
