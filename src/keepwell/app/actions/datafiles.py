"""This file brings segments and manifest together: births under one lock, orphans removed, replaced ones unlinked late."""

from __future__ import annotations

import fcntl
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from keepwell.app.installation import Installation
from keepwell.app.models.datafiles import DataFile
from keepwell.app.queries import facts
from keepwell.app.viewers import SYSTEM
from keepwell.errors import IntegrityError
from keepwell.facts import datafiles, files

FOLDER = "datafiles"
KEPT_AFTER = timedelta(minutes=10)  # a reader that listed the manifest before still finds the files


class RowsDiffer(Exception):
    """A segment does not hold the rows that were counted into it, so nothing of it is kept. This is our own fault."""


@contextmanager
def exclusive_lock(installation: Installation) -> Iterator[None]:
    """Wait until no other process of this workspace brings segments into being, then keep the others waiting."""
    with (installation.data / "landing.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write(
    con: duckdb.DuckDBPyConnection,
    query: str,
    *,
    installation: Installation,
    table: str,
    kind: str,
    batch: int,
) -> DataFile:
    """Write the rows of a query as a segment and make its line of the manifest, not saved yet."""
    name = f"{kind}-{batch:08d}-{uuid.uuid4().hex[:8]}.parquet"
    path = installation.data / FOLDER / table / name
    written = datafiles.write(
        con, query, path, installation.disk, table=table, kind=kind, batch=batch
    )
    return _listed(installation, written, table, kind, batch)


def pack(
    packing: datafiles.Packing,
    *,
    installation: Installation,
    table: str,
    kind: str,
    batch: int,
    first_on: date,
    last_on: date,
) -> DataFile:
    """Write packed tables as a segment and make its line of the manifest, not saved yet."""
    name = f"{kind}-{batch:08d}-{uuid.uuid4().hex[:8]}.parquet"
    written = packing.write(
        installation.data / FOLDER / table / name,
        installation.disk,
        first_on,
        last_on,
        table=table,
        kind=kind,
    )
    if written.rows != packing.rows:
        raise RowsDiffer(
            f"{table}: {packing.rows} lines were computed, {written.rows} were written"
        )
    return _listed(installation, written, table, kind, batch)


def _listed(
    installation: Installation, written: datafiles.Written, table: str, kind: str, batch: int
) -> DataFile:
    return DataFile(
        path=str(written.path.relative_to(installation.data)),
        table=table,
        kind=kind,
        batch=batch,
        rows=written.rows,
        bytes=written.bytes,
        sha256=written.sha256,
        first_on=written.first_on,
        last_on=written.last_on,
    )


def rows_of(installation: Installation, datafile: DataFile) -> str:
    """Name the rows of one segment in SQL."""
    return datafiles.rows_of([installation.data / datafile.path])


def sweep(installation: Installation, *, at: datetime) -> None:
    """Remove what interrupted births left behind, and the replaced segments whose readers have had their ten minutes."""
    latest = facts.latest_batch(SYSTEM)
    listed = {installation.data / path for path in DataFile.objects.values_list("path", flat=True)}
    for path in files.orphans(installation.data / FOLDER, listed):
        if path.name.endswith(files.TEMPORARY):
            installation.disk.remove(path)
        elif latest:  # before the first landing nothing tells a leftover from the data of a database that was lost
            _check_is_ours(path, latest)
            installation.disk.remove(path)
    for datafile in DataFile.objects.filter(retired_at__lte=at - KEPT_AFTER):
        installation.disk.remove(
            installation.data / datafile.path
        )  # its line stays: it is part of what its landing was


def _check_is_ours(path: Path, latest: int) -> None:
    """An interrupted landing leaves files of the next batch at most; later ones belong to another database."""
    numbered = re.match(r"[a-z]+-(\d+)-", path.name)
    if numbered and int(numbered[1]) > latest + 1:
        raise IntegrityError(
            f"{path}: segments of landing {int(numbered[1])} are here, but the app database ends with landing {latest}. "
            "Is this the workspace's own database? Restore the matching one; nothing was changed."
        )
