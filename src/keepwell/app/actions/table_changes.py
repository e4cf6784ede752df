"""This file makes staged rows ready to load: surrogates in place of persons, compared with what is stored, counted by file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import duckdb

from keepwell.app.actions import people
from keepwell.app.queries.snapshots import Snapshot
from keepwell.errors import Invalid
from keepwell.facts import datafiles, row_changes
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.schema import TABLES
from keepwell.health.definition.table import Column, Table

if TYPE_CHECKING:
    from keepwell.facts.staging.staged import StagedTable


MOST_SORTED = 8_000_000  # rows: with all their columns a gigabyte or so


class ExtraChangedType(Invalid):
    """A mapping gives an extra column another type than the one with which it was loaded."""

    code = "L101"


@dataclass(frozen=True)
class TableChanges:
    """One table's rows, compared.

    `constants` has the SQL of the columns that have one value in all of them; `unfilled` names the columns that are empty.
    """

    staged: StagedTable
    deliveries: row_changes.Incoming
    existing: row_changes.Existing
    compared: row_changes.Changes
    constants: dict[str, str]
    unfilled: frozenset[str]

    @property
    def table(self) -> Table:
        return self.deliveries.table

    @property
    def relation(self) -> str:
        return self.deliveries.relation

    @property
    def accepted_rows(self) -> str:
        return row_changes.accepted(self.deliveries, self.compared)

    @property
    def plain_rows(self) -> str:
        """The rows to load, where nobody asks for persons: without the cost of surrogates, unless some rows stay behind."""
        return (
            self.deliveries.identified
            if self.accepted == self.deliveries.rows
            else self.accepted_rows
        )

    @property
    def accepted(self) -> int:
        return self.deliveries.rows - self.compared.repeated - self.compared.conflicting


def people_met(staged: StagedTable) -> list[str]:
    """Write the queries for the persons whom staged rows name: space and outside id."""
    columns = [quoted(column.name) for column in staged.table.columns if column.person]
    return [
        f"SELECT DISTINCT people, {name} FROM {staged.relation} WHERE {name} IS NOT NULL"
        for name in columns
    ]


def compare(
    con: duckdb.DuckDBPyConnection,
    staged: StagedTable,
    snapshot: Snapshot,
    day: date,
    withdrawn: Collection[str] = (),
) -> TableChanges:
    """Compare staged rows with themselves and with what is stored of their table; `withdrawn` are ids that are taken back."""
    table = _with_stored_extras(staged.table, snapshot)
    rows = sum(staged.rows_by_file.values())
    deliveries = row_changes.Incoming(
        table, _ready(con, staged, table), staged.relation, rows, staged.dated
    )
    existing = snapshot.existing(table.name)

    def read_personal(keys: str) -> str:
        people.read_words(con, table, keys, into=f"personal_{table.name}")
        return f"personal_{table.name}"

    has_personal = any(column.personal for column in table.columns)
    compared = row_changes.compare(
        con,
        deliveries,
        existing,
        day=day,
        read_personal=read_personal if has_personal else None,
        withdrawn=withdrawn,
    )
    return TableChanges(
        staged, deliveries, existing, compared, _constants(staged), _unfilled(staged, table)
    )


def _constants(staged: StagedTable) -> dict[str, str]:
    """A person's id stands for a surrogate, so it is no constant of what is loaded."""
    persons = {column.name for column in staged.table.columns if column.person}
    return {
        name: value
        for name, value in staged.constants.items()
        if name not in persons | staged.unfilled
    }


def _unfilled(staged: StagedTable, table: Table) -> frozenset[str]:
    """What no source fills, and what only earlier mappings knew."""
    return staged.unfilled | {
        column.name for column in table.columns if staged.table.column(column.name) is None
    }


def extras(table: Table) -> list[Column]:
    """List the columns that a mapping added; personal ones among them stay out of data files like any other."""
    return [column for column in table.columns if TABLES[table.name].column(column.name) is None]


def _with_stored_extras(table: Table, snapshot: Snapshot) -> Table:
    existing = {column.name: column for column in extras(snapshot.tables[table.name])}
    for column in extras(table):
        before = existing.pop(column.name, column)
        if before.type != column.type:
            raise ExtraChangedType(
                f"{table.name}.{column.name}: loaded as {before.type} before, the mapping now says `{column.type}`. "
                f"Keep {before.type}, or give the column another name."
            )
    return table.extended(tuple(existing.values()))


def _ready(con: duckdb.DuckDBPyConnection, staged: StagedTable, table: Table) -> str:
    """Name the staged rows as they will be stored: persons by surrogate, columns of earlier mappings empty."""
    name = quoted(f"ready_{table.name}")
    columns, joins = [], []
    for column in table.columns:
        own = f"staged.{quoted(column.name)}"
        if staged.table.column(column.name) is None:
            own = f"NULL::{datafiles.DUCKDB_TYPES[column.type]}"
        elif column.person and _is_filled(con, staged.relation, column.name):
            alias = quoted(f"who_{column.name}")
            joins.append(
                f"LEFT JOIN {people.SURROGATES} AS {alias} ON {alias}.space = staged.people AND {alias}.outside_id = {own}"
            )
            own = f"{alias}.surrogate"
        columns.append(f"{own} AS {quoted(column.name)}")
        if column.type == "money":
            columns.append(f"staged.{quoted(column.name + '_given')}")
    selected = ", ".join(
        [*columns, 'staged."on"', "staged.known_on", "staged.feed", "staged.file", "staged.line"]
    )
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {selected} FROM {staged.relation} AS staged {' '.join(joins)}"
    )
    return name


