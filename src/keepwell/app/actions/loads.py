"""This file loads a staged import: what is new becomes data files and one line of the database, all of it or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.db import transaction
from django.db.models import Sum

from keepwell.app import identity
from keepwell.app.actions import (
    accounts,
    audit,
    compaction,
    datafiles,
    feed_tables,
    feeds,
    people,
    rejected_rows,
    row_counts,
    table_changes,
    table_files,
)
from keepwell.app.actions.datafiles import Attempt
from keepwell.app.actions.row_counts import Counts
from keepwell.app.actions.table_changes import TableChanges
from keepwell.app.installation import Installation
from keepwell.app.models import checksums, integrity
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.queries import snapshots
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Conflict
from keepwell.facts import row_changes
from keepwell.facts.data_warnings import PLANS

if TYPE_CHECKING:
    from keepwell.facts.staging.staged import Stage


LOG = logging.getLogger(__name__)


class LoadedMeanwhile(Conflict):
    """Another machine loaded between comparing and writing; nothing was loaded. Run the import again."""

    code = "L103"


@dataclass(frozen=True)
class Comparison:
    """A staged import compared with what is stored: not written yet. `snapshot` is what it was compared with."""

    stage: Stage
    snapshot: Snapshot
    table_changes: tuple[TableChanges, ...]
    counts: tuple[Counts, ...]

    @property
    def accepted(self) -> int:
        return sum(count.accepted for count in self.counts)

    @property
    def repeated(self) -> int:
        return sum(count.repeated for count in self.counts)

    @property
    def rejected(self) -> int:
        return sum(count.rejected for count in self.counts)


Look = Callable[[Comparison], None]
Progress = Callable[[str, float], None]  # what is being done, and how much of the load is, 0..1


def load(
    stage: Stage,
    *,
    con: duckdb.DuckDBPyConnection,
    installation: Installation,
    by: Actor,
    at: datetime,
    mapping: str = "",
    look: Look = lambda comparison: None,
    rejects: Path | None = None,
    within: Callable[[int], None] = lambda batch: None,
    progress: Progress | None = None,
    withdrawn: Mapping[str, Collection[str]] | None = None,
) -> tuple[int | None, Comparison]:
    """Load a stage in one piece under the next batch number; none where it brings nothing that was not known.

    `look` sees the comparison before anything is written, `within` is called in the load's transaction; both stop the
    load by raising. `withdrawn` are, by table, ids of staged rows that their feed takes back: they are loaded no more, and
    what is stored of them stands no longer.
    Raises `datafiles.RowsDiffer`, `LoadedMeanwhile`, and `IntegrityError` where what is stored cannot be compared with.
    """
    at, say = at.astimezone(UTC), progress or (lambda what, done: None)
    with datafiles.exclusive_lock(installation), datafiles.attempt(installation) as attempt:
        identity.check(installation)
        installation.scratch.sweep()
        say("comparing", 0.0)
        with snapshots.take(SYSTEM, installation) as snapshot:
            datafiles.set_aside(installation)
            datafiles.remove_retired(installation, at=at)
            comparison = compare(
                stage, con=con, snapshot=snapshot, day=installation.day(at), withdrawn=withdrawn
            )
            look(comparison)
            say("writing", 0.3)
            pending = _write(con, comparison, attempt, snapshot.batch + 1, at)
            if not pending.has_news:
                return None, comparison
            say("signing", 0.9)
            _commit(con, comparison, attempt, pending, _Import(by, at, mapping, rejects, within))
        try:
            identity.note(installation)
        except Exception:  # the load is committed; the next one notes how far the database has come
            LOG.exception("the data folder was not told of load %d", pending.batch)
    try:
        compaction.run(installation=installation, at=at)
    except Exception:  # the load is committed, and the next one tries to merge again
        LOG.exception("the data files of load %d were not merged", pending.batch)
    say("loaded", 1.0)
    return pending.batch, comparison


def compare(
    stage: Stage,
    *,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    day: date,
    withdrawn: Mapping[str, Collection[str]] | None = None,
) -> Comparison:
    """Compare every staged table with itself and with what is stored; conflicting rows join the rejected."""
    people.give_surrogates(
        con, [query for staged in stage.tables for query in table_changes.people_met(staged)]
    )
    compared = tuple(
        table_changes.compare(
            con, staged, snapshot, day, (withdrawn or {}).get(staged.table.name, ())
        )
        for staged in stage.tables
    )
    for each in compared:
        table_changes.reject_conflicts(con, each, stage.rejected)
    return Comparison(stage, snapshot, compared, row_counts.counts(con, stage, compared))


@dataclass(frozen=True)
class _Import:
    """Who imported when by which mapping, where the rejected rows are listed, and what belongs to the transaction."""

    by: Actor
    at: datetime
    mapping: str
    rejects: Path | None
    within: Callable[[int], None]


@dataclass
class _Pending:
    """What the transaction will write, gathered before it begins so that it is short."""

    batch: int
    datafiles: list[DataFile]
    declarations: list[Declaration]
    days: list[FeedDay]
    deliveries: list[Delivery]
    current_accounts: list[accounts.CurrentAccount] | None
    feed_tables: dict[str, dict[str, feed_tables.Counted]]

    @property
    def has_news(self) -> bool:
        return bool(self.datafiles or self.declarations or self.deliveries)


def _write(
    con: duckdb.DuckDBPyConnection,
    comparison: Comparison,
    attempt: Attempt,
    batch: int,
    at: datetime,
) -> _Pending:
    installation = comparison.snapshot.installation
    written: list[DataFile] = []
    days: set[tuple[str, date]] = set()
    for each in comparison.table_changes:
        rejected = rejected_rows.compare(
            con, comparison.snapshot, comparison.stage, each, batch, installation.day(at)
        )
        written += table_files.write(con, each, rejected, attempt, batch, at)
        if not each.accepted:
            continue
        if each.table.time == "event":
            seen = con.execute(f'SELECT DISTINCT feed, "on" FROM {each.plain_rows}').fetchall()
            is_plan = each.table.name in PLANS  # what is only planned vouches for no delivery
            days |= {(feed, on) for feed, on in seen if not is_plan or on <= installation.day(at)}
    arrived = frozenset().union(*(each.staged.feeds for each in comparison.table_changes))
    delivered = [feed for feed in comparison.stage.feeds if feed.name in arrived]
    return _Pending(
        batch,
        written,
        feeds.declarations(delivered, batch),
        feeds.days(days, batch),
        feeds.deliveries(
            [(feed.name, feed.content) for feed in delivered], installation.day(at), batch
        ),
        _current_accounts(con, comparison.snapshot, written, installation.day(at)),
        {
            each.table.name: feed_tables.after(
                con, each, _existing(comparison.snapshot, written, each.table.name)
            )
            for each in comparison.table_changes
            if each.accepted or each.compared.superseding
        },
    )


def _current_accounts(
    con: duckdb.DuckDBPyConnection, snapshot: Snapshot, written: list[DataFile], day: date
) -> list[accounts.CurrentAccount] | None:
    """Read the projection as it will stand after this load, where the load touches it."""
    if not any(datafile.table in accounts.FEEDS_IT for datafile in written):
        return None
    existing = {name: _existing(snapshot, written, name) for name in accounts.FEEDS_IT}
    rejected = _paths(snapshot, written, "contracts", DataFile.Kind.REJECTED)
    stored = accounts.Stored(existing, snapshot.rejected("contracts") + rejected)
    return accounts.read(con, stored, day)


def _existing(snapshot: Snapshot, written: list[DataFile], name: str) -> row_changes.Existing:
    """Give the files of a table as they will be after this load."""
    stored = snapshot.existing(name)
    facts, superseded = (
        _paths(snapshot, written, name, kind)
        for kind in (DataFile.Kind.FACTS, DataFile.Kind.SUPERSEDED)
    )
    return row_changes.Existing(stored.facts + facts, stored.superseded + superseded)


def _paths(
    snapshot: Snapshot, written: list[DataFile], table: str, kind: DataFile.Kind
) -> tuple[Path, ...]:
    return tuple(
        snapshot.installation.data / each.path
        for each in written
        if (each.table, each.kind) == (table, kind)
    )


def _commit(
    con: duckdb.DuckDBPyConnection,
    comparison: Comparison,
    attempt: Attempt,
    pending: _Pending,
    own: _Import,
) -> None:
    """Write everything in one transaction: from its commit on the load is there, before it nothing is."""
    installation = comparison.snapshot.installation
    with transaction.atomic():
        manifest = datafiles.lock_manifest()
        if manifest.batch != pending.batch - 1:
            raise LoadedMeanwhile(
                "Another import was loaded in the meantime, so nothing was changed. Run it again."
            )
        by_batch = integrity.feeds_by_batch(pending.declarations, pending.days, pending.deliveries)
        feeds_digest = by_batch.get(pending.batch, "")
        load = _load(comparison, pending, feeds_digest, own)
        load.save(force_insert=True)
        people.save(con)
        Declaration.objects.bulk_create(pending.declarations, batch_size=accounts.CHUNK)
        FeedDay.objects.bulk_create(pending.days, batch_size=accounts.CHUNK)
        Delivery.objects.bulk_create(pending.deliveries, batch_size=accounts.CHUNK)
        for each in comparison.table_changes:
            _save_personal_values_and_extras(con, each)
        if pending.current_accounts is not None:
            accounts.save(pending.current_accounts, installation.day(own.at))
        for name, counted in pending.feed_tables.items():
            feed_tables.save(name, counted)
        datafiles.change_manifest(
            manifest, listed=pending.datafiles, feeds=feeds_digest, batch=pending.batch
        )
        _check_rows(comparison, pending.batch)
        own.within(pending.batch)
        audit.write(
            verb="import",
            object=f"load {pending.batch}",
            by=own.by,
            at=own.at,
            accepted=load.accepted,
            rejected=load.rejected,
        )
        attempt.may_be_listed = True


def _load(comparison: Comparison, pending: _Pending, feeds_digest: str, own: _Import) -> Load:
    listed = own.rejects if comparison.rejected else None
    # States without a day of their own have no history before this load: whoever looks back must know of which rows that is so.
    undated = {each.table.name for each in comparison.stage.tables if not each.dated}
    load = Load(
        batch=pending.batch,
        at=own.at,
        by=own.by.name,
        mapping=own.mapping,
        rejects=str(listed.relative_to(comparison.snapshot.installation.data)) if listed else "",
        received=sum(count.received for count in comparison.counts),
        accepted=comparison.accepted,
        repeated=comparison.repeated,
        rejected=comparison.rejected,
        sources=[{"file": count.file, "table": count.table, "feed": count.feed, "received": count.received, "accepted": count.accepted,
                  "repeated": count.repeated, "rejected": count.rejected_by_reason}
                 | ({"undated": True} if count.table in undated else {}) for count in comparison.counts],
        contents=checksums.contents(
            (each.table, each.kind, each.rows, each.content_digest) for each in pending.datafiles
        ),
    )  # fmt: skip
    load.checksum = checksums.of_load(load, feeds_digest)
    return load


def _check_rows(comparison: Comparison, batch: int) -> None:
    """The last look before the commit: what the manifest now lists must be, file by file, what was accepted."""
    facts_now = DataFile.objects.filter(first_batch=batch, kind=DataFile.Kind.FACTS)
    kept = dict(
        facts_now.values_list("table").annotate(rows=Sum("rows")).values_list("table", "rows")
    )
    for each in comparison.table_changes:
        if kept.get(each.table.name, 0) != each.accepted:
            sentence = (
                f"{each.accepted} rows were accepted, {kept.get(each.table.name, 0)} were written"
            )
            raise datafiles.RowsDiffer(
                f"{each.table.name}: {sentence}; nothing of the import is kept"
            )


def _save_personal_values_and_extras(con: duckdb.DuckDBPyConnection, each: TableChanges) -> None:
    people.save_words(
        con, each.table, each.accepted_rows, row_changes.key(each.table), each.compared.superseded
    )
    known = set(ExtraColumn.objects.filter(table=each.table.name).values_list("name", flat=True))
    ExtraColumn.objects.bulk_create(
        ExtraColumn(
            table=each.table.name, name=column.name, type=column.type, meaning=column.meaning
        )
        for column in table_changes.extras(each.table)
        if column.name not in known
    )
