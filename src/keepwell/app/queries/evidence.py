"""This file answers from result files what the database does not hold: the lines behind older scores, measures and frozen peers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from keepwell.app.installation import Installation
from keepwell.app.models import integrity
from keepwell.app.models.datafiles import DataFile
from keepwell.app.queries import accounts, snapshots
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError
from keepwell.facts import datafiles
from keepwell.facts.duckdb_session import literal
from keepwell.health.engines.protocol import Line

if TYPE_CHECKING:
    import pyarrow as pa

PEERS = "/peers"  # what the data files of frozen peers are called after those of measure values
# Older files lack some columns, and `_read` fills them with nothing.
ADDED = {
    "never": "BOOLEAN",
    "rejected_rows": "BIGINT",
    "rejected_of": "BIGINT",
    "rejected_in": "VARCHAR",
    "empty_rows": "BIGINT",
    "empty_of": "BIGINT",
}
NEVER = "coalesce(never, false) AS never"
LINE = ", ".join(NEVER if name == "never" else name for name in Line.__dataclass_fields__)
MEASURES = f"""
    account_id, as_of, card, version, path, name AS measure, value, points, weight, effective_weight, contribution, missing,
    data_age_days, {NEVER}, rejected_rows, rejected_of, rejected_in, empty_rows, empty_of
"""


def lines(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    among: Collection[str] | None = None,
) -> list[Line]:
    """The trees behind the scores of all accounts or some, one after the other, each in its order."""
    whose = _visible(viewer) if among is None else _among(sorted(accounts.visible(viewer, among)))
    query = f"SELECT {LINE} FROM {_rows_of(installation, run)} AND {whose} ORDER BY nth"
    with installation.duckdb.cursor() as cursor:
        return [Line(*row) for row in cursor.execute(query).fetchall()]


def accounts_with_rejected_rows(viewer: Viewer, installation: Installation, run: ScoredRun) -> int:
    """Count the accounts of a run of which rows were rejected behind some measure."""
    rows = f"{_rows_of(installation, run)} AND rejected_rows IS NOT NULL AND {_visible(viewer)}"
    with installation.duckdb.cursor() as cursor:
        found: int = cursor.execute(f"SELECT count(DISTINCT account_id) FROM {rows}").fetchall()[0][
            0
        ]
    return found


def line_table(viewer: Viewer, installation: Installation, run: ScoredRun) -> pa.Table:
    """All lines of a run as one Arrow table, in their order."""
    query = f"SELECT {LINE} FROM {_rows_of(installation, run)} AND {_visible(viewer)} ORDER BY nth"
    with installation.duckdb.cursor() as cursor:
        return cursor.execute(query).to_arrow_table()


def measures(viewer: Viewer, installation: Installation, run: ScoredRun) -> pa.Table:
    """Every measure of every account in a run, in the shape in which it is exported."""
    rows = f"{_rows_of(installation, run)} AND kind = 'measure' AND {_visible(viewer)}"
    with installation.duckdb.cursor() as cursor:
        return cursor.execute(f"SELECT {MEASURES} FROM {rows} ORDER BY nth").to_arrow_table()


def points(
    viewer: Viewer, installation: Installation, runs: Sequence[ScoredRun], account_id: str
) -> list[tuple[str, date, float | None]]:
    """The points of all entries of one account's tree in some runs, as (path, date, points)."""
    if not runs or not viewer.may_see(account_id):
        return []
    parts = [
        f"SELECT path, as_of, points FROM {_rows_of(installation, run)} AND account_id = {literal(account_id)} AND kind <> 'rule'"
        for run in runs
    ]
    with installation.duckdb.cursor() as cursor:
        return cursor.execute(" UNION ALL ".join(parts)).fetchall()


def measure_points(
    viewer: Viewer, installation: Installation, run: ScoredRun
) -> list[tuple[str, str, float]]:
    """The points of all measures that had a value in a run, as (account, path, points)."""
    rows = f"{_rows_of(installation, run)} AND kind = 'measure' AND missing IS NULL AND points IS NOT NULL AND {_visible(viewer)}"
    with installation.duckdb.cursor() as cursor:
        return cursor.execute(f"SELECT account_id, path, points FROM {rows}").fetchall()


