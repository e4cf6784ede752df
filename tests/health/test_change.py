"""This file holds that the steps of a change add up, and that each carries what moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.health.definition.band import Band
from keepwell.health.definition.condition import Compare
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import Parents
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Linear, Lookup, OwnTarget, Peers
from keepwell.health.definition.scorecard import COMBINES, Definition, Group, Leaf
from keepwell.health.definition.window import Window
from keepwell.health.engines.protocol import Line, Standing
from keepwell.health.explain import score_change
from keepwell.health.explain.reading import Reading
from keepwell.health.explain.score_change import Among, RuleChange, State
from keepwell.health.scoring.values import Value

BANDS = (Band("Green", 70, "healthy"), Band("Red", 0, "at risk"))


def leaf(name: str, weight: float = 1.0, best: float = 100.0) -> Leaf:
    return Leaf(Measure(name, "usage", "count", Linear(0, best), Window(28)), weight)


def card(*leaves: Leaf, rules: tuple[Rule, ...] = (), combine: str = "mean") -> Definition:
    return Definition("card", Group("health", leaves, combine=combine, rules=rules), BANDS, 0.0)  # type: ignore[arg-type]


def test_a_fall_is_a_step_of_the_measure_that_fell() -> None:
    definition = card(leaf("seats", 3), leaf("days", 1))
    before = State(definition, {"seats": Value(80.0), "days": Value(50.0)})
    after = State(definition, {"seats": Value(40.0), "days": Value(50.0)})
    assert [
        (step.cause, step.path, step.points) for step in score_change.changed(before, after)
    ] == [("data", "seats", -30.0)]


def test_what_goes_missing_is_not_called_data() -> None:
    definition = card(leaf("seats"), leaf("days"))
    before = State(definition, {"seats": Value(80.0), "days": Value(20.0)})
    after = State(definition, {"seats": Value(80.0), "days": Value(missing="no_rows")})
    assert score_change.by_cause(score_change.changed(before, after)) == {"missing": 30.0}


def test_a_new_definition_is_a_step_apart_from_new_data() -> None:
    before = State(card(leaf("seats", best=100)), {"seats": Value(40.0)})
    after = State(card(leaf("seats", best=50)), {"seats": Value(30.0)})
    assert score_change.by_cause(score_change.changed(before, after)) == {
        "definition": 40.0,
        "data": -20.0,
    }


def test_a_measure_that_gave_a_word_and_gives_a_number_now_is_another_definition() -> None:
    mood = Leaf(
        Measure(
            "mood", "pulses", "latest", Lookup((("green", 100.0), ("red", 0.0)), None), Window(28)
        ),
        1.0,
    )
    worded = State(card(mood, leaf("days")), {"mood": Value(None, "green"), "days": Value(20.0)})
    counted = State(card(leaf("mood"), leaf("days")), {"mood": Value(40.0), "days": Value(20.0)})
    assert score_change.by_cause(score_change.changed(worded, counted)) == {"definition": -30.0}
    assert score_change.by_cause(score_change.changed(counted, worded)) == {"definition": 30.0}


def test_a_cap_that_begins_to_apply_is_a_step_of_rules() -> None:
    cap = Rule("cap", 49, Compare("days", "<", 10), "silent")  # type: ignore[arg-type]
    definition = card(leaf("seats", 9), leaf("days", 1), rules=(cap,))
    before = State(definition, {"seats": Value(100.0), "days": Value(10.0)})
    after = State(definition, {"seats": Value(100.0), "days": Value(0.0)})
    assert score_change.by_cause(score_change.changed(before, after)) == {
        "data": -1.0,
        "rules": -41.0,
    }


def test_an_override_comes_last() -> None:
    definition = card(leaf("seats"))
    before = State(definition, {"seats": Value(80.0)})
    after = State(definition, {"seats": Value(60.0)}, override=90.0)
    assert score_change.by_cause(score_change.changed(before, after)) == {
        "data": -20.0,
        "override": 30.0,
    }


def test_a_step_carries_what_was_read_before_and_after() -> None:
    definition = card(leaf("seats", 3), leaf("days", 1))
    before = State(definition, {"seats": Value(80.0), "days": Value(50.0)})
    after = State(definition, {"seats": Value(40.0), "days": Value(missing="too_young")})
    missing, data = score_change.changed(before, after)
    assert (data.cause, data.label, data.before, data.after) == (
        "data", "seats", Reading(80.0), Reading(40.0),
    )  # fmt: skip
    assert (missing.cause, missing.before, missing.after) == (
        "missing", Reading(50.0), Reading(missing="too_young"),
    )  # fmt: skip


def test_a_target_that_moved_is_in_what_was_read() -> None:
    seats = leaf("seats")
    seats = replace(seats, measure=replace(seats.measure, scale=OwnTarget("target_users", 0, 1)))
    states = [State(card(seats), {"seats": Value(5.0, target=goal)}) for goal in (10.0, 20.0)]
    (step,) = score_change.changed(*states)
    assert (step.points, step.before, step.after) == (
        -25.0, Reading(5.0, target=10.0), Reading(5.0, target=20.0),
    )  # fmt: skip


def test_the_step_of_rules_names_those_that_began_or_ceased_to_apply() -> None:
    cap = Rule("cap", 49, Compare("days", "<", 10), "silent")  # type: ignore[arg-type]
    definition = card(leaf("seats", 9), leaf("days", 1), rules=(cap,))
    quiet = State(definition, {"seats": Value(100.0), "days": Value(0.0)})
    busy = State(definition, {"seats": Value(100.0), "days": Value(10.0)})
    for before, after, applies in ((busy, quiet, True), (quiet, busy, False)):
        step = score_change.changed(before, after)[-1]
        assert step.rules == (RuleChange("cap", 49, "silent", applies),)


def test_rules_that_apply_on_both_sides_are_not_named() -> None:
    cap = Rule("cap", 49, Compare("days", "<", 10), "silent")  # type: ignore[arg-type]
    definition = card(leaf("seats", 9), leaf("days", 1), rules=(cap,))
    before = State(definition, {"seats": Value(100.0), "days": Value(0.0)})
    after = State(definition, {"seats": Value(80.0), "days": Value(0.0)})
    (_, step) = score_change.changed(before, after)
    assert (step.cause, step.points, step.rules) == ("rules", 18.0, ())


def test_other_peers_are_a_step_of_their_own() -> None:
    seats = leaf("seats")
    seats = replace(seats, measure=replace(seats.measure, scale=Peers("")))
    before, after = (
        State(card(seats), {"seats": Value(50.0, peers=tuple(map(float, range(low, low + 100))))})
        for low in (0, 50)
    )
    (step,) = score_change.changed(before, after)
    assert (step.cause, step.path, step.points) == ("peers", "seats", -50.0)


def child(name: str, points: float | None, weight: float) -> Line:
    return Line(
        "group", date(2026, 3, 1), f"child:{name}", "child", name, None, "Red", None, points, weight, weight,
        weight * (points or 0.0), None if points is not None else "not_scored", False, None, None,
    )  # fmt: skip


def test_what_moves_a_parent_is_a_step_for_each_child() -> None:
    definition = replace(card(leaf("seats")), parents=Parents("count"))
    before = State(definition, {}, children=(child("n", 60, 0.5), child("s", 80, 0.5)))
    after = State(definition, {}, children=(child("n", 40, 0.5), child("s", 80, 0.5)))
    (step,) = score_change.changed(before, after)
    assert (step.cause, step.path, step.points) == ("children", "child:n", -10.0)
    assert (step.before, step.after) == (
        Reading(60, "Red", bands=BANDS),
        Reading(40, "Red", bands=BANDS),
    )


def test_a_child_that_has_no_part_in_the_score_has_nothing_to_read() -> None:
    definition = replace(card(leaf("seats")), parents=Parents("count"))
    before = State(definition, {}, children=(child("n", 60, 1.0), child("s", None, 0.0)))
    after = State(definition, {}, children=(child("n", 60, 0.5), child("s", 80, 0.5)))
    (step,) = score_change.changed(before, after)
    assert (step.path, step.before, step.after) == (
        "child:s",
        None,
        Reading(80, "Red", bands=BANDS),
    )


def test_coming_from_children_at_all_is_one_step() -> None:
    definition = replace(card(leaf("seats")), parents=Parents("count"))
    alone = State(definition, {"seats": Value(80.0)})
    parent = State(definition, {}, children=(child("n", 60, 1.0),))
    for before, after, points, has in ((alone, parent, -20.0, True), (parent, alone, 20.0, False)):
        (step,) = score_change.changed(before, after)
        assert (step.cause, step.path, step.points, step.has_children) == (
            "children", "", points, has,
        )  # fmt: skip


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


@settings(max_examples=100, deadline=None)
@given(states(), states())
def test_steps_add_up_to_the_difference(before: State, after: State) -> None:
    steps = score_change.changed(before, after)
    assert abs(sum(step.points for step in steps) - score_change.difference(before, after)) < 1e-9


def test_what_moved_nothing_is_listed_and_says_whether_it_changed() -> None:
    definition = card(leaf("seats"), leaf("days", 0), leaf("calls"), leaf("mails"))
    gone = Value(missing="no_rows")
    before = State(definition, {"seats": Value(80.0), "days": Value(50.0), "calls": Value(200.0), "mails": gone})  # fmt: skip
    after = State(definition, {"seats": Value(40.0), "days": Value(9.0), "calls": Value(300.0), "mails": gone})  # fmt: skip
    steps = score_change.changed(before, after)
    found = score_change.unmoved(before, after, steps)
    assert [(each.path, each.is_changed) for each in found] == [
        ("days", True), ("calls", True), ("mails", False),
    ]  # fmt: skip
    assert (found[1].before, found[1].after) == (Reading(200.0), Reading(300.0))
    left = replace(after, left_out=Standing("prospect", None))
    assert score_change.unmoved(before, left, score_change.changed(before, left)) == ()


def test_a_step_of_rules_says_what_all_of_them_did_on_either_side() -> None:
    cap = Rule("cap", 49, Compare("days", "<", 10), "silent")  # type: ignore[arg-type]
    definition = card(leaf("seats", 9), leaf("days", 1), rules=(cap,))
    before = State(definition, {"seats": Value(100.0), "days": Value(10.0)})
    after = State(definition, {"seats": Value(100.0), "days": Value(0.0)})
    step = score_change.changed(before, after)[-1]
    assert step.rule_points == (0.0, -41.0)


def test_a_step_of_peers_has_both_sets_of_them() -> None:
    ranked = leaf("seats")
    ranked = replace(ranked, measure=replace(ranked.measure, scale=Peers("all")))
    values = [
        Value(5.0, peers=peers)
        for peers in (tuple(map(float, range(20))), tuple(map(float, range(1, 22))))
    ]
    (step,) = score_change.changed(*(State(card(ranked), {"seats": value}) for value in values))
    assert step.cause == "peers"
    assert step.among == (Among(20, Reading(9.5)), Among(21, Reading(11.0)))
