"""This file loads one file into a temporary table of typed rows, and sets apart what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from keepwell.facts.reading.unreadable import unreadable
from keepwell.facts.staging import lines, money
from keepwell.facts.staging.fields import Check, digest
from keepwell.facts.staging.lines import Ragged, Shift
from keepwell.facts.staging.stage import SQL_TYPES, SourceCount
from keepwell.facts.staging.statement import EMPTY, SHOWN, Statement
from keepwell.facts.working_place import literal, quoted


@dataclass
class Loaded:
    """A loaded file: the temporary table, the SQL of a row's line, and what was refused."""

    statement: Statement
    table: str
    line: str = ""
    broken: list[Ragged] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @property
    def file(self) -> str:
        return self.statement.bound.name


def load(con: duckdb.DuckDBPyConnection, statement: Statement, table: str) -> Loaded:
    """Run the statement of one file; raises `Unreadable` if the file turns out to be damaged."""
    text = statement.text()
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {text}")
    except duckdb.InvalidInputException as error:
        raise unreadable("F110", statement.bound.name, "damaged: " + str(error).splitlines()[0]) from None
    loaded = Loaded(statement, table, checks=list(statement.checks))
    _find_lines(con, loaded)
    _number(con, loaded)
    _convert(con, loaded)
    return loaded


def _find_lines(con: duckdb.DuckDBPyConnection, loaded: Loaded) -> None:
    opened, unpivot = loaded.statement.bound.opened, loaded.statement.bound.source.unpivot
    row = f"rowid // {len(unpivot.columns)}" if unpivot else "rowid"
    loaded.line = "line" if opened.line else f"{row} + 1"
    if opened.csv:
        rows = con.execute(f"SELECT count(*) FROM {loaded.table}").fetchall()[0][0] // (
            len(unpivot.columns) if unpivot else 1
        )
        loaded.broken = lines.ragged(con, opened.csv)
        shifts = lines.shifts(opened.csv, rows, loaded.broken)
        loaded.line = f"{row} + {shifts[0][1] if shifts else 1}"
        if len(shifts) > 1:
            _store_lines(con, loaded, row, shifts)


def _store_lines(con: duckdb.DuckDBPyConnection, loaded: Loaded, row: str, shifts: list[Shift]) -> None:
    """Keep the line beside each row, for files in which it is not simply counted."""
    jumps, target = f"{loaded.table}_jumps", f"{loaded.table}_lined"
    con.register(jumps, pa.table({"row": [row for row, _ in shifts], "line": [line for _, line in shifts]}))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {target} AS
        SELECT loaded.* EXCLUDE (row), loaded.row - jumps.row + jumps.line AS line
        FROM (SELECT *, {row} AS row FROM {loaded.table}) AS loaded ASOF JOIN {jumps} AS jumps ON loaded.row >= jumps.row
    """)
    con.unregister(jumps)
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
            loaded.checks.append(Check(name, "no_rate", "a row of the table rates for this currency and day", ""))
            money.convert(con, loaded.table, name, len(loaded.checks))


def accepted(loaded: Loaded, known_on: str) -> str:
    """The SELECT of the accepted rows, with every column of the table and what staging adds."""
    statement = loaded.statement
    stored = {
        name
        for name, field_ in statement.fields.items()
        if field_.rule.constant is None or field_.column.type == "money"
    }
    columns = []
    for column in statement.table.columns:
        value = quoted(column.name) if column.name in stored else statement.unstored(column)
        if column.name == "currency":
            value = f"coalesce({value}, {literal(statement.currency)})"
        columns.append(f"{value} AS {quoted(column.name)}")
        if column.type == "money":
            given = quoted(f"{column.name}_given")
            columns.append(given if column.name in stored else f"CAST(NULL AS {SQL_TYPES['money']}) AS {given}")
    source = statement.bound.source
    columns += [
        '"on"', f"{known_on} AS known_on", f"{literal(source.feed.name)} AS feed", f"{literal(loaded.file)} AS file",
        f"CAST({loaded.line} AS BIGINT) AS line", f"{literal(source.people)} AS people",
    ]  # fmt: skip
    return f"SELECT {', '.join(columns)} FROM {loaded.table} WHERE fault = 0"


def refuse(con: duckdb.DuckDBPyConnection, loaded: Loaded) -> SourceCount:
    """Write the refused rows of a file into `refused`, and count."""
    table = loaded.statement.table.name
    received = con.execute(f"SELECT count(*) FROM {loaded.table} WHERE fault <> {EMPTY}").fetchall()[0][0]
    faults = con.execute(
        f"SELECT fault, count(*) FROM {loaded.table} WHERE fault NOT IN (0, {EMPTY}) GROUP BY 1"
    ).fetchall()
    reasons: dict[str, int] = {}
    for fault, rows in sorted(faults):
        check = loaded.checks[fault - 1]
        reasons[check.reason] = reasons.get(check.reason, 0) + rows
        con.execute(
            f"INSERT INTO refused SELECT ?, {loaded.line}, ?, ?, ?, coalesce(found, ''), ? FROM {loaded.table} WHERE fault = ?",
            [loaded.file, table, check.field, check.reason, check.expected, fault],
        )
    if loaded.broken:
        reasons["ragged"] = len(loaded.broken)
        rows = [(record.line, record.found[:SHOWN], record.expected) for record in loaded.broken]
        lines_, found, expected = (pa.array(column) for column in zip(*rows, strict=True))
        con.register("broken_records", pa.table({"line": lines_, "found": found, "expected": expected}))
        con.execute(
            "INSERT INTO refused SELECT ?, line, ?, '', 'ragged', found, expected FROM broken_records",
            [loaded.file, table],
        )
        con.unregister("broken_records")
    return SourceCount(loaded.file, table, received + len(loaded.broken), reasons)
