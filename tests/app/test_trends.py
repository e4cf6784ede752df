"""This file holds what moves are measured against: the runs that stand for their dates, each account and entry by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from keepwell.app.actions import loads, scorecards, scores
from keepwell.app.installation import Installation
from keepwell.app.queries import trends
from keepwell.health.definition.trend import Trend
from keepwell.health.explain.trend import Move
from tests.cast import ANA, BEN, CARD, NOON, VIEWER, Import, account
from tests.filled import filled_once

LATEST = date(2026, 6, 29)
WEEKS = [LATEST - timedelta(days=7 * nth) for nth in reversed(range(9))]
USED = {
    "A-1": (5, 5, 5, 5, 5, 5, 5, 5, 3),
    "A-2": (5, 3, 5, 3, 5, 3, 5, 3, 3),
}  # times in the week before each date
USED_OR_NOT = [*USED, "A-3"]


@pytest.fixture
@filled_once
def scored(installation: Installation) -> Installation:
    """Two accounts over nine weeks: one that falls at the end, and one that always jumps."""
    uses = [
        {"id": f"{name}-{as_of}-{nth}", "account_id": name, "user": "mia", "feature": "export",
         "at": datetime.combine(as_of - timedelta(days=2), datetime.min.time())}
        for name, counts in USED.items()
        for as_of, count in zip(WEEKS, counts, strict=True)
        for nth in range(count)
    ]  # fmt: skip
    brought = Import(since=date(2025, 1, 1))
    brought.rows(
        "accounts", *(account(name, started_on=date(2025, 1, 1)) for name in ("A-1", "A-2", "A-3"))
    )
    loads.load(
        brought.rows("usage", *uses).stage,
        con=brought.con,
        installation=installation,
        by=ANA,
        at=NOON,
    )
    text = CARD.replace("window: 28 days", "window: 7 days").replace("best: 4", "best: 10")
    scorecards.publish(text=text, note="first", by=ANA, at=NOON, parent=None)
    return installation


def test_the_same_fall_is_an_arrow_for_one_account_and_usual_for_another(
    scored: Installation,
) -> None:
    *_, latest = scores.runs(installation=scored, dates=WEEKS, by=BEN, at=NOON)
    since = LATEST - timedelta(days=28)
    expected = {
        "A-1": Move(-20.0, "down", 0.0, since),
        "A-2": Move(-20.0, "flat", 40.0, since, "within_usual"),
        "A-3": Move(0.0, "flat", 0.0, since, "below_least_move"),
    }
    assert trends.moves(VIEWER, latest, USED_OR_NOT) == expected
    for name, move in expected.items():
        assert trends.moves_of(VIEWER, scored, latest, name) == {"": move, "uses": move}


def test_a_card_decides_what_counts(scored: Installation) -> None:
    text = CARD.replace("window: 28 days", "window: 7 days").replace("best: 4", "best: 10")
    looked = text.replace("health:", "trend: {look_back: 7 days, least_move: 25}\nhealth:")
    scorecards.publish(text=looked, note="looks back a week", by=ANA, at=NOON, parent=1)
    *_, latest = scores.runs(installation=scored, dates=WEEKS, by=BEN, at=NOON)
    move = trends.moves(VIEWER, latest, USED_OR_NOT)["A-1"]
    assert (move.points, move.direction, move.why) == (-20.0, "flat", "below_least_move")
    assert move.card == Trend(7, 25.0)


def test_the_first_run_has_nothing_to_compare_with(scored: Installation) -> None:
    run = scores.run(installation=scored, as_of=LATEST, by=BEN, at=NOON)
    assert {move.direction for move in trends.moves(VIEWER, run, USED_OR_NOT).values()} == {None}


@pytest.mark.both_databases
def test_a_date_is_compared_with_what_was_before_it_alone(scored: Installation) -> None:
    runs = scores.runs(installation=scored, dates=WEEKS, by=BEN, at=NOON)
    assert trends.moves(VIEWER, runs[4], USED_OR_NOT)["A-2"].points == 0.0
    assert trends.moves(VIEWER, runs[3], USED_OR_NOT)["A-2"].direction is None