def _is_filled(con: duckdb.DuckDBPyConnection, relation: str, column: str) -> bool:
    return bool(
        con.execute(
            f"SELECT 1 FROM {relation} WHERE {quoted(column)} IS NOT NULL LIMIT 1"
        ).fetchall()
    )


def reject_conflicts(con: duckdb.DuckDBPyConnection, each: TableChanges, rejects: str) -> None:
    """Add the rows that contradict an earlier row of the same import to the rejected ones."""
    if each.compared.conflicting:
        field = each.table.entity or "id"
        con.execute(
            f'INSERT INTO {rejects} (file, line, "table", field, reason, found, expected) '
            f"SELECT own.file, own.line, {literal(each.table.name)}, {literal(field)}, 'conflicting_id', own.{quoted(field)}, "
            "'what line ' || earlier.line || ' of ' || earlier.file || ' says: one row for each ' || "
            f"{literal(field if each.table.time != 'state' else field + ' and day')} "
            f"FROM {each.compared.excluded} AS aside JOIN {each.compared.candidates} AS own ON own.rowid = aside.row "
            f"JOIN {each.compared.candidates} AS earlier ON earlier.rowid = aside.first WHERE verdict = 'conflicting' ORDER BY own.rowid"
        )


def parts(con: duckdb.DuckDBPyConnection, each: TableChanges) -> list[str]:
    """Divide the accounts, in the order of their ids, into parts with about as many rows as are sorted at once.

    Gives conditions, of which every row meets one. More rows do not fit into the memory of a DuckDB, whatever it spills.
    """
    if each.accepted <= MOST_SORTED or not each.table.per_account:
        return ["true"]
    counted = con.execute(
        f"SELECT account_id, count(*) FROM {each.plain_rows} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    begins, held = [], 0
    for account, rows in counted:
        if held and held + rows > MOST_SORTED:
            begins.append(literal(account))
            held = 0
        held += rows
    least = ["true", *(f"account_id >= {begin}" for begin in begins)]
    most = [*(f"account_id < {begin}" for begin in begins), "true"]
    return [f"{one} AND {other}" for one, other in zip(least, most, strict=True)]


def load_rows(each: TableChanges, part: str, batch: int, at: datetime) -> str:
    """Write the query for a data file: the new rows of a part of the accounts, by account and day, with their batch.

    What is the same in all rows is added after they are sorted, and columns that are empty are left out, as readers
    know them all the same: carrying them along would cost a fifth of the writing.
    """
    first = "account_id" if each.table.per_account else each.table.columns[0].name
    added = {
        "batch": f"{batch}::BIGINT",
        "loaded_at": f"TIMESTAMP {literal(at.strftime('%Y-%m-%d %H:%M:%S.%f'))}",
    }
    added |= {name: value for name, value in each.constants.items() if name not in (first, "on")}
    names = [
        field.name for field in datafiles.fields(each.table) if field.name not in each.unfilled
    ]
    columns = ", ".join(f"{added.get(name, quoted(name))} AS {quoted(name)}" for name in names)
    carried = ", ".join(quoted(name) for name in names if name not in added)
    return f'SELECT {columns} FROM (SELECT {carried} FROM {each.accepted_rows} WHERE {part} ORDER BY {quoted(first)}, "on")'


def replaced_rows(each: TableChanges) -> str:
    """Write the query for the stored rows that are replaced."""
    return (
        f"SELECT kept.* FROM {row_changes.current(each.table, each.existing)} AS kept "
        f"SEMI JOIN {each.compared.superseded} AS gone ON kept._key = gone.id AND kept.batch = gone.batch"
    )


def standing_rows(each: TableChanges) -> str:
    """Write the query for the table as it will be: what is stored and not replaced, and what is new.

    Of usage, of which there can be too much to look at again, only what the import brings, be it new or known.
    """
    standard = [column.name for column in TABLES[each.table.name].columns if not column.personal]
    names = ", ".join(quoted(name) for name in (*standard, "on", "feed"))
    compared = each.compared
    added = f"SELECT {names} FROM {each.plain_rows}"
    if each.table.name == "usage":
        known = f"SELECT row FROM {compared.excluded} WHERE verdict = 'repeated' AND first IS NULL"
        return (
            f"{added} UNION ALL SELECT {names} FROM {compared.candidates} WHERE rowid IN ({known})"
        )
    kept = (
        f"SELECT {names} FROM {row_changes.current(each.table, each.existing)} AS kept "
        f"ANTI JOIN {compared.superseded} AS gone ON kept._key = gone.id AND kept.batch = gone.batch"
    )
    return f"{added} UNION ALL {kept}" if each.existing.facts else added
