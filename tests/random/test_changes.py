"""This file checks that the steps of a change add up to it, on random cards and facts, between
dates and between cards."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health.definition import segment
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.oracle import Oracle
from keepwell.health.engines.protocol import Result
from keepwell.health.explain import prose, score_change
from keepwell.health.explain.score_change import State
from tests.random.cards import definitions
from tests.random.facts import TODAY, Facts, companies

NEAR = 1e-9
AGO = st.sampled_from((1, 7, 28, 60))
pytestmark = pytest.mark.filterwarnings(
    "ignore:Generating overly large repr"
)  # a large card is no fault


def states(definition: Definition, result: Result) -> dict[str, tuple[State, float]]:
    """What each account's score stands on, from what a run keeps of it, and the points that came
    out."""
    lines = result.lines()
    found = {}
    for score in result.scores():
        own = [line for line in lines if line.account_id == score.account_id]
        theirs = next((each for each in definition.segments if each.name == score.segment), None)
        card = segment.variant(definition, theirs, None).definition
        found[score.account_id] = score_change.state(card, own, result.peers), own[0].points or 0.0
    return found


def both(
    first: dict[str, tuple[State, float]], second: dict[str, tuple[State, float]]
) -> Iterator[tuple[State, State, float]]:
    for account_id in first.keys() & second.keys():
        (before, then), (after, now) = first[account_id], second[account_id]
        yield before, after, now - then


def check(before: State, after: State, moved: float) -> None:
    steps = score_change.changed(before, after)
    assert math.isclose(sum(step.points for step in steps), moved, abs_tol=NEAR)
    assert math.isclose(sum(score_change.by_cause(steps).values()), moved, abs_tol=NEAR)
    sides = score_change.Side(50.0, "version 1"), score_change.Side(50.0 + moved, "version 2")
    assert prose.change(*sides, steps).endswith(".")
    assert (
        not any(step.cause == "definition" for step in steps)
        or before.definition != after.definition
    )


@given(company=companies(), definition=definitions(), ago=AGO)
def test_between_two_dates_the_steps_add_up(
    company: Facts, definition: Definition, ago: int
) -> None:
    oracle = Oracle(TABLES, company.rows, company.feeds, 3)
    dates: tuple[date, date] = (TODAY - timedelta(days=ago), TODAY)
    then, now = (states(definition, oracle.score(definition, as_of)) for as_of in dates)
    for before, after, moved in both(then, now):
        check(before, after, moved)


@given(company=companies(), first=definitions(), second=definitions())
def test_between_two_cards_the_steps_add_up(
    company: Facts, first: Definition, second: Definition
) -> None:
    oracle = Oracle(TABLES, company.rows, company.feeds, 3)
    then, now = (
        states(definition, oracle.score(definition, TODAY)) for definition in (first, second)
    )
    for before, after, moved in both(then, now):
        check(before, after, moved)
