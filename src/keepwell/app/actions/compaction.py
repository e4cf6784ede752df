"""This file merges the small data files that many loads leave, so that their number stays small however often loads come."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import duckdb
from django.db import transaction

from keepwell.app import identity
from keepwell.app.actions import datafiles
from keepwell.app.actions.datafiles import Attempt
from keepwell.app.installation import Installation
from keepwell.app.models import integrity
from keepwell.app.models.datafiles import DataFile
from keepwell.app.queries import facts, snapshots
from keepwell.app.viewers import SYSTEM
from keepwell.facts import compaction, contents
from keepwell.facts.contents import Content, Footer

LOG = logging.getLogger(__name__)
MANY = 8  # files of a size are merged: a row is then rewritten about once for every eightfold of the table
# Rows below which a file is of a size. To rewrite 30,000 rows costs hardly more than to rewrite a hundred.
SIZES = (32_768, 262_144, 1_000_000)
MOST_ROWS = 8_000_000  # of a merged file: about as many as are sorted in memory


def run(*, installation: Installation, at: datetime) -> int:
    """Merge data files until fewer than eight of a table, kind and size are left; returns how often it merged.

    Each merge is whole or not there: a durable file first, then one transaction that lists it and retires those it was
    made of. Retired files stay on disk for whoever reads them. Raises `IntegrityError` where one is not what was written.
    """
    if not _next():  # a look that locks nothing: usually there is nothing to do
        return 0
    merged = 0
    with datafiles.exclusive_lock(installation), installation.duckdb.cursor() as con:
        identity.check(installation)
        while together := _next():
            with datafiles.attempt(installation) as attempt:
                _merge(con, attempt, together, at)
            merged += 1
        identity.note(installation)
    return merged


def _next() -> list[int]:
    """Choose the files to merge next, by their keys: the oldest of a size of which there are many."""
    sizes: dict[tuple[str, str, int], list[tuple[int, int]]] = defaultdict(list)
    small = DataFile.objects.filter(retired_at=None, rows__lt=SIZES[-1])
    for key, table, kind, rows in (
        small.exclude(kind=DataFile.Kind.RESULTS)
        .order_by("first_batch", "id")
        .values_list("id", "table", "kind", "rows")
    ):
        size = sum(rows >= least for least in SIZES)
        sizes[table, kind, size].append((key, rows))
    for of_size in sizes.values():
        if len(of_size) >= MANY:
            chosen, total = [], 0
            for key, rows in of_size:
                if total + rows <= MOST_ROWS:
                    chosen.append(key)
                    total += rows
            if len(chosen) > 1:  # a file merged with itself would be due again for ever
                return chosen
    return []


def _merge(
    con: duckdb.DuckDBPyConnection, attempt: Attempt, keys: Sequence[int], at: datetime
) -> None:
    installation = attempt.installation
    before = integrity.stored(DataFile.objects.filter(pk__in=keys).order_by("first_batch", "id"))
    for each in before:
        integrity.check_datafile(each)
    # Merging damaged rows would give them a checksum of their own.
    snapshots.verify(installation, before)
    table, kind, batch = before[0].table, before[0].kind, max(each.last_batch for each in before)
    written = compaction.compact(
        con,
        [installation.data / each.path for each in before],
        attempt.new_path(table, kind, batch),
        installation.disk,
        table=facts.table(SYSTEM, table),
        footer=Footer(table, kind, {}, attempt.id),
    )
    expected = _contents(before)
    if dict(written.contents) != expected:
        differing = sorted(batch for batch, _ in expected.items() ^ written.contents.items())
        raise compaction.RowsChanged(
            f"The data files of {table} do not have the rows that the manifest lists, for example in batch {differing[0]}.",
            way_out=integrity.WAY_OUT,
        )
    after = datafiles.line_of(installation, written, table, kind, batch)
    with transaction.atomic():
        manifest = datafiles.lock_manifest()
        retired = DataFile.objects.filter(pk__in=keys, retired_at=None).update(
            retired_at=at, retired_by=manifest.generation + 1, successor=after.path
        )
        if retired != len(before):
            raise datafiles.RowsDiffer(
                f"{table}: {len(before)} data files were merged, of which {retired} were still listed"
            )
        datafiles.change_manifest(manifest, listed=[after], retired=before)
        attempt.may_be_listed = True
    LOG.info("merged %d data files of %s into %s", len(before), table, after.path)


def _contents(files: Sequence[DataFile]) -> dict[int, Content]:
    """Add up what the manifest says of the rows of each batch in some files."""
    rows: dict[int, int] = defaultdict(int)
    digests: dict[int, list[str]] = defaultdict(list)
    for each in files:
        for batch, (count, digest) in each.contents.items():
            rows[int(batch)] += count
            digests[int(batch)].append(digest)
    return {batch: Content(rows[batch], contents.combine(digests[batch])) for batch in rows}
