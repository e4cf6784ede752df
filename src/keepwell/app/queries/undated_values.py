"""This file answers which attributes of accounts have no history for months that are judged: their first value came without a date, and later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from keepwell.app.installation import Installation
from keepwell.app.models.loads import Load
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import Viewer
from keepwell.facts.duckdb_session import quoted
from keepwell.health.definition.table import Table
from keepwell.health.engines import current_rows
from keepwell.health.judge.undated import BACKDATED, IMPORTED, UndatedColumn

if TYPE_CHECKING:
    import duckdb

FIXED = {"started_on"}  # it is a date itself, and says the same at any time


def read(
    viewer: Viewer, installation: Installation, snapshot: Snapshot, judged: Mapping[str, date]
) -> tuple[UndatedColumn, ...]:
    """Find the columns without a history before the first value was loaded, of accounts and the first month in which each is judged."""
    views = current_rows.views(snapshot.source())
    loads = _undated_loads()
    seen = {each: on for each, on in judged.items() if viewer.may_see(each)}
    found: list[UndatedColumn] = []
    with installation.duckdb.cursor() as con:
        for table in snapshot.tables.values():
            moments = loads.get(table.name, ())
            if table.per_account and moments:
                view = views[f"current_{table.name}"]
                found += _columns(con, installation, table, view, moments, seen)
    return tuple(found)


def _undated_loads() -> Mapping[str, Sequence[datetime]]:
    """Give the moments of the loads that brought states without a day of their own, by table."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for at, sources in Load.objects.order_by("batch").values_list("at", "sources"):
        for table in {each["table"] for each in sources if each.get("undated")}:
            found[table].append(at.astimezone(UTC).replace(tzinfo=None))
    return found


def _columns(
    con: duckdb.DuckDBPyConnection,
    installation: Installation,
    table: Table,
    view: str,
    moments: Sequence[datetime],
    judged: Mapping[str, date],
) -> list[UndatedColumn]:
    fixed = {table.entity, "account_id", "id", *table.dated_by, *FIXED}
    names = [
        each.name
        for each in table.columns
        if not each.personal and not each.happens and each.name not in fixed
    ]
    filled = ", ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    # Only the first state of each: what came after it is history, as far as loads go.
    rows = con.execute(
        f'SELECT account_id, "on", loaded_at, {filled} FROM ({view}) '
        f'QUALIFY row_number() OVER (PARTITION BY {quoted(table.entity)} ORDER BY "on", batch) = 1'
    ).fetchall()
    undated = set(moments)
    accounts: dict[str, set[str]] = defaultdict(set)
    how: dict[str, Counter[str]] = defaultdict(Counter)
    for account_id, on, loaded_at, *is_filled in rows:
        loaded_on = installation.day(loaded_at.replace(tzinfo=UTC))
        if loaded_at not in undated or judged.get(account_id, date.max) > loaded_on:
            continue
        for name, is_known in zip(names, is_filled, strict=True):
            if is_known:
                accounts[name].add(account_id)
                how[name][BACKDATED if on < loaded_on else IMPORTED] += 1
    return [
        UndatedColumn(f"{table.name}.{name}", how[name].most_common(1)[0][0], len(own))
        for name, own in sorted(accounts.items())
    ]
