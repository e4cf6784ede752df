"""This file brings the app database up to date: backed up first, and checked before anything is rewritten."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from keepwell.app import apps, databases, identity
from keepwell.app.actions import audit, datafiles, read_model
from keepwell.app.databases import EARLIER_LABEL
from keepwell.app.installation import Installation
from keepwell.app.migrations import _checksums_0002 as earlier_checksums
from keepwell.app.migrations import _checksums_0003 as earlier_loads
from keepwell.app.models import checksums, integrity
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.queries import facts, snapshots
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import IntegrityError
from keepwell.facts import contents
from keepwell.facts.compaction import COLUMNS
from keepwell.facts.datafiles import fields
from keepwell.health.definition.table import Table

MANIFEST = "0004_manifest"  # the migration since which data files know their contents
CHUNK = 500  # rows in one statement
DESCRIBED = ["contents", "content_digest", "first_account", "last_account", "checksum"]


@dataclass(frozen=True)
class Migrated:
    """What was done: the migrations applied, and the copy of the database from before, where there was anything to copy."""

    applied: tuple[str, ...]
    backup: Path | None


def is_safe() -> bool:
    """Tell whether a command may migrate by itself: a new database, or a SQLite file, of which a copy is kept."""
    return databases.state().kind == "empty" or connection.vendor == "sqlite"


def run(
    *, installation: Installation, by: Actor, at: datetime, check_identity: bool = True
) -> Migrated:
    """Apply what is pending; nothing where nothing is.

    A SQLite file is copied to `data/backups` first. What the older tables hold is checked against its checksums before it
    is rewritten: raises `IntegrityError` where something is not what was written, and changes nothing then. Each
    migration is one transaction, and so is describing the data files; what pages read is built at the end. A run that dies is taken
    up again by the next.
    """
    state = databases.state()
    if state.kind == "current":
        if check_identity:
            identity.establish(installation)
        return Migrated((), None)
    backup = None
    if state.kind == "behind" and state.is_of_ours and connection.vendor == "sqlite":
        backup = _back_up(installation, at)
    if MANIFEST in state.pending:
        _check_datafiles(installation)
    if state.has_earlier_label:
        _check_earlier()
        _relabel()
    executor = _Executor(connection)
    # Not `state.pending`: under the earlier label even what was applied long ago looks as if it were pending.
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    # Of what signs people in, whose tables are made where pages are served first, nobody wants to hear.
    applied = tuple(each.name for each, _ in plan if each.app_label == apps.Keepwell.label)
    executor.migrate(executor.loader.graph.leaf_nodes())
    if not databases.state().has_manifest:
        _describe_datafiles(installation)
    if check_identity:  # a database whose manifest is about to be rebuilt belongs to nothing yet
        identity.establish(installation)
    if not databases.state().has_read_model:
        read_model.rebuild(installation=installation, by=by, at=at)
    if state.kind == "behind" and state.is_of_ours:
        audit.write(verb="migrate", object="app database", by=by, at=at, applied=list(applied))
    return Migrated(applied, backup)


class _Executor(MigrationExecutor):
    """Records each migration in the transaction that applies it.

    Django records some of them afterwards. Of a process that died in between, the next would apply one again that is
    applied.
    """

    def apply_migration(
        self, state: Any, migration: Any, fake: bool = False, fake_initial: bool = False
    ) -> Any:
        # SQLite rebuilds tables, which it does only while it checks no foreign keys, and that can only be changed out here.
        connection.disable_constraint_checking()
        try:
            with transaction.atomic():
                return super().apply_migration(state, migration, fake, fake_initial)
        finally:
            connection.enable_constraint_checking()


def _back_up(installation: Installation, at: datetime) -> Path:
    """Copy a SQLite file while others may read it, whole or not at all."""
    folder = installation.data / "backups"
    installation.disk.make_folder(folder)
    target = folder / f"keepwell-{at.astimezone(UTC):%Y%m%dT%H%M%S}-before-migration.db"
    partial = target.with_suffix(".part")
    partial.unlink(missing_ok=True)
    source = sqlite3.connect(connection.settings_dict["NAME"])
    copy = sqlite3.connect(partial)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    installation.disk.sync(partial)
    installation.disk.rename(partial, target)
    installation.disk.sync_folder(folder)
    return target


def _check_datafiles(installation: Installation) -> None:
    """Check the data files before anything is changed, by the table that lists them, which had another name once."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in {f"{EARLIER_LABEL}_segment", "keepwell_datafile"} & set(tables):
            cursor.execute(f"SELECT path, bytes, sha256 FROM {table} WHERE retired_at IS NULL")
            rows = cursor.fetchall()
            snapshots.verify(
                installation, [DataFile(path=p, bytes=b, sha256=s) for p, b, s in rows]
            )


