"""This file answers the rows that one account has in some tables of facts, with their personal words, and what waits to be moved there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from keepwell.app.installation import Installation
from keepwell.app.queries import intake, people
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import Viewer
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.engines import current_rows

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, Any]
MOST = 2_000  # rows of a table, the newest: more than anybody looks through


def rows(
    viewer: Viewer,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    account_id: str,
    columns: Mapping[str, Collection[str]],
    *,
    until: date | None = None,
) -> dict[str, list[Row]]:
    """Some columns of an account's rows in some tables, the newest first, up to a day where one is given; none of an account that may not be seen."""
    if not viewer.may_see(account_id):
        return {table: [] for table in columns}
    views = current_rows.views(snapshot.own(account_id, columns))
    found: dict[str, list[Row]] = {}
    for table, names in columns.items():
        wanted = ("id", "on", *names)
        listed = ", ".join(map(quoted, wanted))
        within = f" AND \"on\" <= DATE '{until}'" if until else ""
        answer = con.execute(
            f"SELECT {listed} FROM ({views[f'current_{table}']}) WHERE account_id = {literal(account_id)}{within} "
            f'ORDER BY "on" DESC, id DESC LIMIT {MOST}'
        ).fetchall()
        found[table] = [dict(zip(wanted, row, strict=True)) for row in answer]
    return found


def waiting(viewer: Viewer, installation: Installation, table: str, account_id: str) -> list[Row]:
    """What people typed about an account that no load has moved yet, as rows of the table; `by` says who typed it."""
    typed = [row for row in intake.made(viewer, table, account_id) if row.moved_in is None]
    return [
        {
            **row.row, "id": row.message_id, "at": row.at.astimezone(UTC).replace(tzinfo=None), "on": installation.day(row.at),
            "by": row.by, "waits": True,
        }
        for row in typed
    ]  # fmt: skip


def with_words(viewer: Viewer, account_id: str, table: str, found: Collection[Row]) -> list[Row]:
    """The same rows with what they say in personal columns; a row that waits has its own words already."""
    said = people.words(
        viewer, account_id, table, [row["id"] for row in found if not row.get("waits")]
    )
    return [{**said.get(row["id"], {}), **row} for row in found]
