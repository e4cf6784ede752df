"""This file scores accounts at landmarks by a card, month by month, with what was known or had happened by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pyarrow.compute as pc

from keepwell.app.actions import engines
from keepwell.app.queries.snapshots import Snapshot
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.results import RunResult
from keepwell.health.judge.judgement import Scored
from keepwell.health.judge.landmarks import Landmarks

Progress = Callable[[str, float], None]  # what is being done, and how far it is (0..1)


def of_cards(
    snapshot: Snapshot,
    cards: Sequence[Definition],
    found: Landmarks,
    tell: Progress,
    *,
    as_happened: bool,
) -> list[Scored]:
    """Score the accounts of each landmark by each card, with what was known then."""
    places = {(row.account_id, row.on): at for at, row in enumerate(found.rows)}
    tables = [_Scores(card, len(found.rows)) for card in cards]
    scoring = _as_happened if as_happened else _as_known
    for table, result, done in scoring(snapshot, tables, found.months):
        tell(f"Scored {result.as_of:%B %Y}", done)
        table.add(result, places)
    return [table.scored for table in tables]


class _Scores:
    """What one card says at the landmarks, month by month."""

    def __init__(self, card: Definition, rows: int) -> None:
        self.card, self.scored = card, Scored.nothing(card, rows)
        # Of the month before, where a card has a hysteresis.
        self.bands: Mapping[str, str] | None = None

    def add(self, result: RunResult, places: Mapping[tuple[str, date], int]) -> None:
        on, self.bands = result.as_of, result.bands if self.card.hysteresis else None
        for score in result.scores():
            at = places.get((score.account_id, on))
            if at is not None:
                self.scored.put(at, score.segment, score.score, score.band)
        lines = result.lines_arrow
        lines = lines.filter(
            pc.and_(pc.equal(lines["kind"], "measure"), pc.is_null(lines["missing"]))
        )
        for account, path, points in zip(
            *(lines[name].to_pylist() for name in ("account_id", "path", "points")), strict=True
        ):
            at = places.get((account, on))
            if at is not None:
                self.scored.put_points(at, path, points)


def _as_happened(
    snapshot: Snapshot, tables: Sequence[_Scores], months: Sequence[date]
) -> Iterator[tuple[_Scores, RunResult, float]]:
    """Score all months together: the same facts are read for each."""
    with engines.over(snapshot, snapshot.source()) as engine:
        for at, table in enumerate(tables):
            for nth, result in enumerate(engine.scores(table.card, months), start=1):
                yield table, result, (at + nth / len(months)) / len(tables)


def _as_known(
    snapshot: Snapshot, tables: Sequence[_Scores], months: Sequence[date]
) -> Iterator[tuple[_Scores, RunResult, float]]:
    """Score each month over the rows that were known before it."""
    whole = snapshot.source()
    for nth, on in enumerate(months, start=1):
        with engines.over(snapshot, replace(whole, known_before=on)) as engine:
            for table in tables:
                yield table, engine.score(table.card, on, table.bands), nth / len(months)
