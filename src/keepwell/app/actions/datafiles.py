"""This file brings data files and manifest together: written under one lock, listed in one transaction, removed when nobody reads them."""

from __future__ import annotations

import fcntl
import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from keepwell.app.installation import Installation
from keepwell.app.models import checksums, integrity
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.queries import facts
from keepwell.app.viewers import SYSTEM
from keepwell.errors import IntegrityError
from keepwell.facts import atomic_files, datafiles

FOLDER = "datafiles"
KEPT_FOR = timedelta(
    minutes=10
)  # after a merge, for whoever has the paths and no lease: a person with DuckDB, Spark


class RowsDiffer(IntegrityError):
    """A data file does not have the rows that were counted into it, so nothing of it is kept."""

    code = "I132"


@contextmanager
def exclusive_lock(installation: Installation) -> Iterator[None]:
    """Wait until nobody else in this data folder writes or removes data files, then keep the others waiting."""
    with (installation.data / "load.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def new_path(installation: Installation, table: str, kind: str, batch: int) -> Path:
    """Name a data file that does not exist yet."""
    return installation.data / FOLDER / table / f"{kind}-{batch:08d}-{uuid.uuid4().hex[:8]}.parquet"


def write(
    con: duckdb.DuckDBPyConnection,
    query: str,
    *,
    installation: Installation,
    table: str,
    kind: str,
    batch: int,
) -> DataFile:
    """Write the rows of a query as a data file and make its line of the manifest, not saved yet."""
    path = new_path(installation, table, kind, batch)
    written = datafiles.write(
        con, query, path, installation.disk, table=table, kind=kind, batch=batch
    )
    return line_of(installation, written, table, kind, batch)


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
    """Write packed tables as a data file and make its line of the manifest, not saved yet."""
    path = new_path(installation, table, kind, batch)
    written = packing.write(path, installation.disk, first_on, last_on, table=table, kind=kind)
    if written.rows != packing.rows:
        raise RowsDiffer(
            f"{table}: {packing.rows} lines were computed, {written.rows} were written"
        )
    return line_of(installation, written, table, kind, batch)


def line_of(
    installation: Installation, written: datafiles.Written, table: str, kind: str, batch: int
) -> DataFile:
    """Make the manifest's line about a data file; `batch` is that of a file without contents by batch."""
    line = DataFile(
        path=str(written.path.relative_to(installation.data)),
        table=table,
        kind=kind,
        first_batch=min(written.contents, default=batch),
        last_batch=max(written.contents, default=batch),
        rows=written.rows,
        bytes=written.bytes,
        sha256=written.sha256,
        first_on=written.first_on,
        last_on=written.last_on,
        first_account=written.first_account,
        last_account=written.last_account,
        contents={str(batch): list(content) for batch, content in written.contents.items()},
        content_digest=written.content_digest,
    )
    line.checksum = checksums.of_datafile(line)
    return line


def rows_of(installation: Installation, datafile: DataFile) -> str:
    """Name the rows of one data file in SQL."""
    return datafiles.rows_of([installation.data / datafile.path])


def lock_manifest() -> Manifest:
    """Keep other transactions from changing the manifest until this one ends; call it in a transaction."""
    kept = Manifest.objects.select_for_update().first()
    if kept is None:
        return Manifest(
            generation=0,
            batch=0,
            files=0,
            files_digest=checksums.NOTHING,
            feeds_digest=checksums.NOTHING,
            columns_digest=checksums.of_columns(()),
        )
    if checksums.of_manifest(kept) != kept.checksum:
        raise IntegrityError(
            "The app database's line about its manifest is not what was written.",
            way_out=integrity.WAY_OUT,
            code="I126",
        )
    return kept


def change_manifest(
    manifest: Manifest,
    *,
    listed: Sequence[DataFile],
    retired: Sequence[DataFile] = (),
    feeds: str = "",
    batch: int | None = None,
) -> None:
    """List data files that are durable, retire others, and raise the generation; in the transaction that locked it.

    `feeds` is the digest of what a load has added to the feeds.
    """
    DataFile.objects.bulk_create(listed)
    manifest.generation += 1
    manifest.batch = manifest.batch if batch is None else batch
    manifest.files += len(listed) - len(retired)
    files = checksums.added([manifest.files_digest, *(each.checksum for each in listed)])
    manifest.files_digest = checksums.without(files, [each.checksum for each in retired])
    manifest.feeds_digest = checksums.added([manifest.feeds_digest, *([feeds] if feeds else [])])
    manifest.columns_digest = checksums.of_columns(ExtraColumn.objects.all())
    manifest.checksum = checksums.of_manifest(manifest)
    manifest.save()


def sweep(installation: Installation, *, at: datetime) -> None:
    """Remove what was written and never listed, and the retired files that nobody can be reading; call it under the lock."""
    latest = facts.latest_batch(SYSTEM)
    listed = {installation.data / path for path in DataFile.objects.values_list("path", flat=True)}
    for path in atomic_files.orphans(installation.data / FOLDER, listed):
        if path.name.endswith(atomic_files.TEMPORARY):
            installation.disk.remove(path)
        elif latest:  # before the first load nothing tells a leftover from the data of a database that was lost
            _check_is_ours(path, latest)
            installation.disk.remove(path)
    retired = DataFile.objects.filter(retired_at__lte=at - KEPT_FOR)
    if retired.exists():
        oldest = installation.leases.oldest()
        unread = retired if oldest is None else retired.filter(retired_by__lte=oldest)
        for datafile in unread.defer("contents"):
            # The file goes first: if the power fails in between, its line is still there to remove it by.
            installation.disk.remove(installation.data / datafile.path)
            installation.verified.forget(installation.data / datafile.path)
            datafile.delete()


def _check_is_ours(path: Path, latest: int) -> None:
    """An interrupted load leaves files of the next batch at most; later ones belong to another database."""
    numbered = re.match(r"[a-z]+-(\d+)-", path.name)
    if numbered and int(numbered[1]) > latest + 1:
        raise IntegrityError(
            f"{path}: data files of load {int(numbered[1])} are here, but the app database ends with load {latest}.",
            way_out="Is this the workspace's own database? Restore the matching one; nothing was changed.",
            code="I131",
        )
