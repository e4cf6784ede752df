"""This file holds what runs promise: one run for the same inputs, scores and lines kept together, nothing without a card."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from keepwell.app import queries
from keepwell.app.actions import engines, loads, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models.audit import AuditEntry
from keepwell.app.models.datafiles import DataFile
from keepwell.app.models.scores import Run, Score
from keepwell.app.queries import evidence, portfolios, snapshots
from keepwell.app.queries import scorecards as scorecards_asked
from keepwell.app.queries import scores as questions
from keepwell.errors import IntegrityError
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account, use
from tests.filled import filled_once

AS_OF = date(2026, 3, 2)


def load(installation: Installation, brought: Import) -> None:
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    """Two accounts, of which one used the product three times; a card is published."""
    rows = [
        account("A-1", started_on=date(2025, 1, 1)),
        account("A-2", started_on=date(2025, 1, 1)),
    ]
    load(
        installation,
        Import(since=date(2025, 1, 1))
        .rows("accounts", *rows)
        .rows("usage", *(use(f"u{n}") for n in range(3)), use("u9", day=2)),
    )
    scorecards.publish(text=CARD, note="first", by=ANA, at=NOON, parent=None)
    return installation


@pytest.mark.both_databases
def test_a_run_scores_every_account(existing: Installation) -> None:
    run = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    assert (run.kind, run.version, run.through_batch, run.by, run.engine) == (
        "published",
        1,
        1,
        BEN.name,
        "duckdb",
    )
    rows = questions.rows(VIEWER, run.run_id)
    assert [
        (row.account_id, row.score, row.band, row.meaning, row.card, row.status) for row in rows
    ] == [
        ("A-1", 75.0, "Green", "healthy", "first", "scored"),
        ("A-2", 0.0, "Red", "at risk", "first", "scored"),
    ]


def test_the_lines_behind_a_score_are_kept(existing: Installation) -> None:
    run = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    lines = evidence.lines(VIEWER, existing, run, {"A-1"})
    assert [(line.path, line.kind, line.value, line.points) for line in lines] == [
        ("", "group", None, 75.0),
        ("uses", "measure", 3.0, 75.0),
    ]
    assert evidence.measures(VIEWER, existing, run).select(
        ["account_id", "measure", "value", "version"]
    ).to_pylist() == [
        {"account_id": "A-1", "measure": "uses", "value": 3.0, "version": 1},
        {"account_id": "A-2", "measure": "uses", "value": 0.0, "version": 1},
    ]


@pytest.mark.both_databases
def test_the_same_inputs_give_the_run_that_exists(existing: Installation) -> None:
    first = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    again = scores.run(installation=existing, as_of=AS_OF, by=ANA, at=NOON + timedelta(hours=1))
    assert (again, Run.objects.count(), Score.objects.count()) == (first, 1, 2)
    assert DataFile.objects.filter(kind="results").count() == 1


@pytest.mark.parametrize("what", ["facts", "date", "definition"])
def test_other_inputs_give_another_run(existing: Installation, what: str) -> None:
    first = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    if what == "facts":
        load(existing, Import(since=date(2025, 1, 1)).rows("usage", use("u7")))
    if what == "definition":
        scorecards.publish(
            text=CARD.replace("best: 4", "best: 6"), note="higher", by=ANA, at=NOON, parent=1
        )
    day = AS_OF + timedelta(days=1) if what == "date" else AS_OF
    other = scores.run(installation=existing, as_of=day, by=BEN, at=NOON)
    assert other.run_id != first.run_id
    assert (
        questions.rows(VIEWER, other.run_id)[0].score
        == {"facts": 100.0, "date": 100.0, "definition": 50.0}[what]
    )


@pytest.mark.both_databases
def test_a_draft_is_scored_and_not_published(existing: Installation) -> None:
    run = scores.run(
        installation=existing,
        as_of=AS_OF,
        by=BEN,
        at=NOON,
        definition=CARD.replace("best: 4", "best: 3"),
    )
    assert (run.kind, run.version, questions.rows(VIEWER, run.run_id)[0].score) == (
        "draft",
        None,
        100.0,
    )
    assert queries.runs.latest(VIEWER) is None
    assert queries.runs.latest(VIEWER, "draft") == run


def test_a_trend_is_measured_against_the_run_before(existing: Installation) -> None:
    scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    later = scores.run(installation=existing, as_of=AS_OF + timedelta(days=1), by=BEN, at=NOON)
    assert [row.trend for row in questions.rows(VIEWER, later.run_id)] == [25.0, 0.0]


def test_without_a_card_there_is_no_run(installation: Installation) -> None:
    with pytest.raises(scores.NothingPublished, match="No scorecard is published yet"):
        scores.run(installation=installation, as_of=AS_OF, by=BEN, at=NOON)


def test_without_facts_there_is_no_run(installation: Installation) -> None:
    with pytest.raises(engines.NothingLoaded, match="Import some first"):
        scores.run(installation=installation, as_of=AS_OF, by=BEN, at=NOON, definition=CARD)


def test_a_faulty_draft_leaves_nothing(existing: Installation) -> None:
    with pytest.raises(scorecards.Faulty) as raised:
        scores.run(
            installation=existing,
            as_of=AS_OF,
            by=BEN,
            at=NOON,
            definition=CARD.replace("usage", "usages"),
        )
    assert "Did you mean `usage`?" in str(raised.value)
    assert Run.objects.count() == 0


@pytest.mark.both_databases
def test_a_run_writes_one_line_of_audit(existing: Installation) -> None:
    scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    assert list(AuditEntry.objects.filter(verb="score").values_list("by", "detail__accounts")) == [
        (BEN.name, 2)
    ]


def test_a_damaged_segment_is_named_before_anything_is_computed(existing: Installation) -> None:
    path = existing.data / DataFile.objects.get(kind="rolled").path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        IntegrityError,
        match=r"data/datafiles/usage/rolled-00000001-\w+\.parquet is not what was written",
    ):
        scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    assert Run.objects.count() == 0


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "wrong", [{"score": 99.0}, {"as_of": date(2026, 3, 3)}, {"coverage": 0.5}, {"band": "Green"}]
)
def test_a_score_that_somebody_wrote_over_is_not_shown(
    existing: Installation, wrong: dict[str, object]
) -> None:
    run = scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    Score.objects.filter(account_id="A-2").update(**wrong)
    with pytest.raises(
        IntegrityError, match=f"score of account A-2 in run {run.run_id} is not what was computed"
    ):
        questions.rows(VIEWER, run.run_id)


def test_a_version_knows_what_was_scored_with_it(existing: Installation) -> None:
    assert scorecards_asked.uses(VIEWER) == {}
    for day in (AS_OF + timedelta(days=1), AS_OF):
        scores.run(installation=existing, as_of=day, by=BEN, at=NOON)
    scorecards.publish(
        text=CARD.replace("best: 4", "best: 6"), note="higher", by=ANA, at=NOON, parent=1
    )
    load(existing, Import(since=date(2025, 1, 1)).rows("accounts", account("A-3")))
    scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    assert scorecards_asked.uses(VIEWER) == {
        1: scorecards_asked.Use(2, AS_OF + timedelta(days=1), 2),
        2: scorecards_asked.Use(1, AS_OF, 3),
    }


def test_an_unknown_run_is_said_to_be_unknown(installation: Installation) -> None:
    with pytest.raises(queries.runs.NoSuchRun, match="There is no run `x`"):
        questions.rows(VIEWER, "x")


def test_the_portfolio_shows_accounts_with_their_scores(existing: Installation) -> None:
    assert queries.runs.newest(VIEWER) is None
    scores.run(installation=existing, as_of=AS_OF, by=BEN, at=NOON)
    newest = queries.runs.newest(VIEWER)
    assert newest
    assert [
        (row.account.label, row.score.score) for row in portfolios.portfolio(VIEWER, newest)
    ] == [("Account A-2", 0.0), ("Account A-1", 75.0)]


def test_a_snapshot_of_an_older_load_has_only_its_files(existing: Installation) -> None:
    load(existing, Import(since=date(2025, 1, 1)).rows("usage", use("u1", quantity=5)))
    with snapshots.take(VIEWER, existing, 1) as first, snapshots.take(VIEWER, existing) as latest:
        then, now = first.source(), latest.source()
    assert (len(then.files["usage"]), len(now.files["usage"])) == (1, 2)
    assert (len(then.superseded.get("usage", ())), len(now.superseded["usage"])) == (0, 1)
    assert (len(then.rolled), len(now.rolled)) == (1, 2)
