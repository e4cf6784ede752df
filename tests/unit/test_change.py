"""This file holds that a change is told whole: its steps add up, and each names what moved."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.health.definition.band import Band
from keepwell.health.definition.condition import Compare
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Line, Lookup
from keepwell.health.definition.scorecard import COMBINES, Definition, Group, Leaf
from keepwell.health.definition.window import Window
from keepwell.health.explain import change
from keepwell.health.explain.change import State
from keepwell.health.scoring.values import Value

BANDS = (Band("Green", 70, "healthy"), Band("Red", 0, "at risk"))


def leaf(name: str, weight: float = 1.0, best: float = 100.0) -> Leaf:
    return Leaf(Measure(name, "usage", "count", Line(0, best), Window(28)), weight)


def card(*leaves: Leaf, rules: tuple[Rule, ...] = (), combine: str = "mean") -> Definition:
    return Definition("card", Group("health", leaves, combine=combine, rules=rules), BANDS, 0.0)  # type: ignore[arg-type]


def test_a_fall_is_told_by_the_measure_that_fell() -> None:
    definition = card(leaf("seats", 3), leaf("days", 1))
    before = State(definition, {"seats": Value(80.0), "days": Value(50.0)})
    after = State(definition, {"seats": Value(40.0), "days": Value(50.0)})
    assert [(step.cause, step.path, step.points) for step in change.changed(before, after)] == [
        ("data", "seats", -30.0)
    ]


def test_what_goes_missing_is_not_called_data() -> None:
    definition = card(leaf("seats"), leaf("days"))
    before = State(definition, {"seats": Value(80.0), "days": Value(20.0)})
    after = State(definition, {"seats": Value(80.0), "days": Value(missing="no_rows")})
    assert change.by_cause(change.changed(before, after)) == {"missing": 30.0}


def test_a_new_definition_is_told_apart_from_new_data() -> None:
    before = State(card(leaf("seats", best=100)), {"seats": Value(40.0)})
    after = State(card(leaf("seats", best=50)), {"seats": Value(30.0)})
    assert change.by_cause(change.changed(before, after)) == {"definition": 40.0, "data": -20.0}


def test_a_measure_that_told_a_word_and_tells_a_number_now_is_another_definition() -> None:
    mood = Leaf(
        Measure(
            "mood", "pulses", "latest", Lookup((("green", 100.0), ("red", 0.0)), None), Window(28)
        ),
        1.0,
    )
    worded = State(card(mood, leaf("days")), {"mood": Value(None, "green"), "days": Value(20.0)})
    counted = State(card(leaf("mood"), leaf("days")), {"mood": Value(40.0), "days": Value(20.0)})
    assert change.by_cause(change.changed(worded, counted)) == {"definition": -30.0}
    assert change.by_cause(change.changed(counted, worded)) == {"definition": 30.0}


def test_a_cap_that_begins_to_hold_is_told_as_a_rule() -> None:
    cap = Rule("cap", 49, Compare("days", "<", 10), "silent")  # type: ignore[arg-type]
    definition = card(leaf("seats", 9), leaf("days", 1), rules=(cap,))
    before = State(definition, {"seats": Value(100.0), "days": Value(10.0)})
    after = State(definition, {"seats": Value(100.0), "days": Value(0.0)})
    assert change.by_cause(change.changed(before, after)) == {"data": -1.0, "rules": -41.0}


def test_an_override_comes_last() -> None:
    definition = card(leaf("seats"))
    before = State(definition, {"seats": Value(80.0)})
    after = State(definition, {"seats": Value(60.0)}, override=90.0)
    assert change.by_cause(change.changed(before, after)) == {"data": -20.0, "override": 30.0}


NUMBERS = st.one_of(st.none(), st.floats(-10, 110, allow_nan=False))


@st.composite
def states(draw: st.DrawFn) -> State:
    names = draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True))
    leaves = tuple(
        leaf(name, draw(st.integers(0, 5)), draw(st.sampled_from([50.0, 100.0]))) for name in names
    )
    read = draw(st.sampled_from(names))
    rule = Rule(
        draw(st.sampled_from(["cap", "floor", "boost"])),
        draw(st.integers(0, 100)),
        Compare(read, "<", 50),
        "so",
    )  # type: ignore[arg-type]
    definition = card(*leaves, rules=(rule,), combine=draw(st.sampled_from(COMBINES)))
    drawn = {name: draw(NUMBERS) for name in names}
    values = {
        name: Value(number, missing=None if number is not None else "no_rows")
        for name, number in drawn.items()
    }
    return State(definition, values, draw(st.one_of(st.none(), st.floats(0, 100))))


@settings(max_examples=300, deadline=None)
@given(states(), states())
def test_steps_add_up_to_the_difference(before: State, after: State) -> None:
    steps = change.changed(before, after)
    assert abs(sum(step.points for step in steps) - change.difference(before, after)) < 1e-9
