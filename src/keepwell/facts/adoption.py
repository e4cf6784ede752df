"""This file finds the data files that a lost manifest listed: those that are intact, each row once, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.facts import atomic_files, contents, datafiles
from keepwell.facts.contents import Brought, Footer
from keepwell.facts.datafiles import Written

if TYPE_CHECKING:
    import duckdb

RESULTS = "results"


@dataclass(frozen=True)
class Found:
    """A data file that has the rows that its footer says it has."""

    footer: Footer
    written: Written

    @property
    def origins(self) -> frozenset[str]:
        """The files in which its rows were first written, and all that were merged since."""
        return frozenset({self.written.path.name, *self.footer.replaces})


@dataclass(frozen=True)
class Left:
    """A data file that is not to be listed, and why."""

    path: Path
    why: str


def look(con: duckdb.DuckDBPyConnection, path: Path) -> Found | Left:
    """Read a whole data file and compare it with its footer."""
    try:
        footer = contents.read_footer(path)
        if footer is None:
            return Left(path, "does not say what is in it: an earlier version of Keepwell wrote it")
        if footer.kind == RESULTS:
            return Left(path, "has lines behind scores, which runs list")
        described = contents.describe(con, datafiles.rows_of([path]), footer.kind)
    except Exception as error:  # whatever DuckDB or Arrow makes of broken bytes
        return Left(path, f"cannot be read ({str(error).splitlines()[0]})")
    if described.contents != footer.contents:
        return Left(path, "does not have the rows that it says it has")
    rows = sum(each.rows for each in described.contents.values())
    written = Written(
        path,
        rows,
        path.stat().st_size,
        atomic_files.digest(path),
        described.first_on,
        described.last_on,
        described.first_account,
        described.last_account,
        described.contents,
    )
    return Found(footer, written)


def choose(found: Iterable[Found], latest: int | None) -> tuple[list[Found], list[Left]]:
    """Choose files so that no row is in two of them; `latest` is the last load that was ever complete,
    where that is known.

    A merged file comes before those that it was made of. Those are still there for a while, and so are the remains of
    merges and loads that died.
    """
    chosen: list[Found] = []
    left: list[Left] = []
    taken: dict[str, Path] = {}
    for each in sorted(found, key=lambda each: (-len(each.origins), each.written.path.name)):
        path = each.written.path
        if latest is not None and max(each.written.contents, default=0) > latest:
            left.append(Left(path, "is of a load that was never complete"))
        elif twice := next((taken[name] for name in each.origins if name in taken), None):
            left.append(Left(path, f"has rows that {twice.name} has too"))
        else:
            chosen.append(each)
            taken |= dict.fromkeys(each.origins, path)
    return chosen, left


def losses(con: duckdb.DuckDBPyConnection, chosen: Sequence[Found]) -> list[str]:
    """Say what the chosen files lack of what loads brought into their tables, a sentence for each load and table."""
    brought: dict[tuple[str, int], Brought] = {}
    rows: dict[tuple[str, str, int], int] = defaultdict(int)
    for each in chosen:
        brought |= {(each.footer.table, batch): own for batch, own in each.footer.brought.items()}
        for batch, content in each.written.contents.items():
            rows[each.footer.table, each.footer.kind, batch] += content.rows
    counted = _counted_events(con, chosen)
    lost = []
    for (table, batch), own in sorted(brought.items()):
        there = rows[table, "facts", batch]
        replaced = rows[table, "superseded", batch]
        rejected = rows[table, "rejected", batch]
        if rejected != own.rejected:
            lost.append(
                f"load {batch} rejected or healed {own.rejected} rows of {table}, {rejected} of them are known"
            )
        if there != own.rows:
            lost.append(f"load {batch} brought {own.rows} rows into {table}, {there} are there")
        if replaced != own.superseding:
            lost.append(
                f"load {batch} replaced {own.superseding} rows of {table}, {replaced} of them are known"
            )
        if table == "usage" and counted[batch] != own.rows - own.superseding:
            lost.append(f"the roll-up of usage does not count what load {batch} brought")
    known = {batch for _, batch in brought}
    for table, kind, batch in sorted(rows):
        if kind != "facts" and batch not in known:
            lost.append(f"load {batch} has {kind} rows of {table} without the facts themselves")
    return lost


def _counted_events(con: duckdb.DuckDBPyConnection, chosen: Sequence[Found]) -> dict[int, int]:
    """Count the events of each load in the roll-up of usage."""
    rolled = [each.written.path for each in chosen if each.footer.kind == "rolled"]
    counted: dict[int, int] = defaultdict(int)
    if rolled:
        query = f"SELECT batch, sum(events) FROM {datafiles.rows_of(rolled)} GROUP BY batch"
        counted |= {batch: int(events) for batch, events in con.execute(query).fetchall()}
    return counted
