"""This file writes what runs computed, some dates together: scores to the database, the lines behind them to one data file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from operator import attrgetter

import pyarrow as pa
from django.db import IntegrityError, connection

from keepwell.app import score_row
from keepwell.app.actions import audit, bulk_writes, datafiles, locks, run_counts
from keepwell.app.actions.run_counts import RevenueByDay
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.accounts import Account
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scores import Run, RunCount, Score
from keepwell.app.queries.evidence import PEERS
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.score_row import OfRun, ScoreRow
from keepwell.app.viewers import Actor
from keepwell.facts.datafiles import Packing
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines import protocol
from keepwell.health.engines.protocol import Peers
from keepwell.health.engines.results import LINES, RunResult

MOST_SCORES = 50_000  # in memory: a few weeks to compute again after a power cut
ADDED = pa.schema(
    [("nth", pa.int64()), ("run_id", pa.string()), ("card", pa.string()), ("version", pa.int64())]
)
FROZEN = pa.schema(
    [("run_id", pa.string()), ("as_of", pa.date32()), ("path", pa.string()), ("peer_group", pa.string()), ("values", pa.list_(pa.float64()))]
)  # fmt: skip
STORED = attrgetter(*score_row.STORED)
DAY = score_row.STORED.index("as_of")


class WrittenMeanwhile(Exception):
    """Another process has completed one of these runs; nothing of this part was written."""


@dataclass
class ScoreWriter:
    """Some dates of one definition on their way into the database.

    They are written under runs that are not complete, in short transactions; one more makes all of them complete. What
    a process leaves behind that dies before it is removed by the next writer.
    """

    installation: Installation
    definition: Definition
    revenue_by_day: Callable[[Sequence[date]], RevenueByDay]
    by: Actor
    runs: list[Run] = field(default_factory=list)
    scores: list[list[ScoreRow]] = field(default_factory=list)
    lines: Packing = field(default_factory=lambda: Packing(pa.schema([*LINES, *ADDED])))
    peers: Packing = field(default_factory=lambda: Packing(FROZEN))

    @property
    def is_full(self) -> bool:
        return sum(map(len, self.scores)) >= MOST_SCORES

    def add(
        self,
        run: Run,
        result: RunResult,
        points_before: Mapping[str, float | None],
        overrides: Mapping[str, OverrideRow],
    ) -> list[ScoreRow]:
        """Take one date in; its run shares the data files of the first one in this part."""
        run.results = self.runs[0].run_id if self.runs else run.run_id
        of_run = OfRun(run.run_id, run.kind, run.version_id, run.through_batch)
        rows = [
            row(
                of_run,
                self.definition,
                score,
                points_before.get(score.account_id),
                overrides.get(score.account_id),
            )
            for score in result.scores()
        ]
        self.lines.add(_with_run(result.lines_arrow, run, self.definition.name))
        if frozen := list(_frozen(run, result.peers)):
            self.peers.add(pa.Table.from_pylist(frozen, FROZEN))
        self.runs.append(run)
        self.scores.append(rows)
        return rows

    def write(self) -> None:
        """Make this part last, all of it or nothing; raises `WrittenMeanwhile`."""
        if not self.runs:
            return
        with one_writer(self.installation):
            remove_unfinished(self.installation)
            if any(_same(run).exists() for run in self.runs):
                raise WrittenMeanwhile
            stored = self._with_checksums()
            with bulk_writes.short_transaction():
                Run.objects.bulk_create(self.runs)
            self._write_files()
            bulk_writes.in_parts(stored, bulk_writes.SCORES, _insert_scores)
            bulk_writes.in_parts(self._counts(), bulk_writes.SCORES, run_counts.insert)
            try:
                self._complete()
            except IntegrityError:  # a writer with another data folder was first
                remove_unfinished(self.installation)
                raise WrittenMeanwhile from None

    def _with_checksums(self) -> list[tuple[object, ...]]:
        """Give each score its checksum and each run the sum of them; returns the rows as they are stored."""
        day = cache(connection.ops.adapt_datefield_value)
        stored: list[tuple[object, ...]] = []
        for run, rows in zip(self.runs, self.scores, strict=True):
            made = []
            for row in rows:
                values = STORED(row)
                made.append(checksums.of_score(run.run_id, values))
                stored.append(
                    (run.run_id, made[-1], *values[:DAY], day(row.as_of), *values[DAY + 1 :])
                )
            run.accounts, run.scores_checksum = len(rows), checksums.added(made)
            run.checksum = checksums.of_run(run)
        return stored

    def _write_files(self) -> None:
        """Write and list the data files at once: until they are listed, any load takes them for leftovers."""
        days = [run.as_of for run in self.runs]
        parts = {self.runs[0].results: self.lines, self.runs[0].results + PEERS: self.peers}
        with (
            datafiles.exclusive_lock(self.installation),
            datafiles.attempt(self.installation) as attempt,
        ):
            listed = [
                datafiles.pack(
                    packing,
                    attempt=attempt,
                    table=table,
                    kind=DataFile.Kind.RESULTS,
                    batch=self.runs[0].through_batch,
                    first_on=min(days),
                    last_on=max(days),
                )
                for table, packing in parts.items()
                if packing.rows or packing is self.lines
            ]
            with bulk_writes.short_transaction():
                DataFile.objects.bulk_create(listed)
                attempt.may_be_listed = True

    def _counts(self) -> list[RunCount]:
        owners = dict(Account.objects.values_list("account_id", "owner"))
        revenue = self.revenue_by_day([run.as_of - timedelta(days=1) for run in self.runs])
        return [
            row
            for run, rows in zip(self.runs, self.scores, strict=True)
            for row in run_counts.count(run, rows, owners, revenue)
        ]

    def _complete(self) -> None:
        """Let everybody see the runs, in one small transaction."""
        with bulk_writes.short_transaction():
            completed = Run.objects.filter(run_id__in=[run.run_id for run in self.runs])
            completed.update(is_complete=True)
            for run in self.runs:
                audit.write(
                    verb="score", object=f"run {run.run_id}", by=self.by, at=run.at, kind=run.kind, accounts=run.accounts
                )  # fmt: skip


@contextmanager
def one_writer(installation: Installation) -> Iterator[None]:
    """Wait until nobody else writes scores or the read model in this data folder, then let the others wait.

    So whatever is not complete while the lock is held was left behind by a process that died.
    """
    # A cursor first: scoring waits for this lock with one, and would never get it from a thread that waits for a cursor.
    with installation.duckdb.cursor(), locks.hold(installation, "scores"):
        yield


def remove_unfinished(installation: Installation) -> None:
    """Remove what writers that died have left behind; call it as the one writer."""
    unfinished = list(Run.objects.filter(is_complete=False))
    for run in unfinished:
        bulk_writes.delete(Score.objects.filter(run=run))
        bulk_writes.delete(RunCount.objects.filter(run=run))
    if unfinished:
        names = {run.results for run in unfinished}
        with bulk_writes.short_transaction():
            DataFile.objects.filter(
                kind=DataFile.Kind.RESULTS, table__in=[*names, *(name + PEERS for name in names)]
            ).delete()  # the next load sets the files themselves aside
            runs = Run.objects.filter(run_id__in=[run.run_id for run in unfinished])
            runs.update(before=None)  # they hold on to each other's bands
            runs.delete()


def _same(run: Run):  # type: ignore[no-untyped-def] # Django's query sets are typed by the model alone
    inputs = ("kind", "as_of", "digest", "through_batch", "overridden", "engine_meaning")
    return Run.objects.filter(is_complete=True, **{name: getattr(run, name) for name in inputs})


def row(
    of_run: OfRun,
    definition: Definition,
    computed: protocol.Score,
    points_before: float | None,
    override: OverrideRow | None,
) -> ScoreRow:
    """Make the row of one account: an override in place of the score, and the computed one beside it."""
    shown = override.of(computed, definition.bands) if override else computed
    trend = None if shown.score is None or points_before is None else shown.score - points_before
    return ScoreRow(  # by position: names cost time in a line that runs half a million times
        of_run.run_id, of_run.kind, computed.account_id, computed.as_of, definition.name, of_run.version, of_run.through_batch,
        shown.score, computed.score, shown.band, shown.meaning, override.note if override else None, computed.coverage,
        computed.freshness_days, shown.status, trend, computed.segment, computed.segment_why, computed.band,
    )  # fmt: skip


def _with_run(lines: pa.Table, run: Run, card: str) -> pa.Table:
    """Add what tells the lines of one run from another's, and their place in the tree."""
    count = lines.num_rows
    added = {
        "nth": pa.array(range(count), pa.int64()),
        "run_id": pa.repeat(pa.scalar(run.run_id), count),
        "card": pa.repeat(pa.scalar(card), count),
        "version": pa.repeat(pa.scalar(run.version_id, pa.int64()), count),
    }
    for name, column in added.items():
        lines = lines.append_column(name, column)
    return lines


def _frozen(run: Run, peers: Peers) -> Iterator[dict[str, object]]:
    for path, groups in sorted(peers.items()):
        for group, values in sorted(groups.items()):
            yield {
                "run_id": run.run_id,
                "as_of": run.as_of,
                "path": path,
                "peer_group": group,
                "values": values,
            }


def _insert_scores(rows: Sequence[tuple[object, ...]]) -> None:
    bulk_writes.insert(Score, ("run_id", "checksum", *score_row.STORED), rows)
