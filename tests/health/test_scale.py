"""This file tests scales: lines, steps, own targets and lists, and which of them are rejected."""

from __future__ import annotations

import pytest

from keepwell.errors import Fault
from keepwell.facts.schema import TABLES
from keepwell.health.definition import node, scale
from keepwell.health.definition.field import Faults, Fields
from keepwell.health.definition.scale import Linear, Lookup, OwnTarget, Scale, Steps, line_points


def read(text: str) -> tuple[Scale | None, list[Fault]]:
    faults = Faults("card.yaml")
    found = scale.read(
        Fields(node.parse(text, "card.yaml"), "m.points", faults), TABLES["accounts"]
    )
    return found, faults.found


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
        ("{worst: 0, best: 80 %}", Linear(0.0, 0.8)),
        ("{worst: 30, best: -1}", Linear(30.0, -1.0)),
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
        ("{worst: 3, best: 3}", ("C201", "m.points.best", "3")),
        ("{worst: 3}", ("C102", "m.points.best", "")),
        ("{worst: a, best: 3}", ("C106", "m.points.worst", "a")),
        ("{worst: .nan, best: 3}", ("C106", "m.points.worst", ".nan")),
        ("{worst: 1e400, best: 3}", ("C106", "m.points.worst", "1e400")),
        ("{worst: 1e300, best: 3}", ("C107", "m.points.worst", "1e300")),
        ("{own_target: target_user, worst: 0, best: 1}", ("C202", "m.points.own_target", "target_user")),
        ("{own_target: segment, worst: 0, best: 1}", ("C202", "m.points.own_target", "segment")),
        ("{steps: [{below: 1, points: 100}]}", ("C203", "m.points.steps", "")),
        ("{steps: [{below: 3, points: 1}, {below: 1, points: 2}, {otherwise: 0}]}", ("C204", "m.points.steps", "")),
        ("{steps: [{below: 1, points: 1}, {below: 1, points: 2}, {otherwise: 0}]}", ("C204", "m.points.steps", "")),
        ("{steps: [{below: 1, points: 101}, {otherwise: 0}]}", ("C107", "m.points.steps[0].points", "101")),
        ("{steps: [{under: 1, points: 1}, {otherwise: 0}]}", ("C111", "m.points.steps[0].under", "under")),
        ("{lookup: [green]}", ("C205", "m.points.lookup", "")),
        ("{lookup: {green: much}}", ("C106", "m.points.lookup.green", "much")),
        ("{worst: 0, best: 1, middle: 2}", ("C111", "m.points.middle", "middle")),
    ],
)  # fmt: skip
def test_a_scale_with_a_mistake_says_which(text: str, fault: tuple[object, ...]) -> None:
    faults = read(text)[1]
    assert fault in [(each.code, each.path, each.got) for each in faults]
