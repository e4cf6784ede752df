"""This file opens an engine over a snapshot of the facts, within the memory that one piece of work may take."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from keepwell.app.installation import Installation
from keepwell.app.queries import snapshots
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM
from keepwell.errors import NotReady
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import Source


class NothingLoaded(NotReady):
    """There are no facts to score."""

    code = "L102"


@contextmanager
def latest(installation: Installation) -> Iterator[Snapshot]:
    """Take a snapshot of all facts so far; raises `NothingLoaded` where there are none."""
    with snapshots.take(SYSTEM, installation) as snapshot:
        if not snapshot.batch:
            raise NothingLoaded("There are no facts yet. Import some first.")
        yield snapshot


@contextmanager
def opened(snapshot: Snapshot, accounts: Collection[str] | None = None) -> Iterator[DuckDB]:
    """Open an engine over a snapshot, and close it afterwards.

    With `accounts` only these and those below them can be scored: the files of others are not opened.
    """
    with over(snapshot, snapshot.source(accounts)) as engine:
        yield engine


@contextmanager
def over(snapshot: Snapshot, source: Source) -> Iterator[DuckDB]:
    """Open an engine over a source that a snapshot gave, and close it afterwards."""
    with snapshot.installation.duckdb.cursor() as cursor:
        yield DuckDB(source, cursor)
