"""This file runs a definition over the facts and keeps what came out: a line for each account, and every measure behind it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa
from django.db import transaction

from keepwell.desk.actions import audit, scorecards, segments
from keepwell.desk.databases import naming_damage
from keepwell.desk.queries import facts, scores
from keepwell.desk.queries import scorecards as versions
from keepwell.desk.queries.scores import ScoredRun
from keepwell.desk.records import sealing
from keepwell.desk.records.scores import Run, Score
from keepwell.desk.records.segments import Segment
from keepwell.desk.workspace import Workspace
from keepwell.facts import working_place
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import Source
from keepwell.health.spec.scorecard import Definition

ENGINE = "duckdb"
PUBLISHED, DRAFT = "published", "draft"


class NothingPublished(Exception):
    """No definition has been published, and none was given."""


class NothingLanded(Exception):
    """There are no facts to score."""


@naming_damage()
def run(
    *,
    workspace: Workspace,
    as_of: date,
    by: str,
    at: datetime,
    definition: str | None = None,
    file: str = "scorecard.yaml",
) -> ScoredRun:
    """Score every account on a date with the latest published definition, or with the text of a draft.

    The same definition, facts and date give the run that exists already. A draft publishes nothing.
    Raises `NothingPublished`, `NothingLanded`, `scorecards.Faulty` for a draft, and `Damaged`.
    """
    version = None if definition is not None else versions.latest()
    text = definition if definition is not None else version.text if version else None
    if text is None:
        raise NothingPublished("No scorecard is published yet. Publish one, or give one with the run.")
    kind, read = (PUBLISHED if version else DRAFT), scorecards.read(text, file=file)
    digest, source = versions.digest_of(text), facts.source(workspace)
    if not source.through_batch:
        raise NothingLanded("There are no facts yet. Import some first.")
    known = scores.same(kind=kind, as_of=as_of, digest=digest, through_batch=source.through_batch)
    if known:
        return known
    made = Run(
        run_id=str(uuid.uuid4()),
        kind=kind,
        as_of=as_of,
        version_id=version.number if version else None,
        digest=digest,
        through_batch=source.through_batch,
        inputs=sealing.seal(
            kind, as_of, digest, source.through_batch, facts.digests(source.through_batch), source.feeds
        ),
        at=at.astimezone(UTC),
        by=by,
        engine=ENGINE,
    )
    _compute_and_keep(workspace, made, read, source)
    return scores.run(made.run_id)


def _compute_and_keep(workspace: Workspace, made: Run, definition: Definition, source: Source) -> None:
    engine = DuckDB(source, memory_limit=working_place.MEMORY, temporary=str(workspace.tmp))
    try:
        result = engine.score(definition, made.as_of)
        lines, rows = result.lines_arrow, result.scores()
    finally:
        engine.close()
    before = scores.points_before(made.kind, made.as_of)
    kept = [
        Score(
            run=made,
            account_id=row.account_id,
            as_of=row.as_of,
            card=definition.name,
            score=row.score,
            computed_score=row.score,
            band=row.band or "",
            meaning=row.meaning or "",
            coverage=row.coverage,
            freshness_days=row.freshness_days,
            status=row.status,
            segment=row.segment,
            segment_why=row.segment_why,
            trend=_trend(row.score, before.get(row.account_id)),
        )
        for row in rows
    ]
    made.seal = sealing.of_run(made, kept)
    _keep(workspace, made, kept, _with_run(lines, made, definition.name))


def _trend(score: float | None, before: float | None) -> float | None:
    return None if score is None or before is None else score - before


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


def _keep(workspace: Workspace, made: Run, kept: Sequence[Score], lines: pa.Table) -> None:
    """Make the measure values a result segment and the scores records: both or neither."""
    con = working_place.opened(workspace.tmp)
    con.register("lines", lines)
    with segments.alone(workspace):
        if scores.same(kind=made.kind, as_of=made.as_of, digest=made.digest, through_batch=made.through_batch):
            return
        segment = segments.write(
            con,
            "FROM lines ORDER BY nth",
            workspace=workspace,
            table=made.run_id,
            kind=Segment.Kind.RESULTS,
            batch=made.through_batch,
        )
        if segment.rows != lines.num_rows:
            raise segments.RowsDiffer(
                f"run {made.run_id}: {lines.num_rows} lines were computed, {segment.rows} were written"
            )
        with transaction.atomic():
            made.save(force_insert=True)
            Score.objects.bulk_create(kept, batch_size=2000)
            segment.save(force_insert=True)
            audit.write(
                verb="score", object=f"run {made.run_id}", by=made.by, at=made.at, kind=made.kind, accounts=len(kept)
            )
