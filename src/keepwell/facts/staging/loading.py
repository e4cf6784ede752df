"""This file loads one file into a temporary table of typed rows, and sets apart what is rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.readers import csv
from keepwell.facts.readers.opened import Ragged, Shift
from keepwell.facts.readers.unreadable import unreadable
from keepwell.facts.staging import lines, money
from keepwell.facts.staging.fields import Check, digest
from keepwell.facts.staging.stage import REASONS, SQL_TYPES, UNFILLED, SourceCount
from keepwell.facts.staging.statement import EMPTY, SHOWN, Statement

# Errors that are ours or the machine's. All others come from the file: DuckDB has no one class for what is damaged.
NOT_THE_FILE = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.OutOfMemoryException,
    duckdb.InterruptException,
)


@dataclass
class Loaded:
    """A loaded file: the temporary table, the SQL of a row's line, and what was rejected."""

    statement: Statement
    table: str
    line: str = ""
    broken: list[Ragged] = field(default_factory=list)
    accepted: int = 0
    checks: list[Check] = field(default_factory=list)

    @property
    def file(self) -> str:
        return self.statement.bound.name

    @property
    def row(self) -> str:
        """The SQL of the number of a row's record, from 0; without joins, a table keeps the order of its file."""
        if self.statement.is_joined:
            return "row"
        return f"rowid // {self.statement.times}" if self.statement.times > 1 else "rowid"


def load(con: duckdb.DuckDBPyConnection, statement: Statement, table: str, scratch: Path) -> Loaded:
    """Run the statement of one file; raises `Unreadable` if the file turns out to be damaged."""
    try:
        loaded = _as_it_is(con, statement, table)
    except NOT_THE_FILE:
        raise
    except (lines.Ambiguous, duckdb.Error) as error:
        if not statement.bound.opened.csv:
            raise unreadable(
                "F110", statement.bound.name, "cannot be read: " + str(error).splitlines()[0]
            ) from None
        loaded = _recut(con, statement, table, scratch)
    _number(con, loaded)
    _convert(con, loaded)
    _meet_accounts(con, loaded)
    return loaded


def _as_it_is(con: duckdb.DuckDBPyConnection, statement: Statement, table: str) -> Loaded:
    loaded = Loaded(statement, table)
    rows = _run(con, loaded)
    opened = statement.bound.opened
    if opened.csv:
        loaded.broken = lines.ragged(con, opened.csv)
        _place(con, loaded, lines.shifts(opened.csv, rows, loaded.broken))
    else:
        loaded.line = "line" if opened.line else f"{loaded.row} + 1"
    return loaded


def _recut(
    con: duckdb.DuckDBPyConnection, statement: Statement, table: str, scratch: Path
) -> Loaded:
    """Load a clean copy of a file with broken quotes."""
    bound = statement.bound
    clean, copy = csv.recut(bound.opened, scratch)
    loaded = Loaded(
        replace(statement, bound=replace(bound, opened=clean)), table, broken=copy.broken
    )
    if _run(con, loaded) != copy.rows:
        raise unreadable(
            "F112",
            bound.name,
            "quotes that can be read in two ways",
            "Export it with all texts in quotes.",
        )
    _place(con, loaded, copy.shifts)
    return loaded


def _run(con: duckdb.DuckDBPyConnection, loaded: Loaded) -> int:
    """Read the file into the table; returns the number of its records."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {loaded.table} AS {loaded.statement.text()}")
    loaded.checks = list(loaded.statement.checks)
    rows: int = con.execute(f"SELECT count(*) FROM {loaded.table}").fetchall()[0][0]
    return rows // loaded.statement.times


def _place(con: duckdb.DuckDBPyConnection, loaded: Loaded, shifts: list[Shift]) -> None:
    """Give every row its line: counted from the first, or kept beside the row where the count jumps."""
    loaded.line = f"{loaded.row} + {shifts[0][1] if shifts else 1}"
    if len(shifts) > 1:
        _store_lines(con, loaded, shifts)


def _store_lines(con: duckdb.DuckDBPyConnection, loaded: Loaded, shifts: list[Shift]) -> None:
    """Keep the line beside each row, for files in which it is not simply counted."""
    jumps, target = f"{loaded.table}_jumps", f"{loaded.table}_lined"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {jumps} AS SELECT unnest(?::BIGINT[]) AS row, unnest(?::BIGINT[]) AS line",
        list(zip(*shifts, strict=True)),
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {target} AS
        SELECT loaded.* EXCLUDE (record), loaded.record - jumps.row + jumps.line AS line
        FROM (SELECT *, {loaded.row} AS record FROM {loaded.table}) AS loaded ASOF JOIN {jumps} AS jumps ON loaded.record >= jumps.row
    """)
    con.execute(f"DROP TABLE {jumps}")
    con.execute(f"DROP TABLE {loaded.table}")
    loaded.table, loaded.line = target, "line"


