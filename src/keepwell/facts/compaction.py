"""This file merges small data files of a table into one that has the same rows of every batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from keepwell.errors import IntegrityError
from keepwell.facts import atomic_files, contents, datafiles, rejected_rows, rollup
from keepwell.facts.contents import Description, Footer
from keepwell.facts.datafiles import Field, Written
from keepwell.facts.duckdb_session import quoted
from keepwell.health.definition.table import Table

# The columns of the kinds of file that are the same for every table; those of facts are the table's.
COLUMNS: Mapping[str, Sequence[Field]] = {
    "rolled": rollup.FIELDS,
    "superseded": datafiles.SUPERSEDED,
    "rejected": rejected_rows.FIELDS,
}


class RowsChanged(IntegrityError):
    """A merged file does not have exactly the rows of the files it was made from, so it was not kept."""

    code = "I120"


def compact(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    target: Path,
    disk: atomic_files.Disk,
    *,
    table: Table,
    footer: Footer,
) -> Written:
    """Merge data files of one table and kind (`footer.kind`: facts, rolled, superseded or rejected) into `target`; the files stay as they are.

    All rows are kept, superseded ones too, each with its batch and time of loading. So is every column that any of the
    files has: the table's own with their type, others with that of the files. Rows are sorted as when they were loaded:
    by account and day, or by the first column of the table. `footer` is completed with what the rows are and which files
    they come from. Raises `RowsChanged`, and then there is no target.
    """
    kind = footer.kind
    assert paths, "there are files to merge"
    columns = COLUMNS.get(kind) or datafiles.fields(table)
    rows = datafiles.rows_of(paths)
    present = dict(
        con.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {rows})").fetchall()
    )
    # Files of earlier loads lack columns that were added to the table since, and have others that it no longer has.
    declared = {each.name: each.type for each in columns if each.name in present}
    types = declared | {name: type for name, type in present.items() if name not in declared}
    first = "account_id" if "account_id" in types else columns[0].name
    order = [first, *(name for name in ("on", contents.BATCH.get(kind, "batch")) if name in types)]
    query = (
        f"SELECT {', '.join(f'{quoted(name)}::{type} AS {quoted(name)}' for name, type in types.items())} "
        f"FROM {rows} ORDER BY {', '.join(map(quoted, order))}"
    )
    before = contents.describe(con, rows, kind, types)
    merged = [own for path in paths if (own := contents.read_footer(path))]
    complete = replace(
        footer,
        contents=before.contents,
        brought={batch: each for own in merged for batch, each in own.brought.items()},
        # Those that were merged before, too: each row has one file in which it was first written.
        replaces=(
            *(path.name for path in paths),
            *(name for own in merged for name in own.replaces),
        ),
    )

    def fill(temporary: Path) -> Description:
        datafiles.copy(con, query, temporary, str(complete))
        # Read back from the file, before it gets its name: from then on it can stand in for the others.
        after = contents.describe(con, datafiles.rows_of([temporary]), kind)
        if after != before:
            disk.remove(temporary)
            differing = sorted(
                {batch for batch, _ in before.contents.items() ^ after.contents.items()}
            )
            raise RowsChanged(
                f"Merging {len(paths)} data files of {table.name} changed the rows of batch {', '.join(map(str, differing))}.",
                way_out="The merged file was not kept, and the data is as it was. Please report this.",
            )
        return after

    return datafiles.publish(target, fill, disk)
