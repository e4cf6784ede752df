"""This file tests which points an entry of a card can reach, and which conditions can hold at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from keepwell.health.checks.analysis import reach, satisfiability
from keepwell.health.checks.analysis.satisfiability import Bounds, Truth
from keepwell.health.definition.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    IsMissing,
    Not,
    OneOf,
)
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Linear, Lookup, Peers, Steps
from keepwell.health.definition.scorecard import Group, Leaf, Policy
from keepwell.health.definition.window import Window

STEPS = Steps(((1.0, 0.0), (3.0, 40.0)), 100.0)
ALWAYS = AnyOf((IsMissing("a"), Compare("a", ">=", Decimal(0))))


def leaf(
    name: str, *, policy: Policy = "zero", weight: float = 1.0, gate: float | None = None
) -> Leaf:
    return Leaf(Measure(name, "usage", "count", STEPS, Window(28)), weight, policy, 0, gate)


def stretches(group: Group, least_coverage: float = 1.0) -> tuple[tuple[float, float], ...]:
    measures = [child.measure for child in group.children if isinstance(child, Leaf)]
    return reach.of_group(group, measures, least_coverage).stretches


def points(*numbers: float) -> tuple[tuple[float, float], ...]:
    return tuple((number, number) for number in numbers)


PAIR = (leaf("a"), leaf("b"))


def test_steps_give_only_their_points_and_a_mean_what_lies_between_them() -> None:
    assert stretches(Group("g", PAIR[:1])) == points(0, 40, 100)
    assert stretches(Group("g", PAIR)) == points(0, 20, 40, 50, 70, 100)


def test_what_may_be_missing_leaves_the_whole_to_the_others() -> None:
    either = (leaf("a", policy="skip", weight=3), leaf("b", policy="skip"))
    assert stretches(Group("g", either)) == points(0, 10, 25, 30, 40, 55, 75, 85, 100)
    assert points(10)[0] in stretches(Group("g", either), 0.5)
    assert stretches(Group("g", (leaf("a", policy="neutral"),)), 0.5) == points(0, 40, 100)
    assert stretches(Group("g", (leaf("a", policy="neutral"),)), 0.0) == points(0, 40, 50, 100)


def fixed(name: str, number: float, *, weight: float = 1.0) -> Leaf:
    """A measure that earns one number of points whatever it finds, and is skipped where it finds nothing."""
    plain = leaf(name, policy="skip", weight=weight)
    return replace(plain, measure=replace(plain.measure, scale=Steps((), number)))


def test_only_so_much_may_be_missing_as_leaves_enough_coverage() -> None:
    three = Group("g", (fixed("a", 10), fixed("b", 50), fixed("c", 90)))
    assert stretches(three) == points(50)
    assert stretches(three, 0.5) == points(30, 50, 70)
    assert stretches(three, 0.3) == points(10, 30, 50, 70, 90)


def test_a_gate_sets_nothing_above_itself() -> None:
    line = replace(
        leaf("a", gate=50, weight=0), measure=replace(leaf("a").measure, scale=Linear(0, 10))
    )
    assert stretches(Group("g", (line, fixed("b", 90)), combine="gate")) == ((0, 50), (90, 90))


def test_the_lowest_is_never_above_what_speaks_in_any_case() -> None:
    low = replace(leaf("b"), measure=replace(leaf("b").measure, scale=Steps(((1.0, 0.0),), 30.0)))
    assert stretches(Group("g", (leaf("a"), low), combine="lowest")) == points(0, 30)
    assert stretches(Group("g", (leaf("a"), low), combine="highest")) == points(0, 30, 40, 100)


def test_a_gate_adds_what_lies_below_it() -> None:
    gated = (leaf("a", gate=50, weight=0), leaf("b"))
    assert stretches(Group("g", (replace(gated[0], weight=3), gated[1]), combine="gate"))[0] == (
        0,
        0,
    )
    assert (40, 40) in stretches(Group("g", gated, combine="gate"))


@pytest.mark.parametrize(
    ("rule", "reached"),
    [
        (Rule("cap", 50, ALWAYS, "so"), points(0, 40, 50)),
        (Rule("floor", 30, ALWAYS, "so"), points(30, 40, 100)),
        (Rule("boost", -20, ALWAYS, "so"), points(0, 20, 80)),
        (Rule("boost", 20, ALWAYS, "so", 30, "a"), ((0, 20), (40, 60), (100, 100))),
        (Rule("cap", 50, Compare("a", ">", Decimal(1)), "so"), points(0, 40, 50, 100)),
        (Rule("cap", 50, Compare("a", "<", Decimal(0)), "so"), points(0, 40, 100)),
    ],
)
def test_a_rule_moves_all_that_it_must_move_and_what_it_may(
    rule: Rule, reached: tuple[tuple[float, float], ...]
) -> None:
    assert stretches(Group("g", PAIR[:1], rules=(rule,))) == reached


def test_scales_reach_what_values_allow() -> None:
    assert reach.of_scale(Linear(0, 2), (0, 1)) == ((0, 50),)
    assert reach.of_scale(Linear(1, 0), (0, 1)) == ((0, 100),)
    assert reach.of_scale(STEPS, (0, 2)) == points(0, 40)
    assert reach.of_scale(Lookup((("green", 100), ("red", 10)), 30)) == points(10, 30, 100)
    assert reach.of_scale(Peers("")) == ((0, 100),)


def test_too_many_stretches_become_fewer_and_leave_nothing_out() -> None:
    many = [(float(at), float(at)) for at in range(0, 100, 2)] + [(99.5, 99.5)]
    joined = reach.joined(many)
    assert len(joined) == reach.MOST_STRETCHES
    assert all(any(low <= number <= high for low, high in joined) for number, _ in many)


A, WORD = Compare("a", "<", Decimal(5)), Compare("word", "=", "red")


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        (A, Truth(True, True)),
        (Compare("a", "<", Decimal(0)), Truth(False, True)),
        (AllOf((A, Not(A))), Truth(False, True)),
        (AnyOf((A, Not(A))), Truth(True, True)),
        (AnyOf((A, Not(A), IsMissing("a"))), Truth(True, False)),
        (AnyOf((Compare("sure", "<=", Decimal(100)), A)), Truth(True, False)),
        (Compare("sure", ">", Decimal(100)), Truth(False, True)),
        (OneOf("a", (Decimal(-1), Decimal(-2))), Truth(False, True)),
        (IsMissing("sure"), Truth(False, True)),
        (IsMissing("wide"), Truth(True, True)),
        (Compare("wide", "!=", Decimal(3)), Truth(True, True)),
        (WORD, Truth(True, True)),
        (AllOf((WORD, Compare("word", "=", "green"))), Truth(False, True)),
        (Compare("unheard", "<", Decimal(1)), Truth(True, True)),
    ],
)
def test_a_condition_is_sure_only_where_no_fact_can_change_it(
    condition: Condition, truth: Truth
) -> None:
    bounds = {
        "a": Bounds(0.0, float("inf")),
        "sure": Bounds(0.0, 100.0, may_be_missing=False),
        "wide": Bounds(float("-inf"), float("inf")),
        "word": Bounds(0.0, 0.0, is_word=True),
    }
    assert satisfiability.of(condition, bounds) == truth
