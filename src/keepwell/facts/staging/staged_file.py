"""This file reads one file into a temporary table of typed rows, and rejects those that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from keepwell.facts.duckdb_session import literal, quoted
from keepwell.facts.readers import csv
from keepwell.facts.readers.open_file import BadRecord, LineShift
from keepwell.facts.readers.unreadable import unreadable
from keepwell.facts.reject_reasons import REASONS
from keepwell.facts.staging import lines, money, rejected_rows
from keepwell.facts.staging.fields import TOO_LARGE, Check, made_id
from keepwell.facts.staging.staged import SQL_TYPES, UNFILLED, SourceCount
from keepwell.facts.staging.statement import EMPTY, MAX_SHOWN, Statement

# Our own errors or the machine's. All others come from the file: DuckDB has no single class for what is damaged.
NOT_THE_FILE = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.InterruptException,
)


@dataclass
class StagedFile:
    """A file that was read: its temporary table, the SQL of a row's line, and what was rejected."""

    statement: Statement
    table: str
    line: str = ""
    bad_records: list[BadRecord] = field(default_factory=list)
    accepted: int = 0
    checks: list[Check] = field(default_factory=list)

    @property
    def file(self) -> str:
        return self.statement.bound.name

    @property
    def row(self) -> str:
        """The SQL of the number of a row's record, from 0. Without joins, a table keeps the order of its file."""
        if self.statement.is_joined:
            return "row"
        times = self.statement.rows_per_record
        return f"rowid // {times}" if times > 1 else "rowid"


def stage(
    con: duckdb.DuckDBPyConnection, statement: Statement, table: str, scratch: Path
) -> StagedFile:
    """Run the statement of one file; raises `Unreadable` if the file turns out to be damaged."""
    bound, opened = statement.bound, statement.bound.opened
    try:
        staged = StagedFile(statement, table)
        rows = _run(con, staged)
        if opened.csv:
            staged.bad_records = lines.bad_records(con, opened.csv)
            _add_lines(con, staged, lines.line_shifts(opened.csv, rows, staged.bad_records))
        else:
            staged.line = "line" if opened.line else f"{staged.row} + 1"
    except NOT_THE_FILE:
        raise
    except duckdb.OutOfMemoryException:
        # A small file can unpack to more than there is, so this need not be the machine's fault.
        what = "takes more memory to read than an import may use"
        raise unreadable("F116", bound.name, what, "Split it into smaller files.") from None
    except (lines.Ambiguous, duckdb.Error) as error:
        if not opened.csv:
            what = f"cannot be read: {str(error).splitlines()[0]}"
            raise unreadable("F110", bound.name, what) from None
        # Broken quotes: a copy without them is slower to make, and read without any ambiguity.
        clean, repaired = csv.repair(opened, scratch)
        statement = replace(statement, bound=replace(bound, opened=clean))
        staged = StagedFile(statement, table, bad_records=repaired.broken)
        if _run(con, staged) != repaired.rows:
            what, way_out = "its quotes are ambiguous", "Export it with all text values in quotes."
            raise unreadable("F112", bound.name, what, way_out) from None
        _add_lines(con, staged, repaired.shifts)
    _number_duplicates(con, staged)
    for name, field_ in staged.statement.fields.items():
        if field_.column.type == "money":
            no_rate = Check(name, "no_rate", "a row in `rates` for this currency and day", "")
            too_large = Check(name, "too_large", f"{TOO_LARGE} in {statement.currency}", "")
            staged.checks += [no_rate, too_large]
            last = len(staged.checks)
            money.convert(con, staged.table, name, no_rate=last - 1, too_large=last)
    _reject_unknown_accounts(con, staged)
    return staged


