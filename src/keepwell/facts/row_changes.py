"""This file compares the rows of an import with themselves and with what is stored: new, repeated, superseding or conflicting."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.facts import datafiles, duplicates
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.definition.table import LOAD_COLUMNS, Table

if TYPE_CHECKING:
    import duckdb

# When a row came and from where is not part of what it says: a repeated row differs in nothing else.
ADDED = frozenset(column.name for column in LOAD_COLUMNS)


@dataclass(frozen=True)
class Incoming:
    """Staged rows of one table. `relation` has the columns of its data files, its personal ones, file and line.

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
    """What is stored of a table: the data files of its rows, and those that list which of the rows were superseded."""

    facts: tuple[Path, ...]
    superseded: tuple[Path, ...]


@dataclass(frozen=True)
class Changes:
    """What an import changes in a table, as counts and temporary tables.

    `candidates` are the incoming rows whose identity comes twice or is stored already, and `candidate_keys` their
    identities: only these rows are compared cell by cell. `excluded` names those of them that are not loaded: row (the
    candidate's rowid), verdict ('repeated' or 'conflicting') and first (the rowid of the row that it repeats or contradicts,
    if that is in the same import). `superseded` has id and batch of the stored rows that are replaced.
    """

    candidate_keys: str
    candidates: str
    excluded: str
    superseded: str
    repeated: int
    conflicting: int
    superseding: int


def key(table: Table) -> str:
    """Write the SQL of a fact's identity: its id, or for a state its entity and the day from which it is valid."""
    if table.time != "state":
        return '"id"'
    # A state of another day is a new version beside the earlier one; only one of the same day supersedes it.
    return f"{quoted(table.entity)} || '@' || \"valid_from\"::VARCHAR"


def current(table: Table, existing: Existing) -> str:
    """Name in SQL the stored rows of a table that nothing has superseded, with their identity as `_key`."""
    rows = datafiles.relation(datafiles.fields(table), existing.facts)
    # Names that begin with _ cannot be those of a column, not even of one that a mapping added.
    keyed = f"SELECT *, {key(table)} AS _key FROM {rows}"
    if not existing.superseded:
        return f"({keyed})"
    superseded = datafiles.rows_of(existing.superseded)
    return (
        f"(SELECT * FROM ({keyed}) AS stored ANTI JOIN {superseded} AS superseded "
        "ON stored._key = superseded.id AND stored.batch = superseded.batch)"
    )


def compare(
    con: duckdb.DuckDBPyConnection,
    incoming: Incoming,
    existing: Existing,
    *,
    day: date,
    read_personal: Callable[[str], str] | None = None,
    withdrawn: Collection[str] = (),
) -> Changes:
    """Find the incoming rows that are repeated, conflicting or superseding; all others are new.

    Incoming rows whose ids are `withdrawn` count as repeated, and the stored rows of their feed as superseded: by nothing.

    `read_personal` is given a query for the keys of stored facts and returns the name of a relation with their personal
    values (fact, then a column each): data files have none, and a row that differs only in a name is a change too.
    """
    table = incoming.table
    keys, candidates, excluded, superseded = (
        f"{kind}_{table.name}"
        for kind in ("candidate_keys", "candidates", "excluded", "superseded")
    )
    # The only step that reads all rows, and it reads identities alone: usually it finds none that are not new.
    identities = f"SELECT {key(table)} AS key FROM {incoming.identified}"
    found = ["SELECT NULL::VARCHAR AS key WHERE false"]
    # Grouping millions of texts takes long, and is rarely needed.
    if duplicates.possible(con, identities, incoming.rows):
        found.append(f"SELECT key FROM ({identities}) GROUP BY key HAVING count(*) > 1")
    if withdrawn:  # whatever is stored of them: they are not loaded again
        listed = ", ".join(f"({literal(each)})" for each in sorted(withdrawn))
        found.append(f"SELECT key FROM (VALUES {listed}) AS withdrawn(key)")
    if existing.facts:
        paired_by = _paired_by(incoming)
        rows = datafiles.relation(datafiles.fields(table), existing.facts)
        found.append(f"{identities} WHERE {paired_by} IN (SELECT {paired_by} FROM {rows})")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {keys} AS {' UNION '.join(found)}")
    has_candidates = bool(con.execute(f"SELECT 1 FROM {keys} LIMIT 1").fetchall())
    which = f"WHERE {key(table)} IN (SELECT key FROM {keys})" if has_candidates else "LIMIT 0"
    # In the order of the files: which of two rows is the first must not depend on how a join was run.
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {candidates} AS "
        f"SELECT * FROM (SELECT * FROM {incoming.relation} {which}) ORDER BY file, line"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {excluded} (row BIGINT, verdict VARCHAR, first BIGINT)"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE {superseded} (id VARCHAR, batch BIGINT)")
    changes = Changes(keys, candidates, excluded, superseded, 0, 0, 0)
    if not has_candidates:
        return changes
    if withdrawn:
        _exclude_withdrawn(con, incoming, existing, changes, withdrawn)
    _exclude_duplicates(con, incoming, changes)
    if existing.facts:
        _compare_with_stored(con, incoming, existing, changes, day, read_personal)
    repeated, conflicting = con.execute(
        "SELECT count(*) FILTER (verdict = 'repeated'), count(*) FILTER (verdict = 'conflicting') "
        f"FROM {excluded}"
    ).fetchall()[0]
    superseding = con.execute(f"SELECT count(*) FROM {superseded}").fetchall()[0][0]
    return Changes(keys, candidates, excluded, superseded, repeated, conflicting, superseding)


