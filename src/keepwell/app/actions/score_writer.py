"""This file keeps what runs computed, some dates together: scores in records, the lines behind them in one segment, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import pyarrow as pa
from django.db import connection, transaction

from keepwell.app.actions import audit, datafiles
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scores import Run
from keepwell.app.models.scores import Score as Record
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.queries.scores import PEERS
from keepwell.app.viewers import Actor
from keepwell.facts.datafiles import Packing
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Peers, Score
from keepwell.health.engines.results import LINES, RunResult

MOST_SCORES = 50_000  # in one transaction: a second of writing, and a few weeks to compute again after a power cut
ADDED = pa.schema(
    [("nth", pa.int64()), ("run_id", pa.string()), ("card", pa.string()), ("version", pa.int64())]
)
FROZEN = pa.schema(
    [("run_id", pa.string()), ("as_of", pa.date32()), ("path", pa.string()), ("peer_group", pa.string()), ("values", pa.list_(pa.float64()))]
)  # fmt: skip


class WrittenMeanwhile(Exception):
    """Another process has kept one of these runs; nothing of the chunk was."""


class ScoreRecord(NamedTuple):
    """One account's score as its record holds it."""

    run_id: str
    account_id: str
    as_of: date
    card: str
    score: float | None
    computed_score: float | None
    band: str
    computed_band: str
    meaning: str
    override: str
    coverage: float
    freshness_days: float | None
    status: str
    trend: float | None
    segment: str
    segment_why: str


@dataclass
class ScoreWriter:
    """Some dates of one definition on their way into the records."""

    installation: Installation
    definition: Definition
    by: Actor
    runs: list[Run] = field(default_factory=list)
    scores: list[list[ScoreRecord]] = field(default_factory=list)
    lines: Packing = field(default_factory=lambda: Packing(pa.schema([*LINES, *ADDED])))
    peers: Packing = field(default_factory=lambda: Packing(FROZEN))

    @property
    def is_full(self) -> bool:
        return sum(map(len, self.scores)) >= MOST_SCORES

    def add(
        self,
        made: Run,
        result: RunResult,
        points_before: Mapping[str, float | None],
        standing: Mapping[str, OverrideRow],
    ) -> list[ScoreRecord]:
        """Take in one date; its run shares the segments of the first one in the chunk."""
        made.results = self.runs[0].run_id if self.runs else made.run_id
        kept = [
            _kept(
                made,
                self.definition,
                row,
                points_before.get(row.account_id),
                standing.get(row.account_id),
            )
            for row in result.scores()
        ]
        made.checksum = checksums.of_run(made, kept)
        self.lines.add(_with_run(result.lines_arrow, made, self.definition.name))
        if rows := list(_frozen(made, result.peers)):
            self.peers.add(pa.Table.from_pylist(rows, FROZEN))
        self.runs.append(made)
        self.scores.append(kept)
        return kept

    def keep(self) -> None:
        """Make the chunk last, all of it or nothing; raises `KeptMeanwhile`."""
        if not self.runs:
            return
        with datafiles.exclusive_lock(self.installation):
            if any(_same(made).exists() for made in self.runs):
                raise WrittenMeanwhile
            new = [self._segment(self.lines, self.runs[0].results)]
            new += (
                [self._segment(self.peers, self.runs[0].results + PEERS)] if self.peers.rows else []
            )
            with transaction.atomic():
                for made, scores in zip(self.runs, self.scores, strict=True):
                    made.save(force_insert=True)
                    _insert(scores)
                    audit.write(
                        verb="score", object=f"run {made.run_id}", by=self.by, at=made.at, kind=made.kind, accounts=len(scores)
                    )  # fmt: skip
                for datafile in new:
                    datafile.save(force_insert=True)

    def _segment(self, packing: Packing, table: str) -> DataFile:
        days = [made.as_of for made in self.runs]
        return datafiles.pack(
            packing,
            installation=self.installation,
            table=table,
            kind=DataFile.Kind.RESULTS,
            batch=self.runs[0].through_batch,
            first_on=min(days),
            last_on=max(days),
        )


def _same(made: Run):  # type: ignore[no-untyped-def] # Django's query sets are typed by the model alone
    inputs = ("kind", "as_of", "digest", "through_batch", "overridden", "engine_meaning")
    return Run.objects.filter(**{name: getattr(made, name) for name in inputs})


def _kept(
    made: Run,
    definition: Definition,
    row: Score,
    points_before: float | None,
    override: OverrideRow | None,
) -> ScoreRecord:
    """What a record says of one account: an override stands in place of the score, and the computed one beside it."""
    stands = override.of(row, definition.bands) if override else row
    trend = None if stands.score is None or points_before is None else stands.score - points_before
    return ScoreRecord(  # by place: names cost time in a line that runs half a million times
        made.run_id, row.account_id, row.as_of, definition.name, stands.score, row.score, stands.band or "", row.band or "",
        stands.meaning or "", override.said if override else "", row.coverage, row.freshness_days, stands.status, trend,
        row.segment, row.segment_why,
    )  # fmt: skip


def _with_run(lines: pa.Table, made: Run, card: str) -> pa.Table:
    """Add what tells the lines of one run from another's, and their place in the tree."""
    count = lines.num_rows
    added = {
        "nth": pa.array(range(count), pa.int64()),
        "run_id": pa.repeat(pa.scalar(made.run_id), count),
        "card": pa.repeat(pa.scalar(card), count),
        "version": pa.repeat(pa.scalar(made.version_id, pa.int64()), count),
    }
    for name, column in added.items():
        lines = lines.append_column(name, column)
    return lines


def _frozen(made: Run, peers: Peers) -> Iterator[dict[str, object]]:
    for path, groups in sorted(peers.items()):
        for group, values in sorted(groups.items()):
            yield {
                "run_id": made.run_id,
                "as_of": made.as_of,
                "path": path,
                "peer_group": group,
                "values": values,
            }


def _insert(rows: list[ScoreRecord]) -> None:
    """Write score records without making an object of each: half of the time that a backfill would spend on records."""
    if not rows:
        return
    columns = [connection.ops.quote_name(name) for name in ScoreRecord._fields]
    marks = ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO {connection.ops.quote_name(Record._meta.db_table)} ({', '.join(columns)}) VALUES ({marks})"
    day = connection.ops.adapt_datefield_value(rows[0].as_of)
    at = ScoreRecord._fields.index("as_of")
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*row[:at], day, *row[at + 1 :]) for row in rows])
