"""This file answers which of the data that a metric needs has never been loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from keepwell.app.installation import Installation
from keepwell.app.queries import snapshots
from keepwell.app.viewers import Viewer
from keepwell.facts import datafiles
from keepwell.facts.duckdb_session import literal, quoted
from keepwell.health.catalogue import Need
from keepwell.health.catalogue.available import Filled


def filled(
    viewer: Viewer, installation: Installation, needs: Sequence[Need]
) -> Mapping[str, Filled]:
    """What has been loaded of what is needed, by table; a table without rows is not there. Raises `IntegrityError`."""
    found: dict[str, Filled] = {}
    with snapshots.take(viewer, installation) as snapshot, installation.duckdb.cursor() as con:
        for name in dict.fromkeys(need.table for need in needs):
            existing = snapshot.existing(name)
            if existing.facts:
                own = [need for need in needs if need.table == name]
                columns = sorted({column for need in own for column in need.columns})
                words = sorted(
                    {
                        (at, word)
                        for need in own
                        for at, listed in need.words.items()
                        for word in listed
                    }
                )
                asked = ["count(*)", *(f"count({quoted(column)})" for column in columns)]
                asked += [
                    f"count(*) FILTER (WHERE {quoted(column)} = {literal(word)})"
                    for column, word in words
                ]
                rows_of = datafiles.relation(
                    datafiles.fields(snapshot.tables[name]), existing.facts
                )
                rows, *counts = con.execute(
                    f"SELECT {', '.join(asked)} FROM {rows_of}"
                ).fetchone() or (0,)
                if rows:
                    found[name] = Filled(
                        frozenset(
                            each for each, count in zip(columns, counts, strict=False) if count
                        ),
                        frozenset(
                            each
                            for each, count in zip(words, counts[len(columns) :], strict=True)
                            if count
                        ),
                    )
    return found
