"""This file answers for how long plays were worked on accounts and risks were open, and since when that was known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepwell.app.installation import Installation
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import Viewer
from keepwell.facts.duckdb_session import literal
from keepwell.health.engines import current_rows
from keepwell.health.judge.spells import Spell

if TYPE_CHECKING:
    import duckdb

# Begin, end, kind and by whom. Of a risk that is closed on no day, the day on which that was known stands for it.
PLAYS = "starts_on, ends_on, kind, given_by"
RISKS = (
    "opened_on, coalesce(closed_on, CASE WHEN status = 'closed' THEN known_on END), cause, owner"
)
ABOUT = {"treatments": PLAYS, "risks": RISKS}


def read(viewer: Viewer, installation: Installation, snapshot: Snapshot) -> dict[str, tuple[Spell, ...]]:  # fmt: skip
    """Read the plays (`treatments`) and `risks` of the accounts that may be seen; a table that nothing fills is not there."""
    source = snapshot.source()
    views = current_rows.views(source)
    found = {}
    with installation.duckdb.cursor() as con:
        for table, about in ABOUT.items():
            files = source.files.get(table, ())
            if files:
                found[table] = _spells(con, views[f"current_{table}"], files, about, viewer)
    return found


def _spells(
    con: duckdb.DuckDBPyConnection, view: str, files: Sequence[str], about: str, viewer: Viewer
) -> tuple[Spell, ...]:
    # A row is known since its first version: one that only says when the risk was closed came later.
    listed = ", ".join(literal(each) for each in files)
    known = f"SELECT id, min(known_on) AS first_known_on FROM read_parquet([{listed}], union_by_name = true) GROUP BY 1"
    rows = con.execute(
        f"SELECT account_id, {about}, first_known_on FROM ({view}) JOIN ({known}) USING (id) ORDER BY ALL"
    ).fetchall()
    return tuple(
        Spell(account_id, begins, ended, known_on, kind or "", by or "")
        for account_id, begins, ended, kind, by, known_on in rows
        if viewer.may_see(account_id)
    )
