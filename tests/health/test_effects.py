"""This file holds which effects another card has on an account's score, and that they add up."""

from __future__ import annotations

from datetime import date

import pytest

from keepwell.health.definition.band import Band
from keepwell.health.definition.condition import Compare
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Linear
from keepwell.health.definition.scorecard import Definition, Group, Leaf
from keepwell.health.definition.window import Window
from keepwell.health.explain import effects, tree
from keepwell.health.explain.effects import Effect
from keepwell.health.scoring.values import Value
from tests.health import scored

BANDS = (Band("Green", 70, "healthy"), Band("Red", 0, "at risk"))
VALUES = {"seats": Value(80.0), "days": Value(40.0), "calls": Value(missing="no_rows")}


def leaf(name: str, weight: float = 1.0, best: float = 100.0) -> Leaf:
    return Leaf(Measure(name, "usage", "count", Linear(0, best), Window(28)), weight)


def boost(points: float, above: float) -> Rule:
    return Rule("boost", points, Compare("seats", ">", above), "they grow")  # type: ignore[arg-type]


def between(
    before: tuple[Leaf, ...], after: tuple[Leaf, ...], *rules: tuple[Rule, ...]
) -> tuple[Effect, ...]:
    """Score one account by two cards and find what moves it."""
    sides = []
    for leaves, own in zip((before, after), (*rules, (), ())[:2], strict=True):
        definition = Definition("card", Group("health", leaves, rules=own), BANDS, 0.0)
        score, lines = scored.score(
            definition, "A-1", date(2026, 3, 1), {each.name: VALUES[each.name] for each in leaves}
        )
        sides.append((score, tree.tree(definition, lines)))
    (old, then), (new, now) = sides
    found = effects.between(then, now)
    assert old.score is not None
    assert new.score is not None
    assert sum(effect.points for effect in found) == pytest.approx(new.score - old.score, abs=1e-9)
    return found


def test_a_heavier_measure_has_an_effect_of_its_weight() -> None:
    seats, days = between((leaf("seats"), leaf("days")), (leaf("seats", 3), leaf("days")))
    assert [(each.kind, each.path, each.points) for each in (seats, days)] == [
        ("weight", "seats", 20.0),
        ("weight", "days", -10.0),
    ]
    assert seats.before
    assert seats.after
    assert (seats.before.weight, seats.after.weight) == (0.5, 0.75)


def test_another_scale_has_an_effect_of_its_points() -> None:
    (found,) = between((leaf("seats"),), (leaf("seats", best=160),))
    assert (found.kind, found.points) == ("points", -30.0)
    assert found.before
    assert found.after
    assert (found.before.points, found.after.points) == (80.0, 50.0)


def test_another_scale_and_weight_are_one_effect() -> None:
    found = between((leaf("seats"), leaf("days")), (leaf("seats", 3, best=160), leaf("days")))
    assert {each.path: each.kind for each in found} == {
        "seats": "points and weight",
        "days": "weight",
    }


def test_what_was_added_or_removed_has_one_side() -> None:
    found = between((leaf("seats"),), (leaf("days"),))
    assert {(each.label, each.points, each.kind) for each in found} == {
        ("days", 40.0, "added"),
        ("seats", -80.0, "removed"),
    }
    assert {(each.before is None, each.after is None) for each in found} == {
        (True, False),
        (False, True),
    }


def test_a_measure_that_nobody_knows_has_no_effect() -> None:
    assert between((leaf("seats"),), (leaf("seats"), leaf("calls"))) == ()


def test_a_rule_has_an_effect_of_what_it_adds() -> None:
    (found,) = between((leaf("seats"),), (leaf("seats"),), (boost(10, 90),), (boost(10, 70),))
    assert (found.kind, found.label, found.points) == ("rule", "boost 10: they grow", 10.0)
    assert found.before
    assert found.after
    assert (found.before.contribution, found.after.contribution) == (0.0, 10.0)


def test_two_rules_that_say_the_same_are_both_counted() -> None:
    found = between((leaf("seats"),), (leaf("seats"),), (), (boost(5, 50), boost(5, 60)))
    assert [each.points for each in found] == [5.0, 5.0]
