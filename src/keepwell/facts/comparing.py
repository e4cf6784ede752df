"""This file compares what an import brings with itself and with what has landed: new, repeated, conflicting or replacing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from keepwell.facts import segments
from keepwell.facts.working_place import quoted
from keepwell.health.spec.table import LANDED, Table

ADDED = frozenset(column.name for column in LANDED)


@dataclass(frozen=True)
class Arrivals:
    """Rows that want to land. `relation` has the table's segment columns, its personal ones, and row, file and line.

    `is_dated` is false for states whose valid_from is only the day of their import.
    """

    table: Table
    relation: str
    is_dated: bool


@dataclass(frozen=True)
class Landed:
    """What a table already holds: its segments, and those that list which rows were superseded."""

    facts: tuple[Path, ...]
    superseded: tuple[Path, ...]


@dataclass(frozen=True)
class Compared:
    """Two tables in the working place: rows that will not land, and landed rows that are replaced.

    `set_aside` has row, verdict ('repeated' or 'conflicting') and first (the row that it disagrees with);
    `replaced` has id and batch of a landed row.
    """

    set_aside: str
    repeated: int
    conflicting: int
    replaced: str
    replacing: int


def key(table: Table) -> str:
    """Write the identity of a fact in SQL: its id, or for a state its entity and the day from which it holds."""
    if table.time != "state":
        return '"id"'
    return f"{quoted(table.entity)} || '@' || \"valid_from\"::VARCHAR"


def live(table: Table, landed: Landed) -> str:
    """Name the landed rows of a table that nothing has superseded, with their key."""
    rows = segments.relation(segments.fields(table), landed.facts)
    keyed = f"SELECT *, {key(table)} AS key FROM {rows}"
    if not landed.superseded:
        return f"({keyed})"
    gone = segments.rows_of(landed.superseded)
    return (
        f"(SELECT * FROM ({keyed}) AS kept ANTI JOIN {gone} AS gone ON kept.key = gone.id AND kept.batch = gone.batch)"
    )


def compare(
    con: duckdb.DuckDBPyConnection, arrivals: Arrivals, landed: Landed, *, day: date, personal: str | None = None
) -> Compared:
    """Find which arriving rows are new and what becomes of the others.

    `personal` names the landed values of personal columns (fact, then one column for each), where the table has any.
    """
    name = arrivals.table.name
    compared = [f"set_aside_{name}", f"replaced_{name}"]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {compared[0]} (row BIGINT, verdict VARCHAR, first BIGINT)")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {compared[1]} (id VARCHAR, batch BIGINT)")
    if _find_twins(con, arrivals, f"twins_{name}"):
        _set_twins_aside(con, arrivals, f"twins_{name}", compared[0])
    if landed.facts and meets(con, arrivals, landed):
        con.execute(f"CREATE OR REPLACE TEMP TABLE met_{name} AS {_met(arrivals, landed, day, personal, compared[0])}")
        con.execute(f"INSERT INTO {compared[0]} SELECT row, 'repeated', NULL FROM met_{name} WHERE is_same")
        con.execute(f"INSERT INTO {compared[1]} SELECT key, batch FROM met_{name} WHERE NOT is_same AND is_same_key")
        con.execute(f"DROP TABLE met_{name}")
    counted = con.execute(
        f"SELECT count(*) FILTER (verdict = 'repeated'), count(*) FILTER (verdict = 'conflicting') FROM {compared[0]}"
    ).fetchall()[0]
    replacing = con.execute(f"SELECT count(*) FROM {compared[1]}").fetchall()[0][0]
    return Compared(compared[0], counted[0], counted[1], compared[1], replacing)


def _find_twins(con: duckdb.DuckDBPyConnection, arrivals: Arrivals, twins: str) -> bool:
    """Find the identities that arrive more than once; one pass that usually finds none."""
    identities = f"SELECT {key(arrivals.table)} AS key FROM {arrivals.relation}"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {twins} AS SELECT key FROM ({identities}) GROUP BY key HAVING count(*) > 1"
    )
    return bool(con.execute(f"SELECT 1 FROM {twins} LIMIT 1").fetchall())


def _set_twins_aside(con: duckdb.DuckDBPyConnection, arrivals: Arrivals, twins: str, set_aside: str) -> None:
    """Keep the first row of each identity; the others repeat it or, if they say something else, conflict with it."""
    content = _content(arrivals, personal=True)
    con.execute(
        f"INSERT INTO {set_aside} "
        f"WITH keyed AS (SELECT {key(arrivals.table)} AS key, row, {content} AS content FROM {arrivals.relation} "
        f"WHERE {key(arrivals.table)} IN (SELECT key FROM {twins})), "
        "firsts AS (SELECT key, min(row) AS first, arg_min(content, row) AS content FROM keyed GROUP BY key) "
        "SELECT keyed.row, CASE WHEN keyed.content IS NOT DISTINCT FROM firsts.content THEN 'repeated' ELSE 'conflicting' END, first "
        "FROM keyed JOIN firsts USING (key) WHERE keyed.row <> first"
    )


def meets(con: duckdb.DuckDBPyConnection, arrivals: Arrivals, landed: Landed) -> bool:
    """Tell whether any arriving row is about something that has landed. Reads only the landed identities: the usual answer is no."""
    about = _about(arrivals)
    rows = segments.relation(segments.fields(arrivals.table), landed.facts)
    query = (
        f"SELECT 1 FROM (SELECT {about} AS key FROM {rows}) SEMI JOIN "
        f"(SELECT {about} AS key FROM {arrivals.relation}) AS arriving USING (key) LIMIT 1"
    )
    return bool(con.execute(query).fetchall())


def keys_met(arrivals: Arrivals, landed: Landed) -> str:
    """Write the query for the identities of landed rows that arriving ones are about."""
    about = _about(arrivals)
    return f"SELECT key FROM {live(arrivals.table, landed)} AS kept WHERE {about} IN (SELECT {about} FROM {arrivals.relation})"


def _about(arrivals: Arrivals) -> str:
    return key(arrivals.table) if arrivals.is_dated else quoted(arrivals.table.entity)


def _met(arrivals: Arrivals, landed: Landed, day: date, personal: str | None, set_aside: str) -> str:
    """Pair arriving rows with the landed row that they would replace, or that they repeat."""
    kept = f"(SELECT * FROM {live(arrivals.table, landed)})"
    if not arrivals.is_dated:
        entity = quoted(arrivals.table.entity)
        kept = (
            f"(SELECT * FROM {kept} WHERE \"valid_from\" <= DATE '{day}' "
            f'QUALIFY row_number() OVER (PARTITION BY {entity} ORDER BY "valid_from" DESC) = 1)'
        )
    about = _about(arrivals)
    if personal:
        kept = f"(SELECT kept.*, words.* EXCLUDE (fact) FROM {kept} AS kept LEFT JOIN {personal} AS words ON words.fact = kept.key)"
    content = _content(arrivals, personal=personal is not None)
    return (
        f"SELECT arriving.row, old.key, old.batch, arriving.content IS NOT DISTINCT FROM old.content AS is_same, "
        f"arriving.key = old.key AS is_same_key "
        f"FROM (SELECT *, {about} AS about, {key(arrivals.table)} AS key, {content} AS content FROM {arrivals.relation} "
        f"WHERE row NOT IN (SELECT row FROM {set_aside})) AS arriving "
        f"JOIN (SELECT *, {about} AS about, {content} AS content FROM {kept}) AS old USING (about)"
    )


def _content(arrivals: Arrivals, *, personal: bool) -> str:
    """Write what a row says in SQL, as one value; when it came and where from is no part of that."""
    names = [field.name for field in segments.fields(arrivals.table) if field.name not in ADDED]
    if personal:
        names += [column.name for column in arrivals.table.columns if column.personal]
    if not arrivals.is_dated:
        names.remove("valid_from")
    return "row(" + ", ".join(quoted(name) for name in names) + ")"
