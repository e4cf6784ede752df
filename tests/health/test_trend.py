"""This file holds what an arrow means: a move over the look-back that is large enough, and larger than is usual there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from keepwell.health.definition.trend import Trend
from keepwell.health.explain import trend

AS_OF = date(2026, 6, 29)
USUAL = Trend()


def weekly(*points: float | None) -> dict[date, float | None]:
    """Points of the weeks up to the date, the latest one last."""
    return {
        AS_OF - timedelta(days=7 * (len(points) - 1 - nth)): each for nth, each in enumerate(points)
    }


@pytest.mark.parametrize(
    ("points", "moved", "direction"),
    [
        ((70, 70, 70, 70, 64), -6, "down"),
        ((70, 70, 70, 70, 75), 5, "up"),
        ((70, 70, 70, 70, 74.9), 4.9, "flat"),
        ((60, 90, 90, 90, 60), 0, "flat"),
    ],
)
def test_a_move_is_taken_over_the_look_back(
    points: tuple[float, ...], moved: float, direction: str
) -> None:
    found = trend.move(weekly(*points), AS_OF, USUAL)
    assert (found.points, found.direction, found.since) == (
        pytest.approx(moved),
        direction,
        AS_OF - timedelta(days=28),
    )
    assert found.why == ("below_least_move" if direction == "flat" else None)


def test_an_account_that_always_jumps_gets_no_arrow_for_a_jump() -> None:
    jumpy = weekly(60, 65, 60, 65, 60, 65, 60, 60, 68)
    found = trend.move(jumpy, AS_OF, USUAL)
    assert (found.points, found.direction, found.usual) == (8, "flat", 10)
    assert found.why == "within_usual"
    assert (
        trend.move(weekly(60, 65, 60, 65, 60, 65, 60, 60, 70), AS_OF, USUAL).direction == "flat"
    ), "a move of just 10"
    quiet = weekly(60, 61, 60, 61, 60, 61, 60, 60, 68)
    assert trend.move(quiet, AS_OF, USUAL).direction == "up"


def test_what_is_usual_needs_six_moves() -> None:
    assert trend.move(weekly(60, 70, 60, 70, 60, 80), AS_OF, USUAL).usual is None
    assert trend.move(weekly(60, 70, 60, 70, 60, 70, 80), AS_OF, USUAL).usual == 20
    assert trend.move(weekly(60, 70, None, 70, 60, 70, 80), AS_OF, USUAL).usual is None


def test_weeks_that_were_left_out_are_no_moves() -> None:
    every_second = {AS_OF - timedelta(days=14 * nth): 60.0 + nth for nth in range(12)}
    assert trend.move(every_second, AS_OF, USUAL).usual is None


def test_what_is_missing_is_not_a_move() -> None:
    assert trend.move(weekly(70, 70, 70, 70, None), AS_OF, USUAL).why == "no_score"
    nothing = trend.move(weekly(70, 70, 70, 60), AS_OF, USUAL)
    assert (nothing.points, nothing.direction, nothing.why) == (
        None,
        None,
        "no_earlier_score",
    )
    assert trend.move({AS_OF: 50.0}, AS_OF, USUAL).direction is None


def test_the_nearest_score_before_the_look_back_is_taken_unless_it_is_too_old() -> None:
    for days, direction in ((27, None), (28, "down"), (31, "down"), (56, "down"), (57, None)):
        history = {AS_OF - timedelta(days=days): 80.0, AS_OF: 60.0}
        assert trend.move(history, AS_OF, USUAL).direction == direction, days
    both = {AS_OF - timedelta(days=40): 10.0, AS_OF - timedelta(days=30): 80.0, AS_OF: 60.0}
    assert trend.move(both, AS_OF, USUAL).points == -20


def test_a_card_says_how_far_to_look_back_and_what_counts() -> None:
    history = weekly(50, 60, 61)
    assert trend.move(history, AS_OF, Trend(7, 1.0)).direction == "up"
    assert trend.move(history, AS_OF, Trend(7, 1.5)).direction == "flat"
    assert trend.move(history, AS_OF, Trend(14, 1.5)).points == 11


def test_what_is_older_than_half_a_year_says_nothing_of_what_is_usual() -> None:
    old = {AS_OF - timedelta(days=7 * nth): 50.0 + 20 * (nth % 2) for nth in range(27, 60)}
    calm = {AS_OF - timedelta(days=7 * nth): 50.0 for nth in range(8)}
    assert trend.move(old | calm, AS_OF, USUAL).usual == 0


def test_the_dates_to_look_at_are_enough() -> None:
    daily = {AS_OF - timedelta(days=nth): 50.0 + nth % 9 for nth in range(400)}
    for card in (USUAL, Trend(3, 1.0), Trend(200, 5.0)):
        asked = trend.weeks(list(daily), AS_OF, card)
        assert len(asked) <= 28
        assert trend.move({on: daily[on] for on in asked}, AS_OF, card) == trend.move(
            daily, AS_OF, card
        )