def _run(con: duckdb.DuckDBPyConnection, staged: StagedFile) -> int:
    """Read the file into the table; returns the number of its records."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {staged.table} AS {staged.statement.text()}")
    staged.checks = list(staged.statement.checks)
    rows: int = con.execute(f"SELECT count(*) FROM {staged.table}").fetchall()[0][0]
    return rows // staged.statement.rows_per_record


def _add_lines(con: duckdb.DuckDBPyConnection, staged: StagedFile, shifts: list[LineShift]) -> None:
    """Find the SQL of every row's line: counted from the first, or stored beside each row if the count jumps."""
    staged.line = f"{staged.row} + {shifts[0][1] if shifts else 1}"
    if len(shifts) <= 1:
        return
    jumps, target = f"{staged.table}_jumps", f"{staged.table}_lined"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {jumps} AS SELECT unnest(?::BIGINT[]) AS row, unnest(?::BIGINT[]) AS line",
        list(zip(*shifts, strict=True)),
    )
    # Stored only for files that need it: a column of lines costs as much as any other.
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {target} AS
        SELECT staged.* EXCLUDE (record), staged.record - jumps.row + jumps.line AS line
        FROM (SELECT *, {staged.row} AS record FROM {staged.table}) AS staged
        ASOF JOIN {jumps} AS jumps ON staged.record >= jumps.row
    """)
    con.execute(f"DROP TABLE {jumps}")
    con.execute(f"DROP TABLE {staged.table}")
    staged.table, staged.line = target, "line"


def _number_duplicates(con: duckdb.DuckDBPyConnection, staged: StagedFile) -> None:
    """Give the second and later of identical rows an id of their own, where the mapping says `numbered`."""
    for name, field_ in staged.statement.fields.items():
        if field_.rule.is_numbered:
            column, table = quoted(name), staged.table
            # In the order of the file, so that the next export, with rows added at its end, makes the same ids again.
            con.execute(f"""
                UPDATE {table} SET {column} = {made_id("numbered.made || '#' || numbered.place")}
                FROM (
                    SELECT rowid AS row, {column} AS made, row_number() OVER (PARTITION BY {column} ORDER BY {staged.line}, rowid) AS place
                    FROM {table} WHERE {column} IN (SELECT {column} FROM {table} GROUP BY 1 HAVING count(*) > 1)
                ) AS numbered
                WHERE {table}.rowid = numbered.row AND numbered.place > 1
            """)


def _reject_unknown_accounts(con: duckdb.DuckDBPyConnection, staged: StagedFile) -> None:
    table = staged.statement.table
    # After the file was read, as the accounts of the same import count as known too.
    if table.per_account and table.name != "accounts":
        check = Check("account_id", "unknown_account", "an account in `accounts`", "")
        staged.checks.append(check)
        con.execute(
            f"UPDATE {staged.table} SET fault = {len(staged.checks)}, found = account_id "
            "WHERE fault = 0 AND account_id NOT IN (SELECT account_id FROM known_accounts)"
        )


def accepted_rows(staged: StagedFile, known_on: str) -> str:
    """Write the query for the accepted rows, with every column of the table and what staging adds."""
    place = {
        "file": literal(staged.file),
        "line": f"CAST({staged.line} AS BIGINT)",
        "people": literal(staged.statement.bound.source.people),
    }
    columns = ", ".join(
        f"{value} AS {quoted(name)}" for name, value in (values(staged, known_on) | place).items()
    )
    return f"SELECT {columns} FROM {staged.table} WHERE fault = 0"


def values(staged: StagedFile, known_on: str) -> dict[str, str]:
    """Write the SQL of every column of an accepted row; a column of the temporary table is in quotes there."""
    statement = staged.statement
    stored = {name for name, field_ in statement.fields.items() if statement.is_stored(field_)}
    columns = {}
    for column in statement.table.columns:
        value = quoted(column.name) if column.name in stored else statement.unstored(column)
        if column.name == "currency":
            value = f"coalesce({value}, {literal(statement.currency)})"
        columns[column.name] = value
        if column.type == "money":
            given = f"{column.name}_given"
            unfilled = f"{UNFILLED}{SQL_TYPES['money']})"
            columns[given] = quoted(given) if column.name in stored else unfilled
    feed = literal(statement.bound.source.feed.name)
    return columns | {"on": '"on"', "known_on": known_on, "feed": feed}


def constants(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Pick from the `values` of all files of a table the columns that are the same in every row."""
    first, *others = rows
    return {
        name: value
        for name, value in first.items()
        if '"' not in value and all(other[name] == value for other in others)
    }


def reject(con: duckdb.DuckDBPyConnection, staged: StagedFile) -> SourceCount:
    """Copy the rejected rows of a file into the table `rejected`, and count them."""
    table = staged.statement.table.name
    received = con.execute(
        f"SELECT count(*) FROM {staged.table} WHERE fault <> {EMPTY}"
    ).fetchall()[0][0]
    counts = dict(con.execute(f"SELECT fault, count(*) FROM {staged.table} GROUP BY 1").fetchall())
    staged.accepted = counts.pop(0, 0)
    counts.pop(EMPTY, 0)
    reasons: dict[str, int] = {}
    for fault, rows in sorted(counts.items()):
        check = staged.checks[fault - 1]
        reasons[check.reason] = reasons.get(check.reason, 0) + rows
        con.execute(
            f"INSERT INTO rejected SELECT ?, {staged.line}, ?, ?, ?, coalesce(found, ''), ? FROM {staged.table} WHERE fault = ?",
            [staged.file, table, check.field, check.reason, check.expected, fault],
        )
        rejected_rows.note(con, staged, fault)
    if bad := staged.bad_records:
        reasons["ragged"] = len(bad)
        con.execute(
            "INSERT INTO rejected SELECT ?, unnest(?::BIGINT[]), ?, '', 'ragged', unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
            [
                staged.file,
                [record.line for record in bad],
                table,
                [record.text[:MAX_SHOWN] for record in bad],
                [record.expected for record in bad],
            ],
        )
    rejected_rows.note_bad_records(con, staged)
    assert reasons.keys() <= REASONS.keys(), "every reason is documented"
    feed = staged.statement.bound.source.feed.name
    return SourceCount(staged.file, table, received + len(staged.bad_records), reasons, feed)
