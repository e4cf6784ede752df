"""This file runs a definition over the facts, on one date or many, and keeps what came out: scores, and every measure behind them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from keepwell.app.actions import engines, scorecards
from keepwell.app.actions.score_writer import ScoreWriter, WrittenMeanwhile
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.scores import Run
from keepwell.app.queries import overrides, scores
from keepwell.app.queries import scorecards as versions
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.queries.scorecards import Version
from keepwell.app.queries.scores import ScoredRun
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import NotReady
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import MEANING
from keepwell.health.explain import override

ENGINE = "duckdb"
PUBLISHED, DRAFT = "published", "draft"
Progress = Callable[[str, float], None]  # what is being done, and how much of it is, 0..1


class NothingPublished(NotReady):
    """No definition has been published, and none was given."""

    code = "S101"


@dataclass(frozen=True)
class Asked:
    """What the runs of one call have in common: a definition, facts, and who asked."""

    snapshot: Snapshot
    version: Version | None
    digest: str
    definition: Definition
    overrides: tuple[OverrideRow, ...]
    by: Actor
    at: datetime

    @property
    def kind(self) -> str:
        return PUBLISHED if self.version else DRAFT

    def standing(self, as_of: date) -> dict[str, OverrideRow]:
        return override.in_force(self.overrides, as_of)

    def known(self) -> dict[date, ScoredRun]:
        """The runs that have computed exactly this before, by date."""
        found = scores.same(
            SYSTEM, kind=self.kind, digest=self.digest, through_batch=self.snapshot.batch
        )
        return {
            run.as_of: run
            for run in found
            if run.overridden == checksums.of_overrides(self.standing(run.as_of).values())
            and run.engine_meaning == MEANING
        }

    def run(self, as_of: date, before: str | None) -> Run:
        """A new run, not kept yet; `before` is the one whose bands it holds on to."""
        overridden = checksums.of_overrides(self.standing(as_of).values())
        given = (
            self.kind,
            as_of,
            self.digest,
            self.snapshot.batch,
            self.snapshot.contents,
            self.snapshot.feeds,
        )
        return Run(
            run_id=str(uuid.uuid4()),
            kind=self.kind,
            as_of=as_of,
            version_id=self.version.number if self.version else None,
            digest=self.digest,
            through_batch=self.snapshot.batch,
            inputs=checksums.checksum(
                *given, *((before, overridden) if before or overridden else ())
            ),
            at=self.at,
            by=self.by.name,
            engine=ENGINE,
            engine_meaning=MEANING,
            before_id=before,
            overridden=overridden,
        )


def run(
    *,
    installation: Installation,
    as_of: date,
    by: Actor,
    at: datetime,
    definition: str | None = None,
    file: str = "scorecard.yaml",
) -> ScoredRun:
    """Score every account on a date with the latest published definition, or with the text of a draft.

    The same definition, facts, overrides and date give the run that exists already. A draft publishes nothing. Where
    the card has a margin, bands hold on to those of the latest published run of that card for an earlier date.
    Raises `NothingPublished`, `engines.NothingLoaded`, `scorecards.Faulty` for a draft, and `IntegrityError`.
    """
    with engines.latest(installation) as snapshot:
        asked = _asked(snapshot, by, at, definition, file)
        held = (
            scores.latest_before(SYSTEM, as_of, name=asked.definition.name)
            if asked.definition.hysteresis
            else None
        )
        return _all(asked, [as_of], held, None)[0]


def runs(
    *,
    installation: Installation,
    dates: Sequence[date],
    by: Actor,
    at: datetime,
    definition: str | None = None,
    file: str = "scorecard.yaml",
    progress: Progress | None = None,
) -> tuple[ScoredRun, ...]:
    """Score every account on many dates, rising, and give one run a date.

    Dates are kept some at a time: where this dies half-way, whole dates are kept, and calling it again does the rest.
    Dates that exist with the same definition, facts and overrides stay as they are. The first date starts from the
    plain bands, each other one from those of the date before. Raises what `run` raises.
    """
    with engines.latest(installation) as snapshot:
        return _all(_asked(snapshot, by, at, definition, file), dates, None, progress)


def _asked(snapshot: Snapshot, by: Actor, at: datetime, definition: str | None, file: str) -> Asked:
    version = None if definition is not None else versions.latest(SYSTEM)
    text = definition if definition is not None else version.text if version else None
    if text is None:
        raise NothingPublished(
            "No scorecard is published yet. Publish one, or give one with the run."
        )
    return Asked(
        snapshot,
        version,
        checksums.of_text(text),
        scorecards.read(text, file=file),
        overrides.history(SYSTEM),
        by,
        at.astimezone(UTC),
    )


def _all(
    asked: Asked, dates: Sequence[date], held: ScoredRun | None, progress: Progress | None
) -> tuple[ScoredRun, ...]:
    """Compute what is not known yet, stretch by stretch, and give the runs of all dates."""
    while missing := _first_stretch(dates, known := asked.known()):
        at = dates.index(missing[0])
        before = known[dates[at - 1]] if at else held
        try:
            with engines.opened(asked.snapshot) as engine:
                _compute_and_keep(
                    asked, engine, missing, before, lambda as_of: _say(progress, as_of, dates)
                )
        except WrittenMeanwhile:
            continue  # another process works on the same dates: see what is left to do
    return tuple(known[as_of] for as_of in dates)


def _first_stretch(dates: Sequence[date], known: Mapping[date, ScoredRun]) -> list[date]:
    """The first dates in a row that no run has yet."""
    stretch: list[date] = []
    for as_of in dates:
        if as_of not in known:
            stretch.append(as_of)
        elif stretch:
            break
    return stretch


def _compute_and_keep(
    asked: Asked,
    engine: DuckDB,
    dates: Sequence[date],
    before: ScoredRun | None,
    say: Callable[[date], None],
) -> None:
    holds = bool(asked.definition.hysteresis)
    bands = scores.computed_bands(SYSTEM, before.run_id) if before and holds else None
    held = before.run_id if before and holds else None
    earlier: dict[str, float | None] = {}
    chunk, latest = ScoreWriter(asked.snapshot.installation, asked.definition, asked.by), None
    for result in engine.scores(asked.definition, dates, bands):
        made = asked.run(result.as_of, held)
        points = scores.points_before(SYSTEM, asked.kind, result.as_of, unless=latest)
        kept = chunk.add(
            made, result, earlier if points is None else points, asked.standing(result.as_of)
        )
        earlier, latest = {row.account_id: row.score for row in kept}, result.as_of
        held = made.run_id if holds else None
        if chunk.is_full:
            chunk.keep()
            chunk = ScoreWriter(asked.snapshot.installation, asked.definition, asked.by)
        say(result.as_of)
    chunk.keep()


def _say(progress: Progress | None, as_of: date, dates: Sequence[date]) -> None:
    if progress:
        progress(f"Scoring {as_of}", (dates.index(as_of) + 1) / len(dates))
