"""This file holds how a change is said: from where to where, the largest cause first, each with its points."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keepwell.health.definition.condition import Compare
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Lookup, Peers
from keepwell.health.explain import change, clauses
from keepwell.health.explain.change import State
from keepwell.health.explain.clauses import Told
from keepwell.health.scoring.values import Value
from tests.unit.test_change import card, leaf

SEATS, MOOD = leaf("seats", 3), leaf("mood")
MOOD = replace(
    MOOD,
    measure=replace(MOOD.measure, take="latest", scale=Lookup((("green", 100), ("red", 0)), None)),
)


def said(
    before: State, after: State, then: float | None, now: float | None, **words: tuple[str, str]
) -> str:
    cards, overrides = (
        words.get("cards", ("version 1", "version 2")),
        words.get("overrides", ("", "")),
    )
    told = [Told(score, *each) for score, *each in zip((then, now), cards, overrides, strict=True)]
    return clauses.sentence(told[0], told[1], change.changed(before, after), (before, after))


def test_a_fall_is_said_with_its_causes_the_largest_first() -> None:
    before = State(card(SEATS, MOOD), {"seats": Value(80.0), "mood": Value(label="green")})
    after = State(card(SEATS, MOOD), {"seats": Value(68.0), "mood": Value(label="red")})
    assert said(before, after, 85.0, 51.0) == (
        "Fell 34 points from 85 to 51: mood went from green to red (-25), seats fell from 80 to 68 (-9)."
    )


def test_what_came_or_went_missing_is_said_with_the_reason() -> None:
    before = State(card(SEATS, MOOD), {"seats": Value(80.0), "mood": Value(missing="no_rows")})
    after = State(
        card(SEATS, MOOD), {"seats": Value(missing="too_young"), "mood": Value(label="green")}
    )
    assert said(before, after, 80.0, 100.0) == (
        "Rose 20 points from 80 to 100: seats is no longer known, as the account is too young for it (+15), "
        "mood is known now: green (+5)."
    )


def test_another_card_is_named() -> None:
    before, after = (
        State(card(leaf("seats")), {"seats": Value(40.0)}),
        State(card(leaf("seats", best=50.0)), {"seats": Value(40.0)}),
    )
    assert (
        said(before, after, 40.0, 80.0)
        == "Rose 40 points from 40 to 80: judged by version 2 instead of version 1 (+40)."
    )


def test_a_rule_that_begins_to_hold_is_said_with_its_reason() -> None:
    cap = Rule("cap", 49, Compare("mood", "=", "red"), "Somebody sees them leaving.")
    before = State(
        card(SEATS, MOOD, rules=(cap,)), {"seats": Value(100.0), "mood": Value(label="green")}
    )
    after = State(
        card(SEATS, MOOD, rules=(cap,)), {"seats": Value(100.0), "mood": Value(label="red")}
    )
    assert said(before, after, 100.0, 49.0) == (
        "Fell 51 points from 100 to 49: a cap of 49 holds now: Somebody sees them leaving (-26), mood went from green to red (-25)."
    )
    assert "a cap of 49 no longer holds: Somebody sees them leaving (+26)" in said(
        after, before, 49.0, 100.0
    )


def test_other_peers_and_overrides_are_said() -> None:
    among = leaf("seats")
    among = replace(among, measure=replace(among.measure, scale=Peers("")))
    before = State(card(among), {"seats": Value(50.0, peers=tuple(map(float, range(100))))})
    after = State(
        card(among), {"seats": Value(50.0, peers=tuple(map(float, range(50, 150))))}, override=90.0
    )
    assert said(before, after, 50.5, 90.0, overrides=("", "They signed (Ana)")) == (
        "Rose 39.5 points from 50.5 to 90: overridden: They signed (Ana) (+89.5), seats stands differently among its peers (-50)."
    )
    assert "no longer overridden: They signed (Ana) (-89.5)" in said(
        after, before, 90.0, 50.5, overrides=("They signed (Ana)", "")
    )


@pytest.mark.parametrize(
    ("then", "now", "head"),
    [
        (80.0, None, "Has no score any more, after 80.0."), (None, 80.0, "Has a score again: 80.0."),
        (None, None, "Was not scored and is not."), (80.0, 80.04, "Stands at 80.0, as before."),
    ],
)  # fmt: skip
def test_what_did_not_move_or_was_not_known_is_said_so(
    then: float | None, now: float | None, head: str
) -> None:
    same = State(card(SEATS), {"seats": Value(80.0)})
    assert said(same, same, then, now) == head


def test_many_small_causes_are_told_together() -> None:
    leaves = tuple(leaf(f"m{nth}") for nth in range(6))
    before = State(card(*leaves), {each.name: Value(60.0) for each in leaves})
    after = State(card(*leaves), {each.name: Value(48.0) for each in leaves})
    assert said(before, after, 60.0, 48.0).endswith(
        "m3 fell from 60 to 48 (-2), the rest together (-4)."
    )


def test_a_target_that_moved_is_said() -> None:
    assert clauses._moved(Value(5.0, target=10.0), Value(5.0, target=20.0), SEATS.measure) == (
        "stayed at 5 while its target went from 10 to 20"
    )
    assert clauses._moved(Value(5.001), Value(5.002), SEATS.measure) == "rose a little, at 5"
