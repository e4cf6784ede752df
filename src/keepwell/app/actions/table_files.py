"""This file writes the data files of one table that a load brings: rows, what they replace, and what was rejected."""

from __future__ import annotations

from datetime import datetime

import duckdb

from keepwell.app.actions import datafiles, table_changes
from keepwell.app.actions.datafiles import Attempt
from keepwell.app.actions.table_changes import TableChanges
from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.facts import rollup
from keepwell.facts.contents import Brought


def write(
    con: duckdb.DuckDBPyConnection,
    each: TableChanges,
    rejected: str | None,
    attempt: Attempt,
    batch: int,
    at: datetime,
) -> list[DataFile]:
    """Write a table's new rows, the list of rows that they replace, for usage what both add to the roll-up, and what a
    query says of rejected rows."""
    told = con.execute(f"SELECT count(*) FROM ({rejected})").fetchall()[0][0] if rejected else 0
    brought = Brought(each.accepted, each.compared.superseding, told)
    says = {DataFile.Kind.FACTS, DataFile.Kind.REJECTED}
    if not each.accepted:  # rows that are withdrawn have no file of facts beside their list
        says.add(DataFile.Kind.SUPERSEDED)

    def written(query: str, kind: str) -> DataFile:
        return datafiles.write(
            con,
            query,
            attempt=attempt,
            table=each.table.name,
            kind=kind,
            batch=batch,
            brought=brought if kind in says else None,
        )

    noted = [written(rejected, DataFile.Kind.REJECTED)] if rejected else []
    if not each.accepted and not each.compared.superseding:
        return noted
    parts = table_changes.parts(con, each)
    new = []
    if each.accepted:
        new = [
            written(table_changes.load_rows(each, part, batch, at), DataFile.Kind.FACTS)
            for part in parts
        ]
    replaced = each.compared.superseded if each.compared.superseding else None
    if replaced:
        new.append(
            written(
                f"SELECT id, batch, {batch}::BIGINT AS superseded_by FROM {replaced} ORDER BY id",
                DataFile.Kind.SUPERSEDED,
            )
        )
    if each.table.name == "usage":
        rolled = [written(_rolled(each, part, batch), DataFile.Kind.ROLLED) for part in parts]
        _check_rolled(con, attempt.installation, each, rolled)
        new += rolled
    return new + noted


def _rolled(each: TableChanges, part: str, batch: int) -> str:
    """Write the query for what some accounts add to the roll-up, and what is taken back of theirs."""
    added = f"(SELECT * FROM {each.accepted_rows} WHERE {part})"
    taken_back = (
        f"(SELECT * FROM ({table_changes.replaced_rows(each)}) WHERE {part})"
        if each.compared.superseding
        else None
    )
    return rollup.increment(
        added, taken_back, batch, constants=each.constants, unfilled=each.unfilled
    )


def _check_rolled(
    con: duckdb.DuckDBPyConnection,
    installation: Installation,
    each: TableChanges,
    rolled: list[DataFile],
) -> None:
    counts = (
        con.execute(f"SELECT sum(events) FROM {datafiles.rows_of(installation, one)}").fetchall()
        for one in rolled
    )
    events = sum(count or 0 for ((count,),) in counts)
    if events != each.accepted - each.compared.superseding:
        raise datafiles.RowsDiffer(
            f"usage: the roll-up counts {events} events, but {each.accepted} were loaded and {each.compared.superseding} replaced"
        )
