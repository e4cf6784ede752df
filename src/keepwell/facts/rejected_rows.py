"""This file keeps rejected rows as facts: which ones an import adds to those of a table, and which ones it heals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.facts import datafiles
from keepwell.facts.datafiles import Field
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.definition.table import Table

if TYPE_CHECKING:
    import duckdb

# What is said of a rejected row: that it was, or that it is healed. `key` is the row, whichever load speaks of it; what
# was said last holds. It is of one of the days from `first_on` (none: ever) to `last_on`. No cell of a person is kept:
# id and key are digests.
FIELDS = (
    Field("key", "VARCHAR"),
    Field("account_id", "VARCHAR"),
    Field("feed", "VARCHAR"),
    Field("first_on", "DATE"),
    Field("last_on", "DATE"),
    Field("ends_on", "DATE"),
    Field("id", "VARCHAR"),
    Field("reason", "VARCHAR"),
    Field("is_healed", "BOOLEAN"),
    Field("batch", "BIGINT"),
)
NAMES = ", ".join(field.name for field in FIELDS[:-2])
# The temporary table in which staging notes what could be read of each rejected row.
NOTED = "rejected_rows"
# Up to this share of a feed's rows may lack a readable account without being told of every account that it covers.
MOST_OF_NOBODY = 0.01


@dataclass(frozen=True)
class Delivery:
    """What an import brings of one table: the relation of its accepted rows, how many rows each feed had in all, the last
    day that each feed had come before (none: it had not), and the day of the import."""

    table: Table
    relation: str
    received: Mapping[str, int]
    before: Mapping[str, date | None]
    day: date


def compare(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, existing: Sequence[Path], batch: int
) -> str | None:
    """Write the query for what a load has to say of rejected rows of a table; none where there is nothing to say.

    A row that was rejected before is not rejected twice. A rejected row is healed by an accepted one of the same id, of a
    state one of the same entity that is not of an earlier day; where its id could not be read, by a later load of its feed that brings rows of its account and day without rejecting it again.
    """
    table, relation = delivery.table, delivery.relation
    noted = f'(SELECT * FROM {NOTED} WHERE "table" = {literal(table.name)})'
    if not table.per_account or not (existing or _any(con, f"SELECT 1 FROM {noted}")):
        return None
    names = {
        name: quoted(f"{name}_{table.name}") for name in ("open", "incoming", "brought", "healed")
    }
    con.execute(f"CREATE OR REPLACE TEMP TABLE {names['open']} AS {still_open(existing)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {names['incoming']} AS {_incoming(delivery, noted)}")
    # Of all accepted rows only those that have been rejected under the same id: digests of millions are made once.
    id_ = digest(table.entity or "id")
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE {names["brought"]} AS SELECT {id_} AS id, max("on") AS latest_on FROM {relation} '
        f"WHERE {id_} IN (SELECT id FROM {names['open']} UNION SELECT id FROM {names['incoming']}) GROUP BY 1"
    )
    # A state has one row for each version: an earlier one says nothing of the one that was rejected.
    is_it = "own.id = gone.id"
    if table.time == "state":
        is_it += " AND coalesce(own.latest_on >= gone.first_on, true)"
    is_brought = f"EXISTS (SELECT 1 FROM {names['brought']} AS own WHERE {is_it})"
    # Of a day that could not be read: the next delivery begins where this one ended, and does not bring it again.
    same_days = 'CASE WHEN gone.first_on = gone.last_on THEN own."on" = gone.first_on ELSE own."on" < gone.last_on AND (gone.first_on IS NULL OR own."on" >= gone.first_on) END'
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {names['healed']} AS SELECT * FROM {names['open']} AS gone WHERE "
        f"CASE WHEN gone.id IS NOT NULL THEN {is_brought} "
        f"ELSE gone.key NOT IN (SELECT key FROM {names['incoming']}) AND EXISTS ("
        f'SELECT 1 FROM (SELECT DISTINCT feed, account_id, "on" FROM {relation}) AS own WHERE own.feed = gone.feed '
        f"AND coalesce(own.account_id = gone.account_id, gone.account_id IS NULL) AND {same_days}) END"
    )
    told = _told(con, delivery, noted)
    new = (
        f"SELECT {NAMES}, false AS is_healed FROM {names['incoming']} AS gone WHERE key NOT IN (SELECT key FROM {names['open']}) "
        f"AND NOT {is_brought} AND (account_id IS NOT NULL OR feed IN ({told}))"
    )
    query = f"{new} UNION ALL SELECT {NAMES}, true FROM {names['healed']}"
    if not _any(con, query):
        return None
    return f"SELECT *, {batch}::BIGINT AS batch FROM ({query}) ORDER BY account_id, key"


def still_open(existing: Sequence[Path]) -> str:
    """Write the query for the rejected rows that nothing has healed."""
    rows = datafiles.relation(FIELDS, existing)
    return (
        f"SELECT * FROM {rows} QUALIFY row_number() OVER (PARTITION BY key ORDER BY batch DESC) = 1 "
        "AND NOT is_healed"
    )


def digest(name: str) -> str:
    """Write the SQL of a column's digest, by which a row is found again whose id is not kept.

    >>> digest("id")
    'md5("id")'
    """
    return f"md5({quoted(name)})"


def _any(con: duckdb.DuckDBPyConnection, query: str) -> bool:
    return bool(con.execute(f"{query} LIMIT 1").fetchall())


def _incoming(delivery: Delivery, noted: str) -> str:
    """Write the query for what an import rejects, each row once: by its id, or else by its cells and its place among equals."""
    day = literal(str(delivery.day))
    before = ", ".join(
        f"({literal(feed)}, {f'DATE {literal(str(on))}' if on else 'NULL::DATE'})"
        for feed, on in delivery.before.items()
    )
    table = literal(delivery.table.name)
    return (
        f"SELECT md5(concat_ws(chr(31), {table}, feed, coalesce(id, content || '#' || nth))) AS key, account_id, feed, "
        f'coalesce("on", "before") AS first_on, coalesce("on", DATE {day}) AS last_on, ends_on, id, reason '
        "FROM (SELECT *, row_number() OVER (PARTITION BY file, content ORDER BY reason) AS nth "
        f'FROM {noted}) LEFT JOIN (VALUES {before}) AS fed(feed, "before") USING (feed) '
        "QUALIFY row_number() OVER (PARTITION BY key ORDER BY account_id, first_on, last_on, reason) = 1"
    )


def _told(con: duckdb.DuckDBPyConnection, delivery: Delivery, noted: str) -> str:
    """List the feeds of whose rows so many lack a readable account that every account may lack some."""
    counted = con.execute(
        f"SELECT feed, count(*) FROM {noted} WHERE account_id IS NULL GROUP BY feed"
    ).fetchall()
    feeds = [
        literal(feed) for feed, count in counted if count > MOST_OF_NOBODY * delivery.received[feed]
    ]
    return ", ".join(feeds) or "NULL"
