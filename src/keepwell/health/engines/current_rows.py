"""This file writes SQL views of the current rows up to a load: those that no later row of theirs
superseded."""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.health.definition.table import LOAD_COLUMNS, Column, Table, Type
from keepwell.health.engines.protocol import Source

SQL_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "quantity": "DECIMAL(18,6)",
    "money": "DECIMAL(18,6)",
    "flag": "BOOLEAN",
}
ROLLUP_TYPES = {
    "account_id": "VARCHAR",
    "user": "VARCHAR",
    "feature": "VARCHAR",
    "product": "VARCHAR",
    "on": "DATE",
    "known_on": "DATE",
    "feed": "VARCHAR",
    "batch": "BIGINT",
    "events": "BIGINT",
    "quantity": "DECIMAL(38,6)",
    "quantities": "BIGINT",
}
ROLLUP_SUMS = ("events", "quantity", "quantities")
REJECTED_TYPES = {
    "key": "VARCHAR",
    "account_id": "VARCHAR",
    "feed": "VARCHAR",
    "first_on": "DATE",
    "last_on": "DATE",
    "ends_on": "DATE",
    "reason": "VARCHAR",
    "is_healed": "BOOLEAN",
    "batch": "BIGINT",
}


def views(source: Source) -> dict[str, str]:
    """Write a query for each table (`current_<table>`), for its rejected rows (`rejected_<table>`) where
    there are any and, where there is one, for the roll-up (`current_rollup`)."""
    written = {f"current_{name}": _table(table, source) for name, table in source.tables.items()}
    written |= {
        f"rejected_{name}": _rejected(files, source) for name, files in source.rejected.items()
    }
    if source.rolled:
        written["current_rollup"] = _rollup(source)
    return written


def _table(table: Table, source: Source) -> str:
    rows = _rows(columns(table), source.files.get(table.name, ()), source)
    superseded = source.superseded.get(table.name, ())
    if not superseded:
        return rows
    # A load lists the identities that it superseded in a file of its own: data files never change.
    # What a later load than the source's superseded is current here.
    identity = "loaded.id"
    if table.time == "state":  # the same entity says something else of the same day
        identity = f"loaded.{table.entity} || '@' || CAST(loaded.\"on\" AS VARCHAR)"
    return (
        f"SELECT * FROM ({rows}) AS loaded WHERE NOT EXISTS ("
        f"SELECT 1 FROM {_read(superseded)} AS gone "
        f"WHERE gone.id = {identity} AND gone.batch = loaded.batch "
        f"AND gone.superseded_by <= {source.through_batch:d})"
    )


def _rejected(files: Sequence[str], source: Source) -> str:
    """Write a query for the rejected rows that nothing had healed by the source's load."""
    # A load says of a row that it was rejected, or that it is healed; what was said last holds.
    columns = ", ".join(REJECTED_TYPES)
    return (
        f"SELECT {columns} FROM (SELECT {columns}, "
        f"row_number() OVER (PARTITION BY key ORDER BY batch DESC) AS nth__ FROM ({_rows(REJECTED_TYPES, files, source)})) "
        "WHERE nth__ = 1 AND NOT is_healed"
    )


def _rollup(source: Source) -> str:
    rows = _rows(ROLLUP_TYPES, source.rolled, source)
    if not source.superseded.get("usage"):
        return rows
    # A correction is an increment below 0 under a later batch. Only where there are any must a day
    # be added up first: else each row stands for itself, and a pass over all days is saved.
    keys = ", ".join(f'"{name}"' for name in rollup_columns(source) if name not in ROLLUP_SUMS)
    return (
        f"SELECT {keys}, sum(events)::BIGINT AS events, "
        "sum(quantity)::DECIMAL(38,6) AS quantity, sum(quantities)::BIGINT AS quantities "
        f"FROM ({rows}) GROUP BY ALL HAVING sum(events) > 0"
    )


def _rows(columns: dict[str, str], files: Sequence[str], source: Source) -> str:
    """Write a query for the rows of some files up to the source's load."""
    # Joined by name with no rows of all columns: files written before a column existed lack it, and
    # a table may have no files at all.
    cells = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
    empty = f"SELECT {cells} WHERE false"
    if not files:
        return empty
    known = ""
    if source.known_before and "known_on" in columns:
        known = f" AND known_on < DATE '{source.known_before}'"
    # Rows and not files are cut off at the load: one file may hold the rows of several.
    return (
        f"SELECT * FROM ({empty} UNION ALL BY NAME SELECT * FROM {_read(files)}) "
        f"WHERE batch <= {source.through_batch:d}{known}"
    )


def stored(table: Table) -> list[Column]:
    """List the columns of a table's data files: nothing personal, amounts also as given, and what
    the load adds."""
    columns = [column for column in table.columns if not column.personal]
    given = [
        Column(f"{column.name}_given", "quantity", "as given")
        for column in columns
        if column.type == "money"
    ]
    return [*columns, *given, *LOAD_COLUMNS]


def columns(table: Table) -> dict[str, str]:
    """Give the columns of a table's view, with their types in SQL."""
    return {column.name: sql_type(column) for column in stored(table)}


def rollup_columns(source: Source) -> dict[str, str]:
    """Give the columns of the roll-up's view; days that are added up over loads have no batch of
    their own."""
    if not source.superseded.get("usage"):
        return ROLLUP_TYPES
    return {name: kind for name, kind in ROLLUP_TYPES.items() if name not in ("batch", "known_on")}


def sql_type(column: Column) -> str:
    """Name the SQL type of a stored column."""
    return "BIGINT" if column.name == "batch" else SQL_TYPES[column.type]


def _read(files: Sequence[str]) -> str:
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"read_parquet([{listed}], union_by_name = true)"
