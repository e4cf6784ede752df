"""This file says in SQL which rows of the segments are live up to a landing: those that no later row of theirs replaced."""

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
ROLLED = {
    "account_id": "VARCHAR", "user": "VARCHAR", "feature": "VARCHAR", "product": "VARCHAR", "on": "DATE",
    "known_on": "DATE", "feed": "VARCHAR", "batch": "BIGINT", "events": "BIGINT", "quantity": "DECIMAL(38,6)",
}  # fmt: skip


def views(source: Source) -> dict[str, str]:
    """Write a query for each table (`live_<table>`) and, where there is one, for the roll-up (`live_rolled`)."""
    written = {f"live_{name}": _table(table, source) for name, table in source.tables.items()}
    if source.rolled:
        written["live_rolled"] = _rolled(source)
    return written


def _table(table: Table, source: Source) -> str:
    empty = _empty(columns(table))
    files = source.files.get(table.name, ())
    if not files:
        return empty
    rows = f"SELECT * FROM ({empty} UNION ALL BY NAME SELECT * FROM {_read(files)}) WHERE batch <= {source.through_batch:d}"
    replaced = source.superseded.get(table.name, ())
    if not replaced:
        return rows
    identity = (
        f"landed.{table.entity} || '@' || CAST(landed.\"on\" AS VARCHAR)"
        if table.time == "state"
        else "landed.id"
    )
    return (
        f"SELECT * FROM ({rows}) AS landed WHERE NOT EXISTS (SELECT 1 FROM {_read(replaced)} AS gone "
        f"WHERE gone.id = {identity} AND gone.batch = landed.batch AND gone.superseded_by <= {source.through_batch:d})"
    )


def _rolled(source: Source) -> str:
    """Add up the increments of a day only where a later landing took something back: else each row stands for itself."""
    rows = f"SELECT * FROM ({_empty(ROLLED)} UNION ALL BY NAME SELECT * FROM {_read(source.rolled)}) WHERE batch <= {source.through_batch:d}"
    if not source.superseded.get("usage"):
        return rows
    keys = ", ".join(
        f'"{name}"' for name in rolled_columns(source) if name not in ("events", "quantity")
    )
    return (
        f"SELECT {keys}, sum(events)::BIGINT AS events, sum(quantity)::DECIMAL(38,6) AS quantity "
        f"FROM ({rows}) GROUP BY ALL HAVING sum(events) > 0"
    )


def stored(table: Table) -> list[Column]:
    """The columns of a table as its segments hold them: nothing personal, amounts also as given, and what landing adds."""
    columns = [column for column in table.columns if not column.personal]
    given = [
        Column(f"{column.name}_given", "quantity", "as given")
        for column in columns
        if column.type == "money"
    ]
    return [*columns, *given, *LOAD_COLUMNS]


def columns(table: Table) -> dict[str, str]:
    """The columns of the view of a table, with their types in SQL."""
    return {column.name: sql_type(column) for column in stored(table)}


def rolled_columns(source: Source) -> dict[str, str]:
    """The columns of the view of the roll-up: days added up over landings have none of their own."""
    if not source.superseded.get("usage"):
        return ROLLED
    return {name: kind for name, kind in ROLLED.items() if name not in ("batch", "known_on")}


def sql_type(column: Column) -> str:
    """Name the type of a stored column."""
    return "BIGINT" if column.name == "batch" else SQL_TYPES[column.type]


def _empty(columns: dict[str, str]) -> str:
    cells = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
    return f"SELECT {cells} WHERE false"


def _read(files: Sequence[str]) -> str:
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"read_parquet([{listed}], union_by_name = true)"
