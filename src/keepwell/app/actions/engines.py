"""This file opens an engine over what has landed in a workspace, within the memory that one piece of work may take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from keepwell.app.installation import Installation
from keepwell.app.queries import facts
from keepwell.app.viewers import SYSTEM
from keepwell.errors import NotReady
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import Source


class NothingLoaded(NotReady):
    """There are no facts to score."""

    code = "L102"


def existing(installation: Installation) -> Source:
    """Give all that has landed so far; raises `NothingLanded` where that is nothing."""
    source = facts.source(SYSTEM, installation)
    if not source.through_batch:
        raise NothingLoaded("There are no facts yet. Import some first.")
    return source


@contextmanager
def opened(installation: Installation, source: Source) -> Iterator[DuckDB]:
    """Open an engine over a workspace's facts, and close it afterwards."""
    with installation.duckdb.cursor() as cursor:
        yield DuckDB(source, cursor)
