"""This file answers with snapshots: the facts as of one load, in files that are verified and stay while somebody reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app.installation import Installation
from keepwell.app.manifests import FeedHistory, ListedFile, VerifiedManifest
from keepwell.app.models import checksums, integrity
from keepwell.app.models.datafiles import DataFile, Manifest
from keepwell.app.models.extras import ExtraColumn
from keepwell.app.models.loads import Load
from keepwell.app.queries import facts
from keepwell.app.viewers import SYSTEM, Viewer
from keepwell.errors import IntegrityError
from keepwell.facts import contents, datafiles, row_changes
from keepwell.facts.duckdb_session import literal
from keepwell.facts.leases import Lease
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.table import Table
from keepwell.health.engines.protocol import Source

if TYPE_CHECKING:
    import duckdb

Kind = DataFile.Kind
WHO_IS_A_CUSTOMER = ("accounts", "contracts", "renewals")


@dataclass(frozen=True)
class Snapshot:
    """The facts as of one load, immutable until it is closed.

    `files` are those that the manifest lists at `generation`. Rows, not files, are filtered by batch: a merged file may
    have rows of later loads as well. Each file is verified before its path is handed out.
    """

    installation: Installation
    batch: int
    generation: int
    tables: dict[str, Table]
    feeds: tuple[Feed, ...]
    files: tuple[ListedFile, ...]
    lease: Lease = field(repr=False, compare=False)

    def source(self, accounts: Collection[str] | None = None) -> Source:
        """Give an engine everything, or only the files that can hold rows of some accounts and of those below them.

        The states of accounts are always there in full: who stands below whom is read from them. So are rejected rows, some
        of which may be anybody's. What a measure asks of the company as a whole is in `everyone`. Raises `IntegrityError` naming every file that is not what was written.
        """
        everyone = self._source(self.files)
        if accounts is None:
            return everyone
        wanted = self._with_descendants(accounts)
        states = [each for each in self.files if _is_of_everybody(each)]
        others = (each for each in self.files if not _is_of_everybody(each))
        of_accounts = self._source([*states, *datafiles.files_for(wanted, others)])
        return replace(of_accounts, everyone=everyone)

    def existing(self, table: str) -> row_changes.Existing:
        """Give the files of one table, as changes are compared with them."""
        paths = self._verified(each for each in self.files if each.table == table)
        return row_changes.Existing(
            tuple(paths[Kind.FACTS][table]), tuple(paths[Kind.SUPERSEDED][table])
        )

    def rejected(self, table: str) -> tuple[Path, ...]:
        """Give the files of a table's rejected rows."""
        files = (each for each in self.files if (each.table, each.kind) == (table, Kind.REJECTED))
        return tuple(self._verified(files)[Kind.REJECTED][table])

    def usage_by_day(self, accounts: Collection[str] | None = None) -> Source:
        """Give the roll-up of usage alone, of everybody or of some accounts: the events themselves need not be opened."""
        usage = [each for each in self.files if each.table == "usage" and each.kind != Kind.FACTS]
        return self._source(
            usage if accounts is None else datafiles.files_for(set(accounts), usage)
        )

    def own(self, account_id: str, tables: Collection[str]) -> Source:
        """Give some tables out of the files that can hold rows of one account, and nothing of those below it."""
        wanted = (
            each for each in self.files if each.table in tables and each.kind != Kind.REJECTED
        )
        return self._source(datafiles.files_for({account_id}, wanted))

    def contracts(self) -> Source:
        """Give what says who is a customer: the events of everybody's use need not be opened."""
        return self._source(each for each in self.files if each.table in WHO_IS_A_CUSTOMER)

    def rates(self, con: duckdb.DuckDBPyConnection) -> list[tuple[date, str, Decimal]]:
        """Give the exchange rates: from a day on, what one unit of a currency is worth."""
        rows = row_changes.current(self.tables["rates"], self.existing("rates"))
        return con.execute(f"SELECT from_on, currency, rate FROM {rows} ORDER BY ALL").fetchall()

    @cached_property
    def contents(self) -> tuple[tuple[str, str, str], ...]:
        """The digest of all rows of each table and kind: what a run's inputs were, however the files are merged."""
        digests: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in self.files:
            if each.last_batch <= self.batch:
                digests[each.table, each.kind].append(each.content_digest)
            else:
                by_batch = DataFile.objects.values_list("contents", flat=True).get(path=each.path)
                digests[each.table, each.kind] += [
                    digest for batch, (_, digest) in by_batch.items() if int(batch) <= self.batch
                ]
        return tuple(
            (*about, contents.combine(of_one)) for about, of_one in sorted(digests.items())
        )

    def _source(self, files: Iterable[ListedFile]) -> Source:
        paths = self._verified(files)
        return Source(
            tables=self.tables,
            files=_texts(paths[Kind.FACTS]),
            superseded=_texts(paths[Kind.SUPERSEDED]),
            rejected=_texts(paths[Kind.REJECTED]),
            rolled=_texts(paths[Kind.ROLLED]).get("usage", ()),
            feeds=self.feeds,
            through_batch=self.batch,
        )

    def _with_descendants(self, accounts: Collection[str]) -> set[str]:
        """Add all accounts that ever stood below some accounts: more than stand there on a date, and never fewer."""
        states = self._verified(
            each for each in self.files if (each.table, each.kind) == ("accounts", Kind.FACTS)
        )[Kind.FACTS]["accounts"]
        if not states:
            return set(accounts)
        rows = datafiles.relation(datafiles.fields(self.tables["accounts"]), states)
        with self.installation.duckdb.cursor() as con:
            below = con.execute(
                f"WITH RECURSIVE above AS MATERIALIZED (SELECT DISTINCT account_id, parent_id FROM {rows} WHERE parent_id IS NOT NULL), "
                f"found AS (SELECT unnest([{', '.join(map(literal, accounts)) or 'NULL'}]::VARCHAR[]) AS account_id "
                "UNION SELECT above.account_id FROM above JOIN found ON above.parent_id = found.account_id) "
                "SELECT account_id FROM found"
            ).fetchall()
        return {account for (account,) in below}

    def _verified(self, files: Iterable[ListedFile]) -> dict[str, dict[str, list[Path]]]:
        """Give the paths of some files, by kind and table, once each is found to be what was written."""
        assert self.lease.is_open, "a snapshot is read before it is closed"
        wanted = list(files)
        verify(self.installation, wanted)
        paths: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
        for each in wanted:
            paths[each.kind][each.table].append(self.installation.data / each.path)
        return paths


