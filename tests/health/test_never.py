"""This file holds what `never` means in the second stage, beside growth and baselines, and in words."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from keepwell.health.compile import baselines, values
from keepwell.health.compile.feed_coverage import FeedCoverage
from keepwell.health.compile.frame import Frame
from keepwell.health.definition import grammar
from keepwell.health.definition.band import Band
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.rule import Rule, names_of
from keepwell.health.definition.scale import Baseline, Linear, OwnTarget, Peers, Scale, Steps
from keepwell.health.definition.scorecard import Definition, Group, Leaf
from keepwell.health.definition.window import Window
from keepwell.health.engines.protocol import Line
from keepwell.health.explain import prose, reading, score_change
from keepwell.health.scoring import points, rules
from keepwell.health.scoring.arrays import Numbers
from keepwell.health.scoring.values import REASON_CODES, Value, Values, stack

NEVER = Value(math.inf)
BANDS = (Band("Green", 70, "healthy"), Band("Red", 0, "at risk"))
SINCE = Measure("since", "meetings", "days since", Linear(90, 0), Window())
CARD = Definition("card", Group("health", (Leaf(SINCE, 1.0),)), BANDS, 0.0)
AS_OF = date(2026, 4, 1)


def earned(scale: Scale, *found: Value) -> list[float]:
    frozen = {"all": np.array([*map(float, range(20)), math.inf, math.inf])}
    given = replace(stack(found, False), peers=np.array(["all"] * len(found), dtype=object))
    got, codes = points.earn(scale, given, frozen)
    assert not codes.any()
    return list(got)


@pytest.mark.parametrize(
    ("scale", "wanted"),
    [
        (Linear(90, 0), 0.0),
        (Linear(0, 90), 100.0),
        (Steps(((30.0, 100.0), (60.0, 50.0)), 10.0), 10.0),
        (OwnTarget("target_users", 2, 1), 0.0),
        (OwnTarget("target_users", 1, 2), 100.0),
        (Peers("", is_higher_better=False), 100 - 21 / 22 * 100),
    ],
)
def test_never_earns_what_the_far_end_of_a_scale_earns(scale: Scale, wanted: float) -> None:
    (got,) = earned(scale, replace(NEVER, target=30.0))
    assert got == pytest.approx(wanted, abs=1e-12)


def test_never_ranks_above_every_number_and_ties_with_never() -> None:
    largest, never = earned(Peers(""), Value(1e12), NEVER)
    assert largest == pytest.approx(20 / 22 * 100)
    assert never == pytest.approx(21 / 22 * 100)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("since > 999999", True), ("since >= 0", True), ("since != 30", True),
        ("since < 999999", False), ("since <= 999999", False), ("since = 0", False),
        ("since in (0, 30)", False), ("not since < 30", True), ("since is missing", False),
    ],
)  # fmt: skip
def test_never_is_more_than_any_number_in_a_condition(text: str, holds: bool) -> None:
    condition = grammar.read(text, names_of([SINCE], []))
    decided = rules.decide(condition, {"since": np.array([math.inf])})
    assert [list(each) for each in decided] == [[holds], [not holds]]


@pytest.mark.parametrize("added", [20.0, -20.0])
def test_a_boost_that_halves_on_never_adds_nothing(added: float) -> None:
    when = grammar.read("since >= 0", names_of([SINCE], []))
    rule = Rule("boost", added, when, "so it is", 30, "since")
    columns: dict[str, Numbers] = {"since": np.array([math.inf, 0.0])}
    after, effect = rules.apply(rule, np.array([50.0, 50.0]), columns)
    assert list(after) == [50.0, 50.0 + added]
    assert list(effect.applied) == [True, True]


def numbers(*found: float) -> Values:
    return stack([Value(number) for number in found], False)


def test_growth_from_never_or_to_it_is_undefined() -> None:
    found = baselines.growth(numbers(math.inf, 5, math.inf, 5), numbers(5, math.inf, math.inf, 4))
    assert [int(code) for code in found.missing] == [REASON_CODES["undefined"]] * 3 + [0]
    assert np.isnan(found.numbers[:3]).all()
    assert found.numbers[3] == 0.25


def test_a_baseline_that_contains_never_is_undefined() -> None:
    found = baselines.baseline(numbers(5, 5, math.inf), [numbers(5, 5, 5), numbers(math.inf, 7, 5)])
    assert [int(code) for code in found.missing] == [REASON_CODES["undefined"], 0, 0]
    assert np.isnan(found.numbers[0])
    assert list(found.targets[1:]) == [6.0, 5.0]
    assert earned(Baseline(56, 2, 1), found_row(found, 2)) == [0.0]  # compared with its own past


def found_row(found: Values, row: int) -> Value:
    return Value(float(found.numbers[row]), target=float(found.targets[row]))


@pytest.mark.parametrize(
    ("scale", "far"),
    [
        (Linear(90, 0), 90),
        (Linear(7, 60), 60),
        (Linear(-3, -9), 0),
        (Steps(((30.0, 100.0), (61.0, 50.0)), 10.0), 61),
        (Steps((), 10.0), 0),
        (OwnTarget("target_users", 3, 1), 60),
        (Peers(""), 0),
    ],
)
def test_never_is_said_once_account_and_coverage_are_as_old_as_the_scale_is_long(
    scale: Scale, far: int
) -> None:
    """A day before, the younger of the two is the reason; of an account that nobody knows the start of, the feed alone."""
    measure = replace(SINCE, scale=scale)

    def decided(covered_days: int, tenure_days: int | None) -> str:
        frame = Frame(["a"])
        start = np.datetime64("NaT", "D")
        if tenure_days is not None:
            start = np.datetime64(AS_OF, "D") - tenure_days
        frame.add_array("started_on", np.array([start]))
        frame.add_array("target__target_users", np.array([20.0]))
        reads_on = np.array([np.datetime64(AS_OF, "D")])
        coverage = FeedCoverage(
            reads_on - covered_days, reads_on, np.array([False]), np.array([False]), np.array([0.0])
        )
        found = values.decide(measure, frame, {"meetings": coverage}, AS_OF)
        assert math.isinf(found.numbers[0]) == bool(found.is_known[0])
        return next(name for name, code in REASON_CODES.items() if code == found.missing[0])

    old = far or 1
    assert decided(old, old) == ""
    assert decided(old, None) == ""
    if far:
        assert decided(far - 1, 999) == "not_covered"
        assert decided(999, far - 1) == "too_young"
        assert decided(far - 1, far - 1) == "not_covered"


def line(**more: object) -> Line:
    plain = Line(
        "a", AS_OF, "since", "measure", "since", None, None, None, 0.0, 1.0, 1.0, 0.0, None, False, 3, None
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def test_a_stored_line_that_says_never_is_scored_again_as_never() -> None:
    state = score_change.state(CARD, [line(never=True)], {})
    assert state.values["since"].number == math.inf
    assert state.values["since"].missing is None
    few = score_change.state(CARD, [line(never=True, missing="few_peers")], {})
    assert few.values["since"].missing is None


def test_a_change_from_days_to_never_is_told_in_words() -> None:
    before = score_change.state(CARD, [line(value=45.0)], {})
    after = score_change.state(CARD, [line(never=True)], {})
    (step,) = score_change.changed(before, after)
    assert step.points == -50.0
    assert (step.after.never, step.after.number) == (True, None)  # type: ignore[union-attr]
    side = score_change.Side
    assert "since went from 45 days to never" in prose.change(side(50.0), side(0.0), (step,))


def test_never_is_written_without_a_unit_and_keeps_its_age() -> None:
    found = reading.of_measure(SINCE, None, None, None, 30.0, 14, never=True)
    assert prose.value(found) == "never, carried over from 14 days earlier"


def test_carrying_forward_leaves_never_as_it_is_and_can_carry_it() -> None:
    now = stack([NEVER, Value(missing="no_rows")], False)
    then = stack([Value(3.0), NEVER], False)
    found = values.carry_forward(now, then, 7)
    assert list(found.numbers) == [math.inf, math.inf]
    assert list(np.nan_to_num(found.carried)) == [0.0, 7.0]
