"""This file holds what a backfill promises: whole dates, each once, the same as one by one, and nothing after a crash but less to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from keepwell.app import actions, queries
from keepwell.app.actions import loads, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scores import Run, Score
from keepwell.app.queries import evidence
from keepwell.app.queries import scores as questions
from keepwell.errors import IntegrityError
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

FIRST = date(2026, 2, 23)
WEEKS = [FIRST + timedelta(days=7 * nth) for nth in range(5)]


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Two accounts that are used less and less; a card is published."""
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts", *(account(name, started_on=date(2025, 1, 1)) for name in ("A-1", "A-2"))
    )
    brought.rows("usage", *(use(f"u{n}", day=1 + 2 * n) for n in range(4)), use("u9", "A-2", day=2))
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


def backfill(
    installation: Installation, dates: list[date] = WEEKS, **more: Any
) -> tuple[queries.runs.ScoredRun, ...]:
    return scores.runs(installation=installation, dates=dates, by=BEN, at=NOON, **more)


def told(installation: Installation) -> list[object]:
    """All that the runs say, without the ids that every run has of its own."""
    runs = [
        queries.runs.by_id(VIEWER, run_id)
        for run_id in Run.objects.order_by("as_of").values_list("run_id", flat=True)
    ]
    rows = [[replace(row, run_id="") for row in questions.rows(VIEWER, run.run_id)] for run in runs]
    lines = [evidence.lines(VIEWER, installation, run) for run in runs]
    return [[(run.as_of, run.inputs) for run in runs], rows, lines]


def test_many_dates_are_one_run_each_in_segments_that_they_share(existing: Installation) -> None:
    runs = backfill(existing)
    assert [run.as_of for run in runs] == WEEKS
    assert [[row.score for row in questions.rows(VIEWER, run.run_id)] for run in runs] == [
        [None, None], [25.0, 0.0], [100.0, 25.0], [100.0, 25.0], [100.0, 25.0]
    ]  # fmt: skip
    assert DataFile.objects.filter(kind="results").count() == 1
    assert AuditEntry.objects.filter(verb="score").count() == len(WEEKS)


@pytest.mark.both_databases
def test_many_dates_say_what_one_by_one_says(existing: Installation) -> None:
    for as_of in WEEKS:
        scores.run(installation=existing, as_of=as_of, by=BEN, at=NOON)
    one_by_one = told(existing)
    Run.objects.all().delete()
    backfill(existing)
    assert told(existing) == one_by_one


def test_dates_that_exist_stay_as_they_are(existing: Installation) -> None:
    third = scores.run(installation=existing, as_of=WEEKS[2], by=ANA, at=NOON - timedelta(days=1))
    runs = backfill(existing)
    assert runs[2] == third
    assert backfill(existing) == runs
    assert Run.objects.count() == len(WEEKS)


def test_a_trend_looks_at_the_latest_run_before_in_or_out_of_the_row(
    existing: Installation,
) -> None:
    between = WEEKS[2] - timedelta(days=5)
    scores.run(installation=existing, as_of=between, by=ANA, at=NOON)
    runs = backfill(existing)
    assert [questions.rows(VIEWER, run.run_id)[0].trend for run in runs] == [
        None,
        None,
        50.0,
        0.0,
        0.0,
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("dies_at", range(0, 5, 2))
def test_a_run_that_dies_leaves_whole_dates_and_is_run_again(
    existing: Installation, dies_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backfill(existing)
    whole = told(existing)
    Run.objects.all().delete()
    monkeypatch.setattr(actions.score_writer, "MOST_SCORES", 3)  # two dates a chunk

    def dying(what: str, done: float) -> None:
        if done >= (dies_at + 1) / len(WEEKS):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backfill(existing, progress=dying)
    left = list(Run.objects.order_by("as_of").values_list("as_of", flat=True))
    assert left == WEEKS[: (dies_at + 1) // 2 * 2]
    assert Score.objects.count() == 2 * len(left)
    backfill(existing)
    assert told(existing) == whole


@pytest.mark.both_databases
def test_dates_that_another_process_kept_meanwhile_are_not_kept_twice(
    existing: Installation,
) -> None:
    others: list[queries.runs.ScoredRun] = []

    def meanwhile(what: str, done: float) -> None:
        if not others:
            others.append(scores.run(installation=existing, as_of=WEEKS[3], by=ANA, at=NOON))

    runs = backfill(existing, progress=meanwhile)
    assert [run.as_of for run in runs] == WEEKS
    assert runs[3] == others[0]
    assert Run.objects.count() == len(WEEKS)


def test_a_shared_segment_that_was_written_over_is_named(existing: Installation) -> None:
    runs = backfill(existing)
    path = existing.data / DataFile.objects.get(kind="results").path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(IntegrityError, match="is not what was written"):
        evidence.lines(VIEWER, existing, runs[2])


def test_a_shared_segment_that_the_manifest_has_lost_is_named(existing: Installation) -> None:
    runs = backfill(existing)
    DataFile.objects.filter(kind="results").delete()
    with pytest.raises(IntegrityError, match=f"lost the data files of run {runs[1].run_id}"):
        evidence.lines(VIEWER, existing, runs[1])


def test_what_a_run_froze_of_the_peers_is_kept_with_it(existing: Installation) -> None:
    text = CARD.replace("{worst: 0, best: 4}", "{peers: all, better: higher}")
    scorecards.publish(text=text, note="among peers", by=ANA, at=NOON, parent=1)
    runs = backfill(existing)
    assert [
        list(evidence.peers(VIEWER, existing, run).get("uses", {}).values()) for run in runs[1:3]
    ] == [
        [(0.0, 1.0)],
        [(1.0, 4.0)],
    ]
    kept = DataFile.objects.get(kind="results", table__endswith="/peers")
    (existing.data / kept.path).unlink()
    with pytest.raises(IntegrityError, match="is missing"):
        evidence.peers(VIEWER, existing, runs[1])
