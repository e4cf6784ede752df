"""This file lands a staged import: what is new becomes segments and one line of the books, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.db import transaction
from django.db.models import Sum

from keepwell.app.actions import (
    accounts,
    audit,
    datafiles,
    feeds,
    people,
    row_counts,
    table_changes,
)
from keepwell.app.actions.row_counts import Counts
from keepwell.app.actions.table_changes import TableChanges
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.feeds import Declaration, Delivery, FeedDay
from keepwell.app.models.loads import Load
from keepwell.app.queries import facts
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import Conflict
from keepwell.facts import changes, rollup
from keepwell.facts.data_warnings import PLANS

if TYPE_CHECKING:
    from keepwell.facts.staging.stage import Stage


class LoadedMeanwhile(Conflict):
    """Another machine landed between comparing and writing; nothing landed. Run the import again."""

    code = "L103"


@dataclass(frozen=True)
class Comparison:
    """A staged import held against what has landed: not written yet."""

    stage: Stage
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
Progress = Callable[[str, float], None]  # what is being done, and how much of the landing is, 0..1


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
    progress: Progress | None = None,
) -> tuple[int | None, Comparison]:
    """Land a stage in one piece under the next batch number; none where it brings nothing that was not known.

    `look` sees the comparison before anything is written, and stops the landing by raising.
    Raises `segments.RowsDiffer`, `LandedMeanwhile`, and `IntegrityError` where what landed before cannot be compared with.
    """
    at, say = at.astimezone(UTC), progress or (lambda what, done: None)
    with datafiles.exclusive_lock(installation):
        datafiles.sweep(installation, at=at)
        say("comparing", 0.0)
        comparison = compare(stage, con=con, installation=installation, day=installation.day(at))
        look(comparison)
        say("writing", 0.3)
        books = _write(con, comparison, installation, facts.latest_batch(SYSTEM) + 1, at)
        if not books.has_news:
            return None, comparison
        say("signing", 0.9)
        _keep(con, comparison, books, installation, _Import(by, at, mapping, rejects))
        say("landed", 1.0)
        return books.batch, comparison


def compare(
    stage: Stage, *, con: duckdb.DuckDBPyConnection, installation: Installation, day: date
) -> Comparison:
    """Hold every staged table against itself and what has landed; conflicting rows join the rejected."""
    people.give_surrogates(
        con, [query for staged in stage.tables for query in table_changes.people_met(staged)]
    )
    held = tuple(table_changes.compare(con, staged, installation, day) for staged in stage.tables)
    for each in held:
        table_changes.reject_conflicts(con, each, stage.rejected)
    return Comparison(stage, held, row_counts.counts(con, stage, held))


@dataclass(frozen=True)
class _Import:
    """Who imported when by which mapping, and where the rejected rows are listed."""

    by: Actor
    at: datetime
    mapping: str
    rejects: Path | None


@dataclass
class _Books:
    """What the transaction will write, gathered before it begins so that it is short."""

    batch: int
    datafiles: list[DataFile]
    declarations: list[Declaration]
    days: list[FeedDay]
    deliveries: list[Delivery]
    standings: list[accounts.Standing] | None

    @property
    def has_news(self) -> bool:
        return bool(self.datafiles or self.declarations or self.deliveries)


def _write(
    con: duckdb.DuckDBPyConnection,
    comparison: Comparison,
    installation: Installation,
    batch: int,
    at: datetime,
) -> _Books:
    written: list[DataFile] = []
    days: set[tuple[str, date]] = set()
    for each in comparison.table_changes:
        if not each.accepted:
            continue
        written += _write_table(con, each, installation, batch, at)
        if each.table.time == "event":
            seen = con.execute(f'SELECT DISTINCT feed, "on" FROM {each.plain_rows}').fetchall()
            is_plan = each.table.name in PLANS  # what is only planned vouches for no delivery
            days |= {(feed, on) for feed, on in seen if not is_plan or on <= installation.day(at)}
    arrived = frozenset().union(*(each.staged.feeds for each in comparison.table_changes))
    delivered = [feed for feed in comparison.stage.feeds if feed.name in arrived]
    return _Books(
        batch,
        written,
        feeds.declarations(delivered, batch),
        feeds.days(days, batch),
        feeds.deliveries([feed.name for feed in delivered], installation.day(at), batch),
        _standings(con, comparison, installation, written, installation.day(at)),
    )


def _write_table(
    con: duckdb.DuckDBPyConnection,
    each: TableChanges,
    installation: Installation,
    batch: int,
    at: datetime,
) -> list[DataFile]:
    """Write a table's new rows, the list of rows that they replace, and for usage what both add to the roll-up."""

    def write(query: str, kind: str) -> DataFile:
        return datafiles.write(
            con, query, installation=installation, table=each.table.name, kind=kind, batch=batch
        )

    parts = table_changes.parts(con, each)
    new = [
        write(table_changes.load_rows(each, part, batch, at), DataFile.Kind.FACTS) for part in parts
    ]
    replaced = each.compared.superseded if each.compared.superseding else None
    if replaced:
        new.append(
            write(
                f"SELECT id, batch, {batch}::BIGINT AS superseded_by FROM {replaced} ORDER BY id",
                DataFile.Kind.SUPERSEDED,
            )
        )
    if each.table.name == "usage":
        rolled = [write(_rolled(each, part, batch), DataFile.Kind.ROLLED) for part in parts]
        _check_rolled(con, installation, each, rolled)
        new += rolled
    return new