def _describe_datafiles(installation: Installation) -> None:
    """Write into the manifest what is in each data file, and into each load what it brought.

    Files and loads are all checked before anything is written: first the files by their SHA-256, then the loads by the
    checksums that they had until now.
    """
    with datafiles.exclusive_lock(installation), installation.duckdb.cursor() as con:
        loads = integrity.stored(Load.objects.order_by("batch"))
        listed = integrity.stored(DataFile.objects.order_by("pk"))
        declarations, days, deliveries = (
            integrity.stored(model.objects.all()) for model in (Declaration, FeedDay, Delivery)
        )
        snapshots.verify(installation, (each for each in listed if each.retired_at is None))
        of_facts = [each for each in listed if each.kind != DataFile.Kind.RESULTS]
        earlier_loads.check_loads(loads, of_facts, declarations, days, deliveries)

        tables = facts.tables(SYSTEM)
        for each in listed:
            _describe(con, installation, tables, each)
        brought: dict[int, list[DataFile]] = defaultdict(list)
        for each in of_facts:
            brought[each.last_batch].append(each)
        feeds = integrity.feeds_by_batch(declarations, days, deliveries)
        for load in loads:
            load.contents = checksums.contents(
                (each.table, each.kind, each.rows, each.content_digest)
                for each in brought[load.batch]
            )
            load.checksum = checksums.of_load(load, feeds.get(load.batch, ""))
        current = [each for each in of_facts if each.retired_at is None]
        with transaction.atomic():
            DataFile.objects.bulk_update(listed, DESCRIBED, batch_size=CHUNK)
            Load.objects.bulk_update(loads, ["contents", "checksum"], batch_size=CHUNK)
            datafiles.begin_manifest(current, generation=1, batch=len(loads))


def _describe(
    con: duckdb.DuckDBPyConnection,
    installation: Installation,
    tables: Mapping[str, Table],
    file: DataFile,
) -> None:
    """Fill in what a line of the manifest says about its file since data files know their contents."""
    file.content_digest = checksums.NOTHING
    if file.kind != DataFile.Kind.RESULTS and file.retired_at is None:
        columns = COLUMNS.get(file.kind) or fields(tables[file.table])
        types = {each.name: each.type for each in columns}
        described = contents.describe(con, datafiles.rows_of(installation, file), file.kind, types)
        if {batch: own.rows for batch, own in described.contents.items()} != {
            file.last_batch: file.rows
        }:
            raise IntegrityError(
                f"data/{file.path} does not have the rows that the manifest lists.",
                way_out=earlier_loads.WAY_OUT,
                code="I132",
            )
        file.contents = {str(batch): list(own) for batch, own in described.contents.items()}
        file.content_digest = described.contents[file.last_batch].digest
        file.first_account, file.last_account = described.first_account, described.last_account
    file.checksum = checksums.of_datafile(file)


def _check_earlier() -> None:
    """Read the older tables by the models of their time, and check every checksum in them."""
    with transaction.atomic():
        # Under the new label the old state does not find the old tables, so they are renamed, looked at and renamed back.
        _rename_tables(EARLIER_LABEL, "keepwell")
        executor = MigrationExecutor(connection)
        earlier = executor.loader.project_state(("keepwell", "0002_dates_and_overrides")).apps
        earlier_checksums.check(earlier)
        _rename_tables("keepwell", EARLIER_LABEL)


def _relabel() -> None:
    """Give tables and applied migrations the Django app's present label, in one transaction."""
    with transaction.atomic():
        _rename_tables(EARLIER_LABEL, "keepwell")
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE django_migrations SET app = 'keepwell' WHERE app = %s", [EARLIER_LABEL]
            )


def _rename_tables(before: str, after: str) -> None:
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if name.startswith(f"{before}_"):
                renamed = f"{after}_{name.removeprefix(f'{before}_')}"
                cursor.execute(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(renamed)}")
