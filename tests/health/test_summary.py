"""This file holds what a score's summary is made of, and that a tree's contributions add up."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.band import Band
from keepwell.health.definition.condition import Compare
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Linear
from keepwell.health.definition.scorecard import Definition, Group, Leaf
from keepwell.health.definition.window import Window
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.explain import summary, tree
from keepwell.health.explain.reading import Reading
from keepwell.health.explain.summary import Summary
from keepwell.health.explain.tree import Branch
from keepwell.health.explain.trend import Move
from keepwell.health.scoring.values import Value
from tests.health import scored
from tests.health.cards import CARD

SEATS, FEATURES, VIEW = "adoption.seats_in_use", "adoption.key_features", "our_view"
AS_OF = date(2026, 3, 1)
FULL = {SEATS: Value(0.4), FEATURES: Value(2.0), VIEW: Value(label="amber")}


def card() -> Definition:
    read = document.read(CARD, file="card.yaml", tables=TABLES).definition
    assert read is not None
    return read


def explained(
    values: dict[str, Value], definition: Definition | None = None, before: str | None = None
) -> tuple[Score, Branch]:
    definition = definition or card()
    score, lines = scored.score(definition, "harbour", AS_OF, values, before)
    return score, tree.tree(definition, lines)


def summed(
    values: dict[str, Value], definition: Definition | None = None, before: str | None = None
) -> Summary:
    score, root = explained(values, definition, before)
    return summary.of("Harbour", score, root, definition or card())


def single(*leaves: tuple[str, float], rules: tuple[Rule, ...] = ()) -> Definition:
    """A card of measures and their weights, each from 0 to 100."""
    made = tuple(
        Leaf(Measure(name, "usage", "count", Linear(0, 100), Window(28)), weight)
        for name, weight in leaves
    )
    bands = (Band("Green", 70, "healthy"), Band("Red", 0, "at risk"))
    return Definition("card", Group("health", made, rules=rules), bands, 0.5)


def test_what_stands_below_adds_up_to_what_stands_above() -> None:
    score, root = explained(FULL)
    assert root.title == "Our card"
    assert root.line.contribution == score.score
    for branch in (root, root.children[0]):
        assert math.isclose(
            sum(child.line.contribution for child in branch.children), branch.line.contribution
        )
    lost = sum(leaf.line.contribution + leaf.points_lost for leaf in root.leaves())
    assert math.isclose(lost, 100.0)


def test_a_tree_is_plain_values_for_documents() -> None:
    plain = explained(FULL)[1].plain()
    adoption = plain["children"][0]  # type: ignore[index]
    assert (plain["kind"], adoption["name"], adoption["weight"]) == ("group", "adoption", 3.0)
    assert plain["children"][1]["value"] == "amber"  # type: ignore[index]


def test_the_biggest_drag_and_contributor_carry_path_points_weight_and_value() -> None:
    found = summed(FULL)
    (drag,) = found.of_kind("biggest_drag")
    assert (drag.path, drag.title, drag.points, drag.weight) == (SEATS, "seats in use", -25, 0.5)
    assert drag.reading == Reading(0.4, is_percent=True)
    (best,) = found.of_kind("biggest_contributor")
    assert (best.path, best.title, best.points) == (FEATURES, "Key features", 25)
    assert (found.score, found.band, found.coverage) == (62.5, "Red", 1.0)


def test_one_measure_is_never_both_the_biggest_drag_and_the_biggest_contributor() -> None:
    # By far the heaviest, at half of its points, seats would be both.
    found = summed({"seats": Value(50.0), "days": Value(90.0)}, single(("seats", 9), ("days", 1)))
    assert [(part.kind, part.path) for part in found.parts] == [
        ("biggest_drag", "seats"),
        ("biggest_contributor", "days"),
    ]
    alone = summed({"seats": Value(50.0)}, single(("seats", 1)))
    assert [part.kind for part in alone.parts] == ["biggest_drag"]


@pytest.mark.parametrize("number", [0.0, 20.0, 50.0, 80.0, 100.0])
@pytest.mark.parametrize("names", ["a", "ab", "abc"])
def test_among_measures_that_tie_none_is_said_twice(number: float, names: str) -> None:
    found = summed(dict.fromkeys(names, Value(number)), single(*((name, 1.0) for name in names)))
    paths = [part.path for part in found.of_kind("biggest_drag", "biggest_contributor")]
    assert len(paths) == len(set(paths))
    assert paths, "something costs or brings at least half a point"


@pytest.mark.parametrize(
    ("number", "kinds"),
    [(100.0, ["biggest_contributor"]), (99.6, ["biggest_contributor"]), (0.4, ["biggest_drag"])],
)
def test_less_than_half_a_point_is_no_part(number: float, kinds: list[str]) -> None:
    found = summed({"seats": Value(number)}, single(("seats", 1)))
    assert [part.kind for part in found.parts] == kinds


def test_what_is_missing_or_late_is_a_part_with_its_reason() -> None:
    found = summed(
        {
            SEATS: Value(0.8, is_stale=True),
            FEATURES: Value(missing="not_covered"),
            VIEW: Value(label="green"),
        }
    )
    assert [(part.path, part.reason) for part in found.of_kind("not_scored")] == [
        (FEATURES, "not_covered")
    ]
    assert [part.path for part in found.of_kind("late_data")] == [SEATS]
    assert not found.of_kind("biggest_drag")


def test_a_gap_that_counts_as_points_is_not_called_unscored() -> None:
    found = summed({**FULL, VIEW: Value(missing="no_rows")})
    assert [(part.path, part.limit, part.reason) for part in found.of_kind("default_points")] == [
        (VIEW, 50.0, "no_rows")
    ]
    assert not found.of_kind("not_scored")


def test_a_watched_measure_is_not_missed() -> None:
    found = summed(
        {"seats": Value(50.0), "days": Value(missing="no_rows")}, single(("seats", 1), ("days", 0))
    )
    assert not found.of_kind("not_scored")


def test_without_enough_data_the_parts_say_how_much_is_known_and_required() -> None:
    gap = Value(missing="no_rows")
    found = summed({SEATS: gap, FEATURES: gap, VIEW: Value(label="green")})
    assert (found.score, found.band) == (None, None)
    assert [part.kind for part in found.parts] == ["low_coverage", "not_scored", "not_scored"]
    (low,) = found.of_kind("low_coverage")
    assert (low.weight, low.limit) == (0.25, 0.5)


def test_a_band_that_only_hysteresis_holds_is_a_part() -> None:
    held = replace(single(("seats", 1)), hysteresis=3.0)
    for number, kinds in ((68.0, ["band_held"]), (66.0, []), (72.0, [])):
        found = summed({"seats": Value(number)}, held, "Green")
        assert [(part.kind) for part in found.of_kind("band_held")] == kinds
    (part,) = summed({"seats": Value(68.0)}, held, "Green").of_kind("band_held")
    assert part.limit == 3.0


def test_what_rules_did_comes_first_the_largest_effect_before_the_others() -> None:
    rules = (
        Rule("boost", 5, Compare("seats", ">", 10), "They grow."),  # type: ignore[arg-type]
        Rule("cap", 49, Compare("seats", ">", 10), "They leave."),  # type: ignore[arg-type]
        Rule("floor", 40, Compare("seats", ">", 10), "They learn."),  # type: ignore[arg-type]
    )
    found = summed({"seats": Value(90.0)}, single(("seats", 1), rules=rules))
    assert [
        (part.kind, part.path, part.points, part.limit, part.reason) for part in found.parts[:2]
    ] == [("cap", "rule_2", -46.0, 49, "They leave."), ("boost", "rule_1", 5.0, 5, "They grow.")]
    assert not found.of_kind("floor"), "what moves nothing is no part"


def test_an_override_stands_above_what_was_computed() -> None:
    computed = summed(FULL)
    found = summary.overridden(computed, 90.0, "Green", "They signed (Ana)")
    assert (found.score, found.band) == (90.0, "Green")
    assert (found.computed_score, found.computed_band) == (62.5, "Red")
    assert found.parts[0].kind == "override"
    assert (found.parts[0].points, found.parts[0].reason) == (27.5, "They signed (Ana)")
    assert found.parts[1:] == computed.parts


def test_a_parent_is_summed_up_by_the_accounts_below() -> None:
    definition = single(("seats", 1))
    _, own = scored.score(definition, "group", AS_OF, {"seats": Value(100.0)})
    root = replace(own[0], points=60.0, contribution=60.0)

    def child(name: str, points: float | None, weight: float, missing: str | None) -> Line:
        label = None if points is None else "Green" if points >= 70 else "Red"
        return Line(
            "group", AS_OF, f"child:{name}", "child", name, None, label, None, points, weight, weight,
            weight * (points or 0.0), missing, False, None, None,
        )  # fmt: skip

    children = [child("n", 20, 0.5, None), child("s", 100, 0.5, None), child("e", None, 0.0, "not_scored")]  # fmt: skip
    branch = tree.tree(definition, [root, own[1], *children], {"n": "North", "e": "East"})
    score = Score("group", AS_OF, 60.0, "Red", "at risk", 1.0, None, "scored")
    found = summary.of("Group", score, branch, definition)
    assert [(part.kind, part.path, part.title, part.points) for part in found.parts] == [
        ("not_scored", "child:e", "East", 0.0),  # first for whom the score does not speak
        ("biggest_drag", "child:n", "North", -40.0),
        ("biggest_contributor", "child:s", "s", 50.0),
    ]
    assert found.parts[1].reading == Reading(20, "Red", bands=definition.bands)


def test_a_carried_value_keeps_its_age() -> None:
    root = explained({**FULL, SEATS: Value(0.8, carried_days=14)})[1]
    assert next(root.leaves()).reading == Reading(0.8, is_percent=True, carried_days=14)


@pytest.mark.parametrize(
    ("heavy", "light", "drag"),
    [
        (80.0, 60.0, "days"),  # the heavy one costs 18 of its 90 points, but is Green
        (80.0, 75.0, "seats"),  # both are Green
        (60.0, 20.0, "seats"),  # both are Red: 36 points and 8
        (80.0, 96.0, "seats"),
        (100.0, 69.9, "days"),
    ],
)
def test_what_is_healthy_is_no_drag_while_something_else_is_not(
    heavy: float, light: float, drag: str
) -> None:
    given = {"seats": Value(heavy), "days": Value(light)}
    found = summed(given, single(("seats", 9), ("days", 1)))
    (part,) = found.of_kind("biggest_drag")
    assert part.path == drag
    assert part.path not in [each.path for each in found.of_kind("biggest_contributor")]


def test_what_costs_less_than_half_a_point_leaves_the_drag_to_the_healthy() -> None:
    found = summed({"seats": Value(80.0), "days": Value(60.0)}, single(("seats", 999), ("days", 1)))
    assert [part.path for part in found.of_kind("biggest_drag")] == ["seats"]


def test_an_account_below_is_healthy_by_its_own_band() -> None:
    whole, child = (
        Line("group", AS_OF, path, kind, name, None, label, None, points, 1.0, share, 0.0, None, False, None, None)  # type: ignore[arg-type]
        for path, kind, name, label, points, share in [
            ("", "group", "health", None, 70.0, 1.0), ("child:a", "child", "a", "Red", 72.0, 0.5)
        ]
    )  # fmt: skip
    other = replace(child, path="own:", kind="own", label="Green", points=68.0)
    below = tuple(Branch(line.path, line, None, ()) for line in (child, other))
    root = Branch("Group", whole, single(("seats", 1)).root, below)
    bands = single(("seats", 1)).bands
    # Held below its edge by hysteresis one is Green, above it the other is Red.
    assert [branch.line.path for branch in [summary.heaviest(root, bands)] if branch] == ["child:a"]


@pytest.mark.parametrize(
    ("seats", "days", "fell"),
    [
        (-10.0, -50.0, ("seats", -9.0)),  # by what it did to the score, not by its own points
        (+10.0, -50.0, ("days", -5.0)),
        (+10.0, -4.0, None),  # less than half a point of the score
        (None, -50.0, ("days", -5.0)),
        (None, None, None),
    ],
)
def test_what_fell_most_is_what_cost_the_score_most(
    seats: float | None, days: float | None, fell: tuple[str, float] | None
) -> None:
    _, root = explained(
        {"seats": Value(50.0), "days": Value(50.0)}, single(("seats", 9), ("days", 1))
    )
    found = summary.fell_most(root, {"seats": Move(seats), "days": Move(days), "": Move(-90.0)})
    assert (found is None) == (fell is None)
    assert found is None or (found[0], round(found[1], 9)) == fell


def test_of_a_parent_the_account_below_that_fell_most_is_named() -> None:
    own = scored.score(single(("seats", 1)), "group", AS_OF, {"seats": Value(60.0)})[1]
    north = replace(own[1], path="child:n", kind="child", name="n", effective_weight=0.25)
    root = tree.tree(single(("seats", 1)), [*own, north], {"n": "North"})
    moves = {"child:n": Move(-8.0), "seats": Move(-30.0)}
    assert summary.fell_most(root, moves) == ("North", -2.0)
    assert summary.fell_most(root, {"seats": Move(-30.0)}) is None
