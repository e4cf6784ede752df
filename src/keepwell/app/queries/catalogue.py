"""This file answers which of the data that a metric needs has never landed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keepwell.app.queries import facts
from keepwell.app.workspace import Workspace
from keepwell.facts import datafiles, duckdb_session
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.catalogue import Metric, Need


@dataclass(frozen=True)
class Filled:
    """What has landed in one table: the columns that some row has filled, and the words found in columns of free text."""

    columns: frozenset[str]
    words: frozenset[tuple[str, str]]


def filled(workspace: Workspace, needs: Sequence[Need]) -> Mapping[str, Filled]:
    """What has landed of what is needed, by table; a table without rows is not there. Raises `Damaged`."""
    con = duckdb_session.opened(workspace.tmp)
    found: dict[str, Filled] = {}
    for name in dict.fromkeys(need.table for need in needs):
        existing = facts.existing(workspace, name)
        if existing.facts:
            own = [need for need in needs if need.table == name]
            columns = sorted({column for need in own for column in need.columns})
            words = sorted(
                {(at, word) for need in own for at, listed in need.words.items() for word in listed}
            )
            asked = ["count(*)", *(f"count({quoted(column)})" for column in columns)]
            asked += [
                f"count(*) FILTER (WHERE {quoted(column)} = {literal(word)})"
                for column, word in words
            ]
            rows_of = datafiles.relation(datafiles.fields(facts.table(name)), existing.facts)
            rows, *counts = con.execute(f"SELECT {', '.join(asked)} FROM {rows_of}").fetchone() or (
                0,
            )
            if rows:
                found[name] = Filled(
                    frozenset(each for each, count in zip(columns, counts, strict=False) if count),
                    frozenset(
                        each
                        for each, count in zip(words, counts[len(columns) :], strict=True)
                        if count
                    ),
                )
    return found


def lacks(metric: Metric, there: Mapping[str, Filled]) -> tuple[Need, ...]:
    """What a metric needs and the workspace has not: a whole table (no column is named), columns that nobody fills, or
    words that stand nowhere."""
    missing = []
    for need in metric.needs:
        here = there.get(need.table)
        if here is None:
            missing.append(Need(need.table, ()))
            continue
        columns = tuple(column for column in need.columns if column not in here.columns)
        words = {
            column: listed
            for column, listed in need.words.items()
            if column in here.columns and not any((column, word) in here.words for word in listed)
        }
        if columns or words:
            missing.append(Need(need.table, columns, words))
    return tuple(missing)
