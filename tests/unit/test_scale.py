"""This file tests scales: lines, steps, own targets and lists, and which of them are rejected."""

from __future__ import annotations

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import node, scale
from keepwell.health.definition.field import Faults, Fields
from keepwell.health.definition.scale import Line, Lookup, OwnTarget, Scale, Steps, line_points


def read(text: str) -> tuple[Scale | None, list[str]]:
    faults = Faults("card.yaml")
    found = scale.read(
        Fields(node.parse(text, "card.yaml"), "m.points", faults), TABLES["accounts"]
    )
    return found, [str(fault).removeprefix("card.yaml:") for fault in faults.found]


@pytest.mark.parametrize(
    ("value", "worst", "best", "points"),
    [
        (5, 0, 10, 50),
        (-1, 0, 10, 0),
        (11, 0, 10, 100),
        (2, 10, 2, 100),
        (6, 10, 2, 50),
        (12, 10, 2, 0),
        (0, -5, 5, 50),
    ],
)
def test_a_line_is_straight_between_worst_and_best_and_held_beyond(
    value: float, worst: float, best: float, points: float
) -> None:
    assert line_points(value, worst, best) == points


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("{worst: 0, best: 80 %}", Line(0.0, 0.8)),
        ("{worst: 30, best: -1}", Line(30.0, -1.0)),
        ("{own_target: target_users, worst: 0.2, best: 1}", OwnTarget("target_users", 0.2, 1.0)),
        ("{lookup: {green: 100, red: 0}}", Lookup((("green", 100.0), ("red", 0.0)))),
        ("{lookup: {green: 100}, otherwise: 20}", Lookup((("green", 100.0),), 20.0)),
        (
            "{steps: [{below: 1, points: 100}, {below: 3, points: 60}, {otherwise: 0}]}",
            Steps(((1.0, 100.0), (3.0, 60.0)), 0.0),
        ),
        ("{steps: [{otherwise: 40}]}", Steps((), 40.0)),
    ],
)
def test_a_scale_is_read_and_written_alike(text: str, read_as: Scale) -> None:
    found, faults = read(text)
    assert (found, faults) == (read_as, [])
    assert read(str(scale.plain(read_as)).replace("'", ""))[0] == read_as


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{worst: 3, best: 3}", "m.points.best: is the same as worst `3`."),
        ("{worst: 3}", "m.points.best: is missing."),
        ("{worst: a, best: 3}", "m.points.worst: is not a number: `a`."),
        ("{worst: .nan, best: 3}", "m.points.worst: is not a number: `.nan`."),
        ("{worst: 1e400, best: 3}", "m.points.worst: is not a number: `1e400`."),
        ("{worst: 1e300, best: 3}", "m.points.worst: is out of range: `1e300`."),
        ("{own_target: target_user, worst: 0, best: 1}", "Did you mean `target_users`?"),
        (
            "{own_target: segment, worst: 0, best: 1}",
            "is not a number of the accounts table: `segment`.",
        ),
        ("{steps: [{below: 1, points: 100}]}", "do not say what the rest gets."),
        ("{steps: [{below: 3, points: 1}, {below: 1, points: 2}, {otherwise: 0}]}", "do not rise."),
        ("{steps: [{below: 1, points: 1}, {below: 1, points: 2}, {otherwise: 0}]}", "do not rise."),
        (
            "{steps: [{below: 1, points: 101}, {otherwise: 0}]}",
            "is out of range: `101`. Write a number from 0 to 100.",
        ),
        ("{steps: [{under: 1, points: 1}, {otherwise: 0}]}", "unknown field `under`."),
        ("{lookup: [green]}", "should be a mapping of category to points."),
        ("{lookup: {green: much}}", "is not a number: `much`."),
        ("{worst: 0, best: 1, middle: 2}", "unknown field `middle`."),
    ],
)
def test_a_scale_with_a_mistake_says_which(text: str, fault: str) -> None:
    faults = read(text)[1]
    assert any(fault in found for found in faults), faults
