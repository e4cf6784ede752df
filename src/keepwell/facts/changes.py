"""This file compares what an import brings with itself and with what has landed: new, repeated, conflicting or replacing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from keepwell.facts import datafiles, duplicates
from keepwell.facts.duckdb_session import quoted
from keepwell.health.definition.table import LOAD_COLUMNS, Table

ADDED = frozenset(column.name for column in LOAD_COLUMNS)


@dataclass(frozen=True)
class Incoming:
    """Rows that want to land. `relation` has the table's segment columns, its personal ones, file and line.

    `identified` has the same rows with as much as their identity needs, at less cost; `rows` says how many they are.
    `is_dated` is false for states whose valid_from is only the day of their import.
    """

    table: Table
    relation: str
    identified: str
    rows: int
    is_dated: bool


@dataclass(frozen=True)
class Existing:
    """What a table already holds: its segments, and those that list which rows were superseded."""

    facts: tuple[Path, ...]
    superseded: tuple[Path, ...]


@dataclass(frozen=True)
class Compared:
    """Which rows will not land, and which landed ones are replaced: four tables in the working place.

    `touched` has the keys that arrive twice or have landed; only their rows are looked at, numbered, in `numbered`.
    `set_aside` has row, verdict ('repeated' or 'conflicting') and first (the row that it disagrees with);
    `replaced` has id and batch of a landed row.
    """

    touched: str
    numbered: str
    set_aside: str
    replaced: str
    repeated: int = 0
    conflicting: int = 0
    replacing: int = 0


def key(table: Table) -> str:
    """Write the identity of a fact in SQL: its id, or for a state its entity and the day from which it holds."""
    if table.time != "state":
        return '"id"'
    return f"{quoted(table.entity)} || '@' || \"valid_from\"::VARCHAR"


def live(table: Table, existing: Existing) -> str:
    """Name the landed rows of a table that nothing has superseded, with their key."""
    rows = datafiles.relation(datafiles.fields(table), existing.facts)
    keyed = f"SELECT *, {key(table)} AS key FROM {rows}"
    if not existing.superseded:
        return f"({keyed})"
    gone = datafiles.rows_of(existing.superseded)
    return f"(SELECT * FROM ({keyed}) AS kept ANTI JOIN {gone} AS gone ON kept.key = gone.id AND kept.batch = gone.batch)"


def touched(con: duckdb.DuckDBPyConnection, deliveries: Incoming, existing: Existing) -> Compared:
    """Find the rows that are not simply new, by identities alone; usually there are none.

    This is the only look at all rows: whatever comes after costs as much as there are repeated or replacing ones.
    """
    name, table = deliveries.table.name, deliveries.table
    compared = Compared(
        f"touched_{name}", f"numbered_{name}", f"set_aside_{name}", f"replaced_{name}"
    )
    identities = f"SELECT {key(table)} AS key FROM {deliveries.identified}"
    looks = ["SELECT NULL::VARCHAR AS key WHERE false"]
    if duplicates.possible(con, identities, deliveries.rows):
        looks.append(f"SELECT key FROM ({identities}) GROUP BY key HAVING count(*) > 1")
    if existing.facts:
        about = _about(deliveries)
        rows = datafiles.relation(datafiles.fields(table), existing.facts)
        looks.append(f"{identities} WHERE {about} IN (SELECT {about} FROM {rows})")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {compared.touched} AS {' UNION '.join(looks)}")
    rows = (
        f"WHERE {key(table)} IN (SELECT key FROM {compared.touched})"
        if has_any(con, compared.touched)
        else "LIMIT 0"
    )
    # In the order of the files: which of two rows is the first must not depend on how a join was run.
    own = f"SELECT * FROM (SELECT * FROM {deliveries.relation} {rows}) ORDER BY file, line"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {compared.numbered} AS {own}")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {compared.set_aside} (row BIGINT, verdict VARCHAR, first BIGINT)"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE {compared.replaced} (id VARCHAR, batch BIGINT)")
    return compared


def has_any(con: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Tell whether there is a row at all."""
    return bool(con.execute(f"SELECT 1 FROM {relation} LIMIT 1").fetchall())


