"""This file answers which of the data that a metric needs has never landed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keepwell.desk.queries import facts
from keepwell.desk.workspace import Workspace
from keepwell.facts import segments, working_place
from keepwell.facts.working_place import quoted
from keepwell.health.catalogue import Metric, Need


def filled(workspace: Workspace, needs: Iterable[Need]) -> Mapping[str, frozenset[str]]:
    """The columns that some landed row has filled, of the tables that are needed; a table without rows is not there.

    Raises `Damaged`.
    """
    wanted: dict[str, set[str]] = {}
    for need in needs:
        wanted.setdefault(need.table, set()).update(need.columns)
    con = working_place.opened(workspace.tmp)
    found: dict[str, frozenset[str]] = {}
    for name, columns in wanted.items():
        landed = facts.landed(workspace, name)
        if not landed.facts:
            continue
        asked = sorted(columns)
        counts = ", ".join(["count(*)", *(f"count({quoted(column)})" for column in asked)])
        rows_of = segments.relation(segments.fields(facts.table(name)), landed.facts)
        row = con.execute(f"SELECT {counts} FROM {rows_of}").fetchone()
        rows, *of_columns = row or (0,)
        if rows:
            found[name] = frozenset(column for column, count in zip(asked, of_columns, strict=True) if count)
    return found


def lacks(metric: Metric, there: Mapping[str, frozenset[str]]) -> tuple[Need, ...]:
    """What a metric needs and the workspace has not: whole tables (no column is named), or columns that nobody fills."""
    missing = []
    for need in metric.needs:
        if need.table not in there:
            missing.append(Need(need.table, ()))
        elif gaps := tuple(column for column in need.columns if column not in there[need.table]):
            missing.append(Need(need.table, gaps))
    return tuple(missing)