def accepted(incoming: Incoming, changes: Changes) -> str:
    """Name in SQL the incoming rows that are loaded."""
    if not changes.repeated + changes.conflicting:
        return incoming.relation
    # Rows that are no candidates are read from the staged relation, without ever being materialized.
    return (
        f"(SELECT * FROM {incoming.relation} WHERE {key(incoming.table)} NOT IN (SELECT key FROM {changes.candidate_keys}) "
        f"UNION ALL SELECT * FROM {changes.candidates} WHERE rowid NOT IN (SELECT row FROM {changes.excluded}))"
    )


def _exclude_withdrawn(
    con: duckdb.DuckDBPyConnection,
    incoming: Incoming,
    existing: Existing,
    changes: Changes,
    withdrawn: Collection[str],
) -> None:
    """Load none of the rows that are taken back, and list what is stored of them by the same feed: others may know it too."""
    own = f"{key(incoming.table)} IN ({', '.join(map(literal, sorted(withdrawn)))})"
    con.execute(
        f"INSERT INTO {changes.excluded} SELECT rowid, 'repeated', NULL FROM {changes.candidates} WHERE {own}"
    )
    if existing.facts:
        con.execute(
            f"INSERT INTO {changes.superseded} SELECT _key, batch FROM {current(incoming.table, existing)} AS stored "
            f"SEMI JOIN (SELECT {key(incoming.table)} AS gone, feed FROM {changes.candidates} WHERE {own}) AS own "
            "ON stored._key = own.gone AND stored.feed = own.feed"
        )


def _exclude_duplicates(
    con: duckdb.DuckDBPyConnection, incoming: Incoming, changes: Changes
) -> None:
    """Keep the first row of each identity; the others repeat it or, if any cell differs, conflict with it."""
    # Compared as one struct, because two empty cells are the same content.
    content = _content(incoming, personal=True)
    con.execute(f"""
        INSERT INTO {changes.excluded}
        WITH keyed AS (
            SELECT {key(incoming.table)} AS key, rowid AS row, {content} AS content FROM {changes.candidates}
        ), firsts AS (
            SELECT key, min(row) AS first, arg_min(content, row) AS content FROM keyed GROUP BY key HAVING count(*) > 1
        )
        SELECT keyed.row,
            CASE WHEN keyed.content IS NOT DISTINCT FROM firsts.content THEN 'repeated' ELSE 'conflicting' END,
            first
        FROM keyed JOIN firsts USING (key) WHERE keyed.row <> first
    """)


def _compare_with_stored(
    con: duckdb.DuckDBPyConnection,
    incoming: Incoming,
    existing: Existing,
    changes: Changes,
    day: date,
    read_personal: Callable[[str], str] | None,
) -> None:
    """Pair each candidate with the stored row of its identity: the same content repeats it, another supersedes it."""
    table, paired_by, pairs = incoming.table, _paired_by(incoming), f"pairs_{incoming.table.name}"
    stored = current(table, existing)
    if not incoming.is_dated:
        # A state without a day of its own is compared with the one that is valid today, whenever that began.
        stored = (
            f"(SELECT * FROM {stored} WHERE \"valid_from\" <= DATE '{day}' "
            f'QUALIFY row_number() OVER (PARTITION BY {paired_by} ORDER BY "valid_from" DESC) = 1)'
        )
    if read_personal:
        keys = f"SELECT _key FROM {current(table, existing)} WHERE {paired_by} IN (SELECT {paired_by} FROM {changes.candidates})"
        stored = (
            f"(SELECT stored.*, personal.* EXCLUDE (fact) FROM {stored} AS stored "
            f"LEFT JOIN {read_personal(keys)} AS personal ON personal.fact = stored._key)"
        )
    content = _content(incoming, personal=read_personal is not None)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {pairs} AS
        SELECT candidate.row, stored._key, stored.batch,
            candidate._content IS NOT DISTINCT FROM stored._content AS is_same, candidate._key = stored._key AS is_same_key
        FROM (
            SELECT rowid AS row, {paired_by} AS _paired_by, {key(table)} AS _key, {content} AS _content
            FROM {changes.candidates} WHERE rowid NOT IN (SELECT row FROM {changes.excluded})
        ) AS candidate
        JOIN (SELECT *, {paired_by} AS _paired_by, {content} AS _content FROM {stored}) AS stored USING (_paired_by)
    """)
    con.execute(
        f"INSERT INTO {changes.excluded} SELECT row, 'repeated', NULL FROM {pairs} WHERE is_same"
    )
    # A state that differs from one of an earlier day ends it, but does not supersede it: both stay.
    con.execute(
        f"INSERT INTO {changes.superseded} SELECT _key, batch FROM {pairs} WHERE NOT is_same AND is_same_key"
    )
    con.execute(f"DROP TABLE {pairs}")


def _paired_by(incoming: Incoming) -> str:
    """Write the SQL of what a row is compared by: its identity, or only its entity where its day is that of the import."""
    return key(incoming.table) if incoming.is_dated else quoted(incoming.table.entity)


def _content(incoming: Incoming, *, personal: bool) -> str:
    """Write the SQL of a row's content as one value, without what a load adds: when it came, and from where."""
    names = [field.name for field in datafiles.fields(incoming.table) if field.name not in ADDED]
    if personal:
        names += [column.name for column in incoming.table.columns if column.personal]
    if not incoming.is_dated:
        # It is only the day of the import, and would make every state differ from the stored one.
        names.remove("valid_from")
    return "row(" + ", ".join(quoted(name) for name in names) + ")"
