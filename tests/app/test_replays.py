"""This file holds that a past run can be computed again to the bit, whatever was imported and published since."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from keepwell.app import queries, score_row
from keepwell.app.actions import loads, replays, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scores import Run, Score
from keepwell.app.queries import evidence, explanations
from keepwell.app.queries import scores as questions
from keepwell.facts import atomic_files, duckdb_session
from keepwell.health.engines.protocol import MEANING
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

AS_OF = date(2026, 3, 2)
WEEKS = [AS_OF + timedelta(days=7 * nth) for nth in range(3)]
THIRDS = CARD.replace("health:", "band_margin: 20\nhealth:").replace("best: 4", "best: 3")


def load(installation: Installation, brought: Import) -> None:
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts", *(account(name, started_on=date(2025, 1, 1)) for name in ("A-1", "A-2"))
    )
    brought.rows("usage", *(use(f"u{n}", day=1 + 6 * n) for n in range(3)), use("u9", "A-2", day=2))
    load(installation, brought)
    scorecards.publish(text=THIRDS, note="first", by=ANA, at=NOON, parent=None)
    return installation


def told(installation: Installation, run_id: str) -> object:
    return questions.rows(VIEWER, run_id), evidence.lines(
        VIEWER, installation, queries.runs.by_id(VIEWER, run_id)
    )


@pytest.mark.both_databases
def test_what_was_published_is_never_rewritten_and_comes_out_the_same(
    existing: Installation,
) -> None:
    runs = scores.runs(installation=existing, dates=WEEKS, by=BEN, at=NOON)
    before = [told(existing, run.run_id) for run in runs]
    load(
        existing,
        Import(since=date(2025, 1, 1)).rows(
            "usage", use("u1", quantity=9), use("u7", day=3), use("u8", "A-2")
        ),
    )
    scorecards.publish(
        text=THIRDS.replace("best: 3", "best: 9"), note="higher", by=ANA, at=NOON, parent=1
    )
    newer = scores.runs(installation=existing, dates=WEEKS, by=BEN, at=NOON + timedelta(days=1))
    assert {run.run_id for run in runs} & {run.run_id for run in newer} == set()
    assert [told(existing, run.run_id) for run in runs] == before
    for run in (*runs, *newer):
        replayed = replays.replay(installation=existing, by=ANA, run_id=run.run_id)
        assert (replayed.different, replayed.scores, replayed.lines) == (0, 2, 4)


def test_a_score_that_is_not_what_comes_out_is_named(existing: Installation) -> None:
    run = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    changed = Score.objects.filter(account_id="A-1")
    changed.update(score=33.0, computed_score=33.0)
    row = changed.values_list(*score_row.STORED).get()
    changed.update(checksum=checksums.of_score(run.run_id, row))
    replayed = replays.replay(installation=existing, by=ANA, run_id=run.run_id)
    assert [str(each) for each in replayed.differences] == [
        "A-1: the score was 33.0 and is 33.33333333333333"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("value = nextafter(value, 1e9)", "A-1 uses: value was 1.0000000000000002 and is 1.0"),
        (
            "effective_weight = nextafter(effective_weight, 0)",
            "A-1 uses: effective_weight was 0.9999999999999999 and is 1.0",
        ),
        ("missing = 'no_rows'", "A-1 uses: missing was no_rows and is nothing"),
    ],
)
def test_a_line_that_differs_by_one_bit_is_named(
    existing: Installation, change: str, said: str
) -> None:
    run = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    segment = DataFile.objects.get(kind="results")
    path = existing.data / segment.path
    con = duckdb_session.connect(None)
    con.execute(f"CREATE TABLE lines AS FROM read_parquet('{path}')")
    con.execute(f"UPDATE lines SET {change} WHERE path = 'uses'")
    con.execute(f"COPY (FROM lines ORDER BY nth) TO '{path}' (FORMAT parquet)")
    segment.bytes, segment.sha256 = path.stat().st_size, atomic_files.digest(path)
    segment.checksum = checksums.of_datafile(segment)
    segment.save()
    replayed = replays.replay(installation=existing, by=ANA, run_id=run.run_id)
    assert said in [str(each) for each in replayed.differences]


def test_a_draft_is_replayed_with_its_card_alone(existing: Installation) -> None:
    run = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON, definition=CARD)
    with pytest.raises(explanations.TextNeeded):
        replays.replay(installation=existing, by=ANA, run_id=run.run_id)
    with pytest.raises(replays.OtherCard, match="nothing was compared"):
        replays.replay(installation=existing, by=ANA, run_id=run.run_id, text=THIRDS)
    assert (
        replays.replay(installation=existing, by=ANA, run_id=run.run_id, text=CARD).different == 0
    )


def test_frozen_peers_are_compared_too(existing: Installation) -> None:
    text = CARD.replace("{worst: 0, best: 4}", "{peers: all, better: higher}")
    scorecards.publish(text=text, note="among peers", by=ANA, at=NOON, parent=1)
    run = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    assert replays.replay(installation=existing, by=ANA, run_id=run.run_id).peers == 1
    DataFile.objects.filter(table__endswith="/peers").delete()
    replayed = replays.replay(installation=existing, by=ANA, run_id=run.run_id)
    assert "the peers of" in str(replayed.differences[0])


def test_a_run_of_an_older_meaning_stays_readable_and_is_not_compared(
    existing: Installation,
) -> None:
    """Scoring again gives a run beside it, over the same facts."""
    older = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    kept = Run.objects.get()
    kept.engine_meaning = 0
    kept.checksum = checksums.of_run(kept)
    kept.save()
    with pytest.raises(replays.OtherMeaning, match=r"meaning 0 .* nothing was compared") as error:
        replays.replay(installation=existing, by=ANA, run_id=older.run_id)
    assert (error.value.code, error.value.way_out) == (
        "S111",
        "The scores and lines of the run stay readable.",
    )
    assert len(questions.rows(VIEWER, older.run_id)) == 2
    newer = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON + timedelta(days=1))
    assert (newer.run_id == older.run_id, newer.engine_meaning) == (False, MEANING)
    assert replays.replay(installation=existing, by=ANA, run_id=newer.run_id).different == 0
