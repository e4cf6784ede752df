"""This file holds how a move between two cards is told: by which measures and rules, and that they add up."""

from __future__ import annotations

from datetime import date

import pytest

from keepwell.health.definition.band import Band
from keepwell.health.definition.condition import Compare
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Line
from keepwell.health.definition.scorecard import Definition, Group, Leaf
from keepwell.health.definition.window import Window
from keepwell.health.engines.protocol import Score
from keepwell.health.explain import moves, tree
from keepwell.health.explain.moves import Move
from keepwell.health.scoring.values import Value
from tests.unit import scored

BANDS = (Band("Green", 70, "healthy"), Band("Red", 0, "at risk"))
VALUES = {"seats": Value(80.0), "days": Value(40.0), "calls": Value(missing="no_rows")}


def leaf(name: str, weight: float = 1.0, best: float = 100.0) -> Leaf:
    return Leaf(Measure(name, "usage", "count", Line(0, best), Window(28)), weight)


def boost(points: float, above: float) -> Rule:
    return Rule("boost", points, Compare("seats", ">", above), "they grow")  # type: ignore[arg-type]


def told(
    before: tuple[Leaf, ...], after: tuple[Leaf, ...], *rules: tuple[Rule, ...]
) -> tuple[list[Move], str]:
    """Score one account by two cards and say what moves it."""
    sides = []
    for leaves, own in zip((before, after), (*rules, (), ())[:2], strict=True):
        definition = Definition("card", Group("health", leaves, rules=own), BANDS, 0.0)
        score, lines = scored.score(
            definition, "A-1", date(2026, 3, 1), {each.name: VALUES[each.name] for each in leaves}
        )
        sides.append((score, tree.tree(definition, lines)))
    (old, then), (new, now) = sides
    moved = moves.moves(then, now)
    assert old.score is not None
    assert new.score is not None
    assert sum(move.points for move in moved) == pytest.approx(new.score - old.score, abs=1e-9)
    return list(moved), moves.sentence("Acme", old, new, moved)


def test_a_heavier_measure_is_told_by_its_share() -> None:
    _, said = told((leaf("seats"), leaf("days")), (leaf("seats", 3), leaf("days")))
    assert said == (
        "Acme rises 10 points, from 60 (Red) to 70 (Green): seats weighs 75 % of the whole, weighed 50 % (+20); "
        "days weighs 25 % of the whole, weighed 50 % (-10)."
    )


def test_another_scale_is_told_by_its_points() -> None:
    moved, _ = told((leaf("seats"),), (leaf("seats", best=160),))
    assert [(move.points, move.why) for move in moved] == [(-30.0, "earns 50 points, earned 80")]


def test_what_is_new_and_what_is_gone_is_said() -> None:
    moved, _ = told((leaf("seats"),), (leaf("days"),))
    assert {(move.label, move.points, move.why) for move in moved} == {
        ("days", 40.0, "is new"),
        ("seats", -80.0, "is gone"),
    }


def test_a_measure_that_nobody_knows_moves_nothing() -> None:
    moved, _ = told((leaf("seats"),), (leaf("seats"), leaf("calls")))
    assert moved == []


def test_a_rule_is_told_by_what_it_adds_and_added() -> None:
    moved, said = told((leaf("seats"),), (leaf("seats"),), (boost(10, 90),), (boost(10, 70),))
    assert [(move.label, move.points, move.why) for move in moved] == [
        ("boost 10: they grow", 10.0, "adds 10, before did nothing")
    ]
    assert said.startswith("Acme rises 10 points, from 80 (Green) to 90 (Green)")


def test_two_rules_that_say_the_same_are_both_counted() -> None:
    moved, _ = told((leaf("seats"),), (leaf("seats"),), (), (boost(5, 50), boost(5, 60)))
    assert [move.points for move in moved] == [5.0, 5.0]


def test_who_gains_or_loses_a_score_has_no_points_to_tell() -> None:
    given = Score("A-1", date(2026, 3, 1), 80.0, "Green", "healthy", 1.0, None, "scored")
    none = Score("A-1", date(2026, 3, 1), None, None, None, 0.1, None, "not enough data")
    assert moves.sentence("Acme", given, none, ()) == "Acme has no score any more."
    assert moves.sentence("Acme", none, given, ()) == "Acme has a score now."
