"""This file notes of each rejected row what could be read of it: account, day and id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from keepwell.facts.duckdb_session import quoted
from keepwell.facts.rejected_rows import NOTED, digest
from keepwell.facts.staging.fields import Check

if TYPE_CHECKING:
    from keepwell.facts.staging.staged_file import StagedFile

COLUMNS = {
    "file": "VARCHAR",
    '"table"': "VARCHAR",
    "feed": "VARCHAR",
    "account_id": "VARCHAR",
    '"on"': "DATE",
    "ends_on": "DATE",
    "id": "VARCHAR",
    "content": "VARCHAR",
    "reason": "VARCHAR",
}
PLACE = ("line", "row", "fault")  # where a row stands, which another delivery of it changes


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the empty table of what is noted; `id` and `content` are digests of the row's id and of all its cells."""
    columns = ", ".join(f"{name} {type}" for name, type in COLUMNS.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {NOTED} ({columns})")


def note(con: duckdb.DuckDBPyConnection, staged: StagedFile, fault: int) -> None:
    """Note the rows of a file that have a fault; of tables without accounts nothing, as nothing is measured there."""
    statement = staged.statement
    if not statement.table.per_account:
        return
    check = staged.checks[fault - 1]
    names = [
        name
        for (name, *_) in con.execute(f"DESCRIBE {staged.table}").fetchall()
        if name not in PLACE
    ]
    content = f"md5(CAST(row({', '.join(map(quoted, names))}) AS VARCHAR))"
    con.execute(
        f"INSERT INTO {NOTED} SELECT ?, ?, ?, {_account(check, names)}, {_day(staged, check)}, {_end(staged, check, names)}, "
        f"{_id(staged, check, names)}, {content}, ? FROM {staged.table} WHERE fault = ?",
        [
            staged.file,
            statement.table.name,
            statement.bound.source.feed.name,
            check.reason,
            fault,
        ],
    )


def note_bad_records(con: duckdb.DuckDBPyConnection, staged: StagedFile) -> None:
    """Note the lines that could not be divided into cells: nothing of them could be read."""
    if staged.bad_records and staged.statement.table.per_account:
        con.execute(
            f"INSERT INTO {NOTED} SELECT ?, ?, ?, NULL, NULL, NULL, NULL, md5(text), 'ragged' FROM (SELECT unnest(?::VARCHAR[]) AS text)",
            [
                staged.file,
                staged.statement.table.name,
                staged.statement.bound.source.feed.name,
                [record.text for record in staged.bad_records],
            ],
        )


def _account(check: Check, names: list[str]) -> str:
    if "account_id" not in names:
        return "NULL"
    is_at_fault = check.field == "account_id" and check.reason != "unknown_account"
    return "NULL" if is_at_fault else "account_id"


def _day(staged: StagedFile, check: Check) -> str:
    # A row has the earliest of several days; where one of them cannot be read, nobody knows which that is.
    dated_by = staged.statement.table.dated_by
    return "NULL" if check.field in (*dated_by, "/".join(dated_by)) else '"on"'


def _end(staged: StagedFile, check: Check, names: list[str]) -> str:
    ends_by = staged.statement.table.ends_by
    is_there = ends_by in names and check.field != ends_by
    return quoted(ends_by) if is_there else "NULL"


def _id(staged: StagedFile, check: Check, names: list[str]) -> str:
    """Write the SQL of what tells a row from others; an id made of the cell that is at fault will be another once that is mended."""
    table, source = staged.statement.table, staged.statement.bound.source
    name = table.entity or "id"
    if name not in names or check.field == name:
        return "NULL"
    made, faulty = source.rule(name), source.rule(check.field)
    if made and made.make and (faulty is None or set(made.make) & set(faulty.reads)):
        return "NULL"
    return digest(name)