@contextmanager
def take(
    viewer: Viewer, installation: Installation, through_batch: int | None = None
) -> Iterator[Snapshot]:
    """Take a snapshot of the facts as of a load (the latest where none is given), and keep its files until it is closed.

    Raises `IntegrityError` where the manifest or the feeds are not what was written, and `Busy`.
    """
    # The lease comes first: whatever is listed when the manifest is read can then no longer be removed.
    with installation.leases.hold(_generation()) as lease:
        manifest = _current(installation)
        batch = manifest.batch if through_batch is None else through_batch
        if batch > manifest.batch:
            raise IntegrityError(
                f"The app database ends with load {manifest.batch}, but something was computed from load {batch}.",
                way_out=integrity.WAY_OUT,
                code="I127",
            )
        feeds = manifest.feeds if batch == manifest.batch else manifest.history.through(batch)
        files = tuple(each for each in manifest.files if each.first_batch <= batch)
        yield Snapshot(
            installation, batch, manifest.generation, dict(manifest.tables), feeds, files, lease
        )


def verify(installation: Installation, files: Iterable[ListedFile | DataFile]) -> None:
    """Raise `IntegrityError` naming every data file that is not what was written: no number is better than a wrong one."""
    damaged = [
        (each, damage)
        for each in files
        if (damage := installation.verified.damage(installation.data / each.path, each.bytes, each.sha256))
    ]  # fmt: skip
    if damaged:
        raise IntegrityError(
            "; ".join(f"data/{each.path} {damage.what}" for each, damage in damaged) + ".",
            way_out="Restore from a backup; nothing was computed.",
            code=damaged[0][1].code,
        )


def _generation() -> int:
    return Manifest.objects.values_list("generation", flat=True).first() or 0


def _current(installation: Installation) -> VerifiedManifest:
    """Give the manifest as it is now; reads and verifies what has changed since this process has last done so."""
    for _ in range(integrity.READS):
        known, stored = installation.manifest.newest, Manifest.objects.first()
        generation = stored.generation if stored else 0
        if known is not None and known.generation == generation:
            return known
        read = _Read(known, stored)
        # Nothing is locked while the rows are read, so they are only good if no transaction has changed any meanwhile.
        if _generation() == generation:
            manifest = read.verified()
            installation.manifest.put(manifest)
            return manifest
    raise integrity.Busy("The manifest keeps changing. Try again.")


class _Read:
    """The rows of the manifest as they were found; of feeds and loads those that are newer than what is known."""

    def __init__(self, known: VerifiedManifest | None, stored: Manifest | None) -> None:
        self.known, self.stored = known, stored
        listed = DataFile.objects.filter(retired_at=None).exclude(kind=Kind.RESULTS)
        self.files = [
            ListedFile(*row)
            for row in integrity.stored(
                listed.order_by("table", "first_batch", "path").values_list(*ListedFile._fields)
            )
        ]
        self.extras = integrity.stored(ExtraColumn.objects.order_by("table", "name"))
        self.history = facts.feed_history(SYSTEM, after_batch=known.batch if known else 0)
        # To begin with the latest load alone is looked at: a question must not verify all of history.
        self.first_load = (
            known.batch + 1 if known else stored.batch if stored and stored.batch else 1
        )
        loads = Load.objects.filter(batch__gte=self.first_load).order_by("batch")
        self.loads = integrity.stored(loads)

    def verified(self) -> VerifiedManifest:
        """Give the manifest, or raise `IntegrityError` with the first thing that is not what was written."""
        history_digest = integrity.check_manifest(
            self.stored,
            files=self.files,
            extras=self.extras,
            loads=self.loads,
            first_load=self.first_load,
            history=self.history,
            earlier=self.known.history_digest if self.known else checksums.NOTHING,
        )
        batch = self.stored.batch if self.stored else 0
        history = (self.known.history if self.known else FeedHistory()) + self.history
        return VerifiedManifest(
            self.stored.generation if self.stored else 0,
            batch,
            tuple(self.files),
            facts.with_extras(self.extras),
            history,
            history_digest,
            history.through(batch),
        )


def _is_of_everybody(file: ListedFile) -> bool:
    return file.table == "accounts" or file.kind == Kind.REJECTED


def _texts(paths: dict[str, list[Path]]) -> dict[str, tuple[str, ...]]:
    return {table: tuple(map(str, of_one)) for table, of_one in paths.items()}