def judge(
    con: duckdb.DuckDBPyConnection,
    deliveries: Incoming,
    existing: Existing,
    compared: Compared,
    *,
    day: date,
    personal: str | None = None,
) -> Compared:
    """Decide about the touched rows: repeated, conflicting with an earlier row of the import, or replacing a landed one.

    `personal` names the landed values of personal columns (fact, then one column for each), where the table has any.
    """
    met = f"met_{deliveries.table.name}"
    _set_duplicates_aside(con, deliveries, compared)
    if existing.facts:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {met} AS {_met(deliveries, existing, compared, day, personal)}"
        )
        con.execute(
            f"INSERT INTO {compared.set_aside} SELECT row, 'repeated', NULL FROM {met} WHERE is_same"
        )
        con.execute(
            f"INSERT INTO {compared.replaced} SELECT key, batch FROM {met} WHERE NOT is_same AND is_same_key"
        )
        con.execute(f"DROP TABLE {met}")
    repeated, conflicting = con.execute(
        "SELECT count(*) FILTER (verdict = 'repeated'), count(*) FILTER (verdict = 'conflicting') "
        f"FROM {compared.set_aside}"
    ).fetchall()[0]
    replacing = con.execute(f"SELECT count(*) FROM {compared.replaced}").fetchall()[0][0]
    return replace(compared, repeated=repeated, conflicting=conflicting, replacing=replacing)


def accepted(deliveries: Incoming, compared: Compared) -> str:
    """Name the rows that land."""
    if not compared.repeated + compared.conflicting:
        return deliveries.relation
    return (
        f"(SELECT * FROM {deliveries.relation} WHERE {key(deliveries.table)} NOT IN (SELECT key FROM {compared.touched}) "
        f"UNION ALL SELECT * FROM {compared.numbered} WHERE rowid NOT IN (SELECT row FROM {compared.set_aside}))"
    )


def _set_duplicates_aside(
    con: duckdb.DuckDBPyConnection, deliveries: Incoming, compared: Compared
) -> None:
    """Keep the first row of each identity; the others repeat it or, if they say something else, conflict with it."""
    content = _content(deliveries, personal=True)
    con.execute(
        f"INSERT INTO {compared.set_aside} "
        f"WITH keyed AS (SELECT {key(deliveries.table)} AS key, rowid AS row, {content} AS content FROM {compared.numbered}), "
        "firsts AS (SELECT key, min(row) AS first, arg_min(content, row) AS content FROM keyed GROUP BY key "
        "HAVING count(*) > 1) "
        "SELECT keyed.row, CASE WHEN keyed.content IS NOT DISTINCT FROM firsts.content THEN 'repeated' "
        "ELSE 'conflicting' END, first FROM keyed JOIN firsts USING (key) WHERE keyed.row <> first"
    )


def keys_met(deliveries: Incoming, existing: Existing, compared: Compared) -> str:
    """Write the query for the identities of landed rows that arriving ones are about."""
    about = _about(deliveries)
    return f"SELECT key FROM {live(deliveries.table, existing)} AS kept WHERE {about} IN (SELECT {about} FROM {compared.numbered})"


def _about(deliveries: Incoming) -> str:
    return key(deliveries.table) if deliveries.is_dated else quoted(deliveries.table.entity)


def _met(
    deliveries: Incoming, existing: Existing, compared: Compared, day: date, personal: str | None
) -> str:
    """Pair arriving rows with the landed row that they would replace, or that they repeat."""
    kept = f"(SELECT * FROM {live(deliveries.table, existing)})"
    if not deliveries.is_dated:
        entity = quoted(deliveries.table.entity)
        kept = (
            f"(SELECT * FROM {kept} WHERE \"valid_from\" <= DATE '{day}' "
            f'QUALIFY row_number() OVER (PARTITION BY {entity} ORDER BY "valid_from" DESC) = 1)'
        )
    about = _about(deliveries)
    if personal:
        kept = f"(SELECT kept.*, words.* EXCLUDE (fact) FROM {kept} AS kept LEFT JOIN {personal} AS words ON words.fact = kept.key)"
    content = _content(deliveries, personal=personal is not None)
    return (
        f"SELECT arriving.row, old.key, old.batch, arriving.content IS NOT DISTINCT FROM old.content AS is_same, "
        f"arriving.key = old.key AS is_same_key "
        f"FROM (SELECT rowid AS row, {about} AS about, {key(deliveries.table)} AS key, {content} AS content "
        f"FROM {compared.numbered} WHERE rowid NOT IN (SELECT row FROM {compared.set_aside})) AS arriving "
        f"JOIN (SELECT *, {about} AS about, {content} AS content FROM {kept}) AS old USING (about)"
    )


def _content(deliveries: Incoming, *, personal: bool) -> str:
    """Write what a row says in SQL, as one value; when it came and where from is no part of that."""
    names = [field.name for field in datafiles.fields(deliveries.table) if field.name not in ADDED]
    if personal:
        names += [column.name for column in deliveries.table.columns if column.personal]
    if not deliveries.is_dated:
        names.remove("valid_from")
    return "row(" + ", ".join(quoted(name) for name in names) + ")"