def _rolled(each: TableChanges, part: str, batch: int) -> str:
    """Write the query for what some accounts add to the roll-up, and what is taken back of theirs."""
    added = f"(SELECT * FROM {each.accepted_rows} WHERE {part})"
    taken_back = (
        f"(SELECT * FROM ({table_changes.replaced_rows(each)}) WHERE {part})"
        if each.compared.superseding
        else None
    )
    return rollup.increment(
        added, taken_back, batch, constants=each.constants, unfilled=each.unfilled
    )


def _check_rolled(
    con: duckdb.DuckDBPyConnection,
    installation: Installation,
    each: TableChanges,
    rolled: list[DataFile],
) -> None:
    counts = (
        con.execute(f"SELECT sum(events) FROM {datafiles.rows_of(installation, one)}").fetchall()
        for one in rolled
    )
    events = sum(count or 0 for ((count,),) in counts)
    if events != each.accepted - each.compared.superseding:
        raise datafiles.RowsDiffer(
            f"usage: the roll-up counts {events} events, {each.accepted} came and {each.compared.superseding} went"
        )


def _standings(
    con: duckdb.DuckDBPyConnection,
    comparison: Comparison,
    installation: Installation,
    written: list[DataFile],
    day: date,
) -> list[accounts.Standing] | None:
    """Read the projection as it will stand after this landing, where the landing touches it."""
    if not any(datafile.table in accounts.FEEDS_IT for datafile in written):
        return None
    existing = {
        name: facts.existing(SYSTEM, installation, name, also=written) for name in accounts.FEEDS_IT
    }
    return accounts.read(con, existing, day)


def _keep(
    con: duckdb.DuckDBPyConnection,
    comparison: Comparison,
    books: _Books,
    installation: Installation,
    own: _Import,
) -> None:
    """Write the books in one transaction: from its commit on the landing is there, before it nothing is."""
    with transaction.atomic():
        if facts.latest_batch(SYSTEM) != books.batch - 1:
            raise LoadedMeanwhile(
                "Another import landed meanwhile, so nothing was changed. Run it again."
            )
        load = _landing(comparison, books, installation, own)
        load.save(force_insert=True)
        people.save(con)
        DataFile.objects.bulk_create(books.datafiles, batch_size=accounts.CHUNK)
        Declaration.objects.bulk_create(books.declarations, batch_size=accounts.CHUNK)
        FeedDay.objects.bulk_create(books.days, batch_size=accounts.CHUNK)
        Delivery.objects.bulk_create(books.deliveries, batch_size=accounts.CHUNK)
        for each in comparison.table_changes:
            _keep_words_and_extras(con, each)
        if books.standings is not None:
            accounts.save(books.standings, installation.day(own.at))
        _check_rows(comparison, books.batch)
        audit.write(
            verb="import",
            object=f"landing {books.batch}",
            by=own.by,
            at=own.at,
            accepted=load.accepted,
            rejected=load.rejected,
        )


def _landing(
    comparison: Comparison, books: _Books, installation: Installation, own: _Import
) -> Load:
    listed = own.rejects if comparison.rejected else None
    load = Load(
        batch=books.batch,
        at=own.at,
        by=own.by.name,
        mapping=own.mapping,
        rejects=str(listed.relative_to(installation.data)) if listed else "",
        received=sum(count.received for count in comparison.counts),
        accepted=comparison.accepted,
        repeated=comparison.repeated,
        rejected=comparison.rejected,
        sources=[{"file": count.file, "table": count.table, "received": count.received, "accepted": count.accepted,
                  "repeated": count.repeated, "rejected": count.rejected_by_reason} for count in comparison.counts],
    )  # fmt: skip
    load.checksum = checksums.of_landing(
        load, books.datafiles, books.declarations, books.days, books.deliveries
    )
    return load


def _check_rows(comparison: Comparison, batch: int) -> None:
    """The last look before the commit: what the manifest now lists must be, file by file, what was accepted."""
    facts_now = DataFile.objects.filter(batch=batch, kind=DataFile.Kind.FACTS)
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


def _keep_words_and_extras(con: duckdb.DuckDBPyConnection, each: TableChanges) -> None:
    people.save_words(
        con, each.table, each.accepted_rows, changes.key(each.table), each.compared.superseded
    )
    known = set(ExtraColumn.objects.filter(table=each.table.name).values_list("name", flat=True))
    ExtraColumn.objects.bulk_create(
        ExtraColumn(
            table=each.table.name, name=column.name, type=column.type, meaning=column.meaning
        )
        for column in table_changes.extras(each.table)
        if column.name not in known
    )
