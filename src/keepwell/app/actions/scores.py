"""This file runs a definition over the facts, on one date or many, and stores what comes out: scores, and every measure behind them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from keepwell.app import queries
from keepwell.app.actions import accounts, engines, intake, ownership, read_model, scorecards
from keepwell.app.actions.run_counts import RevenueByDay
from keepwell.app.actions.score_writer import ScoreWriter, WrittenMeanwhile
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.scores import Run
from keepwell.app.queries import overrides, scores
from keepwell.app.queries.overrides import OverrideRow
from keepwell.app.queries.runs import DRAFT, PUBLISHED, ScoredRun
from keepwell.app.queries.scorecards import Version
from keepwell.app.queries.snapshots import Snapshot
from keepwell.app.viewers import SYSTEM, Actor
from keepwell.errors import NotReady
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import MEANING
from keepwell.health.explain import override

ENGINE = "duckdb"
Progress = Callable[[str, float], None]  # what is being done, and how much of it is, 0..1
READING, COMPUTING = 0.1, 0.7  # what is done of one date after each, by the clock


class NothingPublished(NotReady):
    """No definition has been published, and none was given."""

    code = "S101"


@dataclass(frozen=True)
class Scoring:
    """What the runs of one call have in common: a definition, facts, overrides, and who asked."""

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

    def overrides_on(self, as_of: date) -> dict[str, OverrideRow]:
        return override.in_force(self.overrides, as_of)

    def revenue_by_day(self, days: Sequence[date]) -> RevenueByDay:
        with self.snapshot.installation.duckdb.cursor() as con:
            return accounts.revenue_by_day(con, self.snapshot.source(), days)

    def existing_runs(self) -> dict[date, ScoredRun]:
        """Find the runs that have computed exactly this before, by date."""
        found = queries.runs.same(
            SYSTEM, kind=self.kind, digest=self.digest, through_batch=self.snapshot.batch
        )
        return {
            run.as_of: run
            for run in found
            if run.overridden == checksums.of_overrides(self.overrides_on(run.as_of).values())
            and run.engine_meaning == MEANING
        }

    def new_run(self, as_of: date, before: str | None) -> Run:
        """Make a run that is not written yet; `before` is the one whose bands it holds on to."""
        overridden = checksums.of_overrides(self.overrides_on(as_of).values())
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
    progress: Progress | None = None,
) -> ScoredRun:
    """Score every account on a date with the latest published definition, or with the text of a draft.

    The same definition, facts, overrides and date give the run that exists already. A draft publishes nothing. Where
    the card has a hysteresis, bands hold on to those of the latest published run of that card for an earlier date.
    Raises `NothingPublished`, `engines.NothingLoaded`, `scorecards.Faulty` for a draft, and `IntegrityError`.
    """
    by.require("score")
    card, say = _card(definition), progress or (lambda what, done: None)
    say("Reading facts", 0.0)
    intake.move(installation=installation, by=by, at=at)
    ownership.follow_dates(installation=installation, by=by, at=at)
    with engines.latest(installation) as snapshot:
        scoring = _scoring(snapshot, by, at, card, file)
        say("Computing scores", READING)
        before = (
            queries.runs.latest_before(SYSTEM, as_of, name=scoring.definition.name)
            if scoring.definition.hysteresis
            else None
        )
        return _score(
            scoring, [as_of], before, lambda what, done: say("Writing scores", COMPUTING)
        )[0]


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

    Dates are written some at a time: where this dies half-way, whole dates are there, and calling it again does the rest.
    Dates that exist with the same definition, facts and overrides stay as they are. The first date starts from the
    plain bands, each other one from those of the date before. Raises what `run` raises.
    """
    by.require("score")
    card = _card(definition)
    intake.move(installation=installation, by=by, at=at)
    ownership.follow_dates(installation=installation, by=by, at=at)
    with engines.latest(installation) as snapshot:
        return _score(_scoring(snapshot, by, at, card, file), dates, None, progress)


def _card(definition: str | None) -> Version | str:
    """Give the text of a draft, or else the latest published version."""
    card = queries.scorecards.latest(SYSTEM) if definition is None else definition
    if card is None:
        raise NothingPublished(
            "No scorecard is published yet. Publish one, or give one with the run."
        )
    return card


def _scoring(
    snapshot: Snapshot, by: Actor, at: datetime, card: Version | str, file: str
) -> Scoring:
    version, text = (None, card) if isinstance(card, str) else (card, card.text)
    return Scoring(
        snapshot,
        version,
        checksums.of_text(text),
        scorecards.read(text, file=file),
        overrides.history(SYSTEM),
        by,
        at.astimezone(UTC),
    )


def _score(
    scoring: Scoring, dates: Sequence[date], before: ScoredRun | None, progress: Progress | None
) -> tuple[ScoredRun, ...]:
    """Compute the dates that have no run yet, stretch by stretch, let pages follow, and give the runs of all dates."""
    while missing := _first_stretch(dates, existing := scoring.existing_runs()):
        at = dates.index(missing[0])
        earlier = existing[dates[at - 1]] if at else before
        try:
            with engines.opened(scoring.snapshot) as engine:
                for as_of in _written(scoring, engine, missing, earlier):
                    if progress:
                        progress(f"Scoring {as_of}", (dates.index(as_of) + 1) / len(dates))
        except WrittenMeanwhile:
            continue  # another process works on the same dates: see what is left to do
    read_model.follow_scores(scoring.snapshot.installation)
    return tuple(existing[as_of] for as_of in dates)


def _first_stretch(dates: Sequence[date], existing: Mapping[date, ScoredRun]) -> list[date]:
    """The first dates in a row that no run has yet."""
    stretch: list[date] = []
    for as_of in dates:
        if as_of not in existing:
            stretch.append(as_of)
        elif stretch:
            break
    return stretch


def _written(
    scoring: Scoring, engine: DuckDB, dates: Sequence[date], before: ScoredRun | None
) -> Iterator[date]:
    """Compute dates and write them some at a time; gives each date once it is computed."""
    holds = bool(scoring.definition.hysteresis)
    bands = scores.computed_bands(SYSTEM, before.run_id) if before and holds else None
    run_before = before.run_id if before and holds else None
    points_before: dict[str, float | None] = {}
    writer, latest = _writer(scoring), None
    for result in engine.scores(scoring.definition, dates, bands):
        new = scoring.new_run(result.as_of, run_before)
        between = scores.points_before(SYSTEM, scoring.kind, result.as_of, unless=latest)
        rows = writer.add(
            new,
            result,
            points_before if between is None else between,
            scoring.overrides_on(result.as_of),
        )
        points_before, latest = {row.account_id: row.score for row in rows}, result.as_of
        run_before = new.run_id if holds else None
        if writer.is_full:
            writer.write()
            writer = _writer(scoring)
        yield result.as_of
    writer.write()


def _writer(scoring: Scoring) -> ScoreWriter:
    installation = scoring.snapshot.installation
    return ScoreWriter(installation, scoring.definition, scoring.revenue_by_day, scoring.by)
