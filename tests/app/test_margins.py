"""This file holds what bands hold on to: those of the latest published run before, stored with each run, and never an override."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from keepwell.app import queries
from keepwell.app.actions import loads, overrides, previews, replays, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.models import checksums
from keepwell.app.models.scores import Run
from keepwell.app.queries import scores as questions
from keepwell.errors import IntegrityError
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account
from tests.filled import filled_once

FIRST = date(2026, 3, 9)
WEEKS = [FIRST + timedelta(days=7 * nth) for nth in range(5)]
HELD = CARD.replace("window: 28 days", "window: 7 days").replace("best: 4", "best: 10")
HELD = HELD.replace("health:", "band_margin: 15\nhealth:")
USED = (
    5,
    4,
    3,
    4,
    5,
)  # times in the week before each date: ten times as many points, and Green begins at 50
BANDS = ["Green", "Green", "Red", "Red", "Red"]


@pytest.fixture
@filled_once
def existing(installation: Installation) -> Installation:
    uses = [
        {"id": f"{as_of}-{nth}", "account_id": "A-1", "at": datetime.combine(as_of - timedelta(days=2), datetime.min.time()),
         "user": "mia", "feature": "export"}
        for as_of, count in zip(WEEKS, USED, strict=True)
        for nth in range(count)
    ]  # fmt: skip
    brought = Import(since=date(2025, 1, 1)).rows(
        "accounts", account("A-1", started_on=date(2025, 1, 1))
    )
    brought.rows("usage", *uses)
    loads.load(brought.stage, con=brought.con, installation=installation, by=ANA, at=NOON)
    scorecards.publish(text=HELD, note="first", by=ANA, at=NOON, parent=None)
    return installation


def bands(runs: list[queries.runs.ScoredRun]) -> list[str | None]:
    return [questions.rows(VIEWER, run.run_id)[0].band for run in runs]


def one(installation: Installation, as_of: date, text: str | None = None) -> queries.runs.ScoredRun:
    return scores.run(installation=installation, as_of=as_of, by=BEN, at=NOON, definition=text)


def many(installation: Installation, dates: list[date]) -> list[queries.runs.ScoredRun]:
    return list(scores.runs(installation=installation, dates=dates, by=BEN, at=NOON))


@pytest.mark.both_databases
def test_one_by_one_and_all_at_once_hold_the_same_bands(existing: Installation) -> None:
    runs = [one(existing, as_of) for as_of in WEEKS]
    assert bands(runs) == BANDS
    assert [run.before for run in runs] == [None, *(run.run_id for run in runs[:-1])]


def test_a_backfill_holds_from_date_to_date(existing: Installation) -> None:
    runs = many(existing, WEEKS)
    assert bands(runs) == BANDS
    assert [run.before for run in runs] == [None, *(run.run_id for run in runs[:-1])]


def test_a_backfill_begins_with_the_plain_band_whatever_was_before(existing: Installation) -> None:
    one(existing, WEEKS[0])
    assert bands(many(existing, WEEKS[1:])) == ["Red"] * 4


@pytest.mark.parametrize("kept", [1, 2, 4])
def test_a_backfill_that_was_interrupted_holds_as_if_it_had_not_been(
    existing: Installation, kept: int
) -> None:
    many(existing, WEEKS[:kept])
    assert bands(many(existing, WEEKS)) == BANDS


def test_another_card_holds_nothing(existing: Installation) -> None:
    one(existing, WEEKS[0])
    other = HELD.replace("name: first", "name: second")
    scorecards.publish(text=other, note="another", by=ANA, at=NOON, parent=1)
    assert bands([one(existing, WEEKS[1])]) == ["Red"]


def test_a_draft_holds_on_to_what_was_published(existing: Installation) -> None:
    one(existing, WEEKS[0])
    assert bands([one(existing, WEEKS[1], HELD.replace("best: 10", "best: 11"))]) == ["Green"]


def test_without_a_margin_nothing_is_held(existing: Installation) -> None:
    scorecards.publish(
        text=HELD.replace("band_margin: 15\n", ""), note="plain", by=ANA, at=NOON, parent=1
    )
    runs = many(existing, WEEKS)
    assert bands(runs) == ["Green", "Red", "Red", "Red", "Green"]
    assert {run.before for run in runs} == {None}


def test_a_preview_holds_on_to_what_scoring_holds_on_to(existing: Installation) -> None:
    one(existing, WEEKS[0])
    draft = HELD.replace("best: 10", "best: 11")
    for _ in range(2):  # before and after the date itself is scored
        (row,) = previews.try_out(installation=existing, by=ANA, text=draft, as_of=WEEKS[1]).rows
        assert (row.before.score, row.before.band, row.after.band) == (40.0, "Green", "Green")
        assert bands([one(existing, WEEKS[1])]) == ["Green"]
    plain = draft.replace("band_margin: 15\n", "")
    (row,) = previews.try_out(installation=existing, by=ANA, text=plain, as_of=WEEKS[1]).rows
    assert (row.before.band, row.after.band, row.turn) == ("Green", "Red", "worse")


def test_a_preview_of_a_backfill_begins_with_the_plain_band_as_well(existing: Installation) -> None:
    one(existing, WEEKS[0])
    assert bands(many(existing, WEEKS[1:])) == ["Red"] * 4
    (row,) = previews.try_out(installation=existing, by=ANA, text=HELD, as_of=WEEKS[1]).rows
    assert (row.before.band, row.after.band, row.turn) == ("Red", "Red", None)


def test_a_replay_holds_on_to_what_the_run_held_on_to(existing: Installation) -> None:
    runs = many(existing, WEEKS)
    for as_of in (WEEKS[0], WEEKS[1] - timedelta(days=1)):
        one(existing, as_of)  # what is published since is nobody's input
    assert [
        replays.replay(installation=existing, by=ANA, run_id=run.run_id).different for run in runs
    ] == [0] * 5
    Run.objects.filter(run_id=runs[1].run_id).update(before=None)
    with pytest.raises(IntegrityError):
        replays.replay(installation=existing, by=ANA, run_id=runs[1].run_id)
    changed = Run.objects.get(run_id=runs[1].run_id)
    Run.objects.filter(run_id=changed.run_id).update(checksum=checksums.of_run(changed))
    replayed = replays.replay(installation=existing, by=ANA, run_id=runs[1].run_id)
    assert [str(each) for each in replayed.differences] == ["A-1: the band was Green and is Red"]


@pytest.mark.parametrize("at_once", [False, True])
def test_bands_hold_on_to_what_was_computed_and_not_to_an_override(
    existing: Installation, at_once: bool
) -> None:
    at = datetime.combine(WEEKS[0], datetime.min.time(), UTC) + timedelta(hours=12)
    overrides.override(
        installation=existing,
        account_id="A-1",
        score=5,
        because="They are leaving.",
        until=WEEKS[0],
        by=ANA,
        at=at,
    )
    runs = many(existing, WEEKS) if at_once else [one(existing, as_of) for as_of in WEEKS]
    assert bands(runs) == ["Red", "Green", "Red", "Red", "Red"]