def whole_points(
    viewer: Viewer, installation: Installation, run: ScoredRun
) -> dict[str, float | None]:
    """The points of the whole tree of each account in a run."""
    rows = f"{_rows_of(installation, run)} AND path = '' AND {_visible(viewer)}"
    with installation.duckdb.cursor() as cursor:
        return dict(cursor.execute(f"SELECT account_id, points FROM {rows}").fetchall())


def lines_with_history(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    earlier: Sequence[ScoredRun],
    between: tuple[str, str],
) -> tuple[pa.Table, pa.Table]:
    """The lines of accounts from one id to another with their place (`nth`), and the points of the same entries in other runs.

    The second table has the place of the line that a row belongs to, the number of its run among `earlier`, and points.
    """
    whose = (
        f"account_id BETWEEN {literal(between[0])} AND {literal(between[1])} AND {_visible(viewer)}"
    )
    own = f"{_rows_of(installation, run)} AND {whose}"
    numbers = ", ".join(f"({literal(each.run_id)}, {at})" for at, each in enumerate(earlier))
    together: dict[str, list[ScoredRun]] = {}
    for each in earlier:
        together.setdefault(each.results, []).append(each)
    parts = [
        f"SELECT account_id, path, run_id, points FROM {_read(installation, of_one[0])} WHERE {whose} AND kind <> 'rule' "
        f"AND points IS NOT NULL AND run_id IN ({', '.join(literal(each.run_id) for each in of_one)})"
        for of_one in together.values()
    ]
    with installation.duckdb.cursor() as cursor:
        found = cursor.execute(f"SELECT nth, {LINE} FROM {own} ORDER BY nth")
        table = found.to_arrow_table()
        cursor.register("own_lines", table.select(["nth", "account_id", "path"]))
        history = cursor.execute(
            f"SELECT nth, number AS run, points FROM ({' UNION ALL '.join(parts)}) "
            f"JOIN (VALUES {numbers}) AS numbered(run_id, number) USING (run_id) JOIN own_lines USING (account_id, path)"
        )
        return table, history.to_arrow_table()


def peers(
    viewer: Viewer,
    installation: Installation,
    run: ScoredRun,
    among: Mapping[str, str] | None = None,
) -> dict[str, dict[str, tuple[float, ...]]]:
    """What a run froze: for each measure judged among peers, by path and group, the values among which it placed them.

    `among` names the group that is wanted of each path; else all are given. Whoever sees only some accounts is not told
    the values of all.
    """
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    stored = _rows_of(installation, run, PEERS) if viewer.sees_all else ""
    if stored and (among is None or among):
        wanted = [f"({literal(path)}, {literal(group)})" for path, group in (among or {}).items()]
        only = f"AND (path, peer_group) IN ({', '.join(wanted)})" if wanted else ""
        query = f"SELECT path, peer_group, values FROM {stored} {only} ORDER BY path, peer_group"
        with installation.duckdb.cursor() as cursor:
            rows = cursor.execute(query).fetchall()
        for path, group, values in rows:
            found.setdefault(path, {})[group] = tuple(values)
    return found


def _rows_of(installation: Installation, run: ScoredRun, of: str = "") -> str:
    """Name a run's rows in its data files, which other runs may share; empty where there is no such file."""
    rows = _read(installation, run, of)
    if not rows and of:
        return ""
    return f"{rows} WHERE as_of = DATE '{run.as_of}' AND run_id = {literal(run.run_id)}"


def _read(installation: Installation, run: ScoredRun, of: str = "") -> str:
    """Name all rows of the data files of a run, which are verified first; empty where there may be none."""
    listed = list(DataFile.objects.filter(kind=DataFile.Kind.RESULTS, table=run.results + of))
    if not listed and not of:
        raise IntegrityError(
            f"The app database has lost the data files of run {run.run_id}.",
            way_out=integrity.WAY_OUT,
            code="I140",
        )
    for each in listed:
        integrity.check_datafile(each)
    snapshots.verify(installation, listed)
    if not listed:
        return ""
    rows = datafiles.rows_of(installation.data / each.path for each in listed)
    if of:
        return rows
    added = ", ".join(f"NULL::{type} AS {name}" for name, type in ADDED.items())
    return f"(SELECT * FROM {rows} UNION ALL BY NAME SELECT {added} WHERE false)"


def _visible(viewer: Viewer) -> str:
    return "true" if viewer.sees_all else _among(accounts.ids(viewer))


def _among(account_ids: Iterable[str]) -> str:
    return f"account_id IN ({', '.join(map(literal, account_ids)) or 'NULL'})"