def _number(con: duckdb.DuckDBPyConnection, loaded: Loaded) -> None:
    """Give the second and later of identical rows an id of their own."""
    for name, field_ in loaded.statement.fields.items():
        if field_.rule.is_numbered:
            column, table = quoted(name), loaded.table
            con.execute(f"""
                UPDATE {table} SET {column} = {digest("numbered.made || '#' || numbered.place")}
                FROM (
                    SELECT rowid AS row, {column} AS made, row_number() OVER (PARTITION BY {column} ORDER BY {loaded.line}, rowid) AS place
                    FROM {table} WHERE {column} IN (SELECT {column} FROM {table} GROUP BY 1 HAVING count(*) > 1)
                ) AS numbered
                WHERE {table}.rowid = numbered.row AND numbered.place > 1
            """)


def _convert(con: duckdb.DuckDBPyConnection, loaded: Loaded) -> None:
    for name, field_ in loaded.statement.fields.items():
        if field_.column.type == "money":
            loaded.checks.append(
                Check(name, "no_rate", "a row of the table rates for this currency and day", "")
            )
            money.convert(con, loaded.table, name, len(loaded.checks))


def _meet_accounts(con: duckdb.DuckDBPyConnection, loaded: Loaded) -> None:
    """Refuse the rows of accounts that nobody has named."""
    table = loaded.statement.table
    if table.per_account and table.name != "accounts":
        loaded.checks.append(
            Check("account_id", "unknown_account", "an account of the table accounts", "")
        )
        con.execute(
            f"UPDATE {loaded.table} SET fault = {len(loaded.checks)}, found = account_id "
            "WHERE fault = 0 AND account_id NOT IN (SELECT account_id FROM known_accounts)"
        )


def accepted(loaded: Loaded, known_on: str) -> str:
    """The SELECT of the accepted rows, with every column of the table and what staging adds."""
    place = {
        "file": literal(loaded.file),
        "line": f"CAST({loaded.line} AS BIGINT)",
        "people": literal(loaded.statement.bound.source.people),
    }
    columns = ", ".join(
        f"{value} AS {quoted(name)}" for name, value in (values(loaded, known_on) | place).items()
    )
    return f"SELECT {columns} FROM {loaded.table} WHERE fault = 0"


def values(loaded: Loaded, known_on: str) -> dict[str, str]:
    """The SQL of every column of a row that lands. A column of the loaded table stands in quotes there."""
    statement = loaded.statement
    stored = {name for name, field_ in statement.fields.items() if statement.is_stored(field_)}
    columns = {}
    for column in statement.table.columns:
        value = quoted(column.name) if column.name in stored else statement.unstored(column)
        columns[column.name] = (
            f"coalesce({value}, {literal(statement.currency)})"
            if column.name == "currency"
            else value
        )
        if column.type == "money":
            given = f"{column.name}_given"
            columns[given] = (
                quoted(given) if column.name in stored else f"{UNFILLED}{SQL_TYPES['money']})"
            )
    return columns | {
        "on": '"on"',
        "known_on": known_on,
        "feed": literal(statement.bound.source.feed.name),
    }


def constants(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The columns that are the same in all rows, out of the `values` of every file: no column in them, and no difference."""
    first, *others = rows
    return {
        name: value
        for name, value in first.items()
        if '"' not in value and all(other[name] == value for other in others)
    }


def reject(con: duckdb.DuckDBPyConnection, loaded: Loaded) -> SourceCount:
    """Write the rejected rows of a file into `rejected`, and count."""
    table = loaded.statement.table.name
    received = con.execute(
        f"SELECT count(*) FROM {loaded.table} WHERE fault <> {EMPTY}"
    ).fetchall()[0][0]
    counts = dict(con.execute(f"SELECT fault, count(*) FROM {loaded.table} GROUP BY 1").fetchall())
    loaded.accepted = counts.pop(0, 0)
    faults = [(fault, rows) for fault, rows in counts.items() if fault != EMPTY]
    reasons: dict[str, int] = {}
    for fault, rows in sorted(faults):
        check = loaded.checks[fault - 1]
        reasons[check.reason] = reasons.get(check.reason, 0) + rows
        con.execute(
            f"INSERT INTO rejected SELECT ?, {loaded.line}, ?, ?, ?, coalesce(found, ''), ? FROM {loaded.table} WHERE fault = ?",
            [loaded.file, table, check.field, check.reason, check.expected, fault],
        )
    if loaded.broken:
        reasons["ragged"] = len(loaded.broken)
        columns = [
            [record.line for record in loaded.broken],
            [record.text[:SHOWN] for record in loaded.broken],
        ]
        con.execute(
            "INSERT INTO rejected SELECT ?, unnest(?::BIGINT[]), ?, '', 'ragged', unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
            [
                loaded.file,
                columns[0],
                table,
                columns[1],
                [record.expected for record in loaded.broken],
            ],
        )
    assert reasons.keys() <= REASONS.keys(), "every reason is explained to people"
    return SourceCount(loaded.file, table, received + len(loaded.broken), reasons)
