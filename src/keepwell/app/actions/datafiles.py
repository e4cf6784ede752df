"""This file brings data files and manifest together: written under one lock, listed in one transaction, removed when nobody reads them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from keepwell.app.actions import locks
from keepwell.app.identity import FOLDER
from keepwell.app.installation import Installation
from keepwell.app.models import checksums, integrity
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.errors import IntegrityError
from keepwell.facts import atomic_files, datafiles
from keepwell.facts.contents import Brought, Footer

KEPT_FOR = timedelta(
    minutes=10
)  # after a merge, for whoever has the paths and no lease: a person with DuckDB, Spark


class RowsDiffer(IntegrityError):
    """A data file does not have the rows that were counted into it, so nothing of it is kept."""

    code = "I132"


@contextmanager
def exclusive_lock(installation: Installation) -> Iterator[None]:
    """Wait until nobody else in this installation writes or removes data files, then keep the others waiting."""
    with locks.hold(installation, "load"):
        yield


@dataclass
class Attempt:
    """One try to write data files. Until it says that they may be listed, its files go again if it fails."""

    installation: Installation
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    paths: list[Path] = field(default_factory=list)
    may_be_listed: bool = False

    def new_path(self, table: str, kind: str, batch: int) -> Path:
        """Name a data file that does not exist yet."""
        name = f"{kind}-{batch:08d}-{uuid.uuid4().hex[:8]}.parquet"
        self.paths.append(self.installation.data / FOLDER / table / name)
        return self.paths[-1]

    def discard(self) -> None:
        """Remove what was written; what cannot be removed is set aside by the next load."""
        for path in self.paths:
            with suppress(OSError):
                self.installation.disk.remove(path)
                self.installation.disk.remove(atomic_files.partial(path))


@contextmanager
def attempt(installation: Installation) -> Iterator[Attempt]:
    """Try to write data files; those of a try that fails before its commit are removed, and no others ever are.

    Call `may_be_listed` off last thing before a commit: whether one that fails was carried out, nobody knows.
    """
    own = Attempt(installation)
    try:
        yield own
    except Exception:
        if not own.may_be_listed:
            own.discard()
        raise


def write(
    con: duckdb.DuckDBPyConnection,
    query: str,
    *,
    attempt: Attempt,
    table: str,
    kind: str,
    batch: int,
    brought: Brought | None = None,
) -> DataFile:
    """Write the rows of a query as a data file and make its line of the manifest, not saved yet."""
    path = attempt.new_path(table, kind, batch)
    footer = Footer(table, kind, {}, attempt.id, {batch: brought} if brought else {})
    written = datafiles.write(
        con, query, path, attempt.installation.disk, footer=footer, batch=batch
    )
    return line_of(attempt.installation, written, table, kind, batch)


def pack(
    packing: datafiles.Packing,
    *,
    attempt: Attempt,
    table: str,
    kind: str,
    batch: int,
    first_on: date,
    last_on: date,
) -> DataFile:
    """Write packed tables as a data file and make its line of the manifest, not saved yet."""
    path = attempt.new_path(table, kind, batch)
    footer = Footer(table, kind, {}, attempt.id)
    written = packing.write(path, attempt.installation.disk, first_on, last_on, footer=footer)
    if written.rows != packing.rows:
        raise RowsDiffer(
            f"{table}: {packing.rows} lines were computed, {written.rows} were written"
        )
    return line_of(attempt.installation, written, table, kind, batch)


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


def begin_manifest(current: Sequence[DataFile], *, generation: int, batch: int) -> None:
    """Write the manifest's row anew, out of the files that it lists and all feeds and columns; call it in a transaction."""
    feeds = integrity.feeds_by_batch(
        *(integrity.stored(model.objects.all()) for model in (Declaration, FeedDay, Delivery))
    )
    manifest = Manifest(
        generation=generation,
        batch=batch,
        files=len(current),
        files_digest=checksums.added(each.checksum for each in current),
        feeds_digest=checksums.added(feeds.values()),
        columns_digest=checksums.of_columns(ExtraColumn.objects.all()),
    )
    manifest.checksum = checksums.of_manifest(manifest)
    manifest.save(force_insert=True)


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


def set_aside(installation: Installation) -> int:
    """Move files that are not listed to `data/orphans`, where nobody reads them; call it under the lock, once all is verified.

    A load that died leaves such files. They are not removed: if ever this is not the database that lists them, they are
    somebody's data.
    """
    listed = {installation.data / path for path in DataFile.objects.values_list("path", flat=True)}
    count = 0
    for path in atomic_files.orphans(installation.data / FOLDER, listed):
        target = installation.orphans / path.relative_to(installation.data / FOLDER)
        installation.disk.make_folder(target.parent)
        installation.disk.rename(path, target)
        count += 1
    return count


def remove_retired(installation: Installation, *, at: datetime) -> None:
    """Remove the files that a merge has replaced and that nobody can be reading any more; call it under the lock."""
    retired = DataFile.objects.filter(retired_at__lte=at - KEPT_FOR)
    if not retired.exists():
        return
    oldest = installation.leases.oldest()
    unread = retired if oldest is None else retired.filter(retired_by__lte=oldest)
    for datafile in unread.defer("contents"):
        # The file goes first: if the power fails in between, its line is still there to remove it by.
        installation.disk.remove(installation.data / datafile.path)
        installation.verified.forget(installation.data / datafile.path)
        datafile.delete()
