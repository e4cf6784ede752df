"""This file opens an engine over what has landed in a workspace, within the memory that one piece of work may take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from keepwell.app.queries import facts
from keepwell.app.workspace import Workspace
from keepwell.errors import NotReady
from keepwell.facts import duckdb_session
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import Source


class NothingLoaded(NotReady):
    """There are no facts to score."""

    code = "L102"


def existing(workspace: Workspace) -> Source:
    """Give all that has landed so far; raises `NothingLanded` where that is nothing."""
    source = facts.source(workspace)
    if not source.through_batch:
        raise NothingLoaded("There are no facts yet. Import some first.")
    return source


@contextmanager
def opened(workspace: Workspace, source: Source) -> Iterator[DuckDB]:
    """Open an engine over a workspace's facts, and close it afterwards."""
    engine = DuckDB(source, memory_limit=duckdb_session.MEMORY, temporary=str(workspace.tmp))
    try:
        yield engine
    finally:
        engine.close()
