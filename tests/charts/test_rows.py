"""This file tests the charts of table cells: bars, steps and sparklines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell import charts
from keepwell.charts import KINDS, WEB
from keepwell.charts.rows import StepKind
from tests.charts.drawn import (
    box,
    extent,
    filled,
    number,
    outside,
    points,
    read,
    stretches,
    stroked,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
known = st.lists(st.none() | finite, max_size=60)


@pytest.mark.parametrize(("points_", "width"), [(46, 46), (100, 100), (0, 0.8), (0.3, 0.8)])
def test_a_bar_is_as_wide_as_its_points_and_a_zero_is_a_sliver(
    points_: float, width: float
) -> None:
    root = read(charts.bar(points_, "at risk"))
    assert root.attrib["preserveAspectRatio"] == "none"
    assert (root.attrib["class"], box(root)[0]) == ("bar", 100)
    (track,) = filled(root, "rect", WEB.grid)
    (bar,) = filled(root, "rect", WEB.risk)
    assert (number(track, "width"), number(bar, "width")) == (100, width)
    assert root.attrib["aria-label"] == f"{points_:.0f} of 100 points"


def test_an_unknown_bar_is_hatched_and_never_looks_like_zero() -> None:
    root = read(charts.bar(None, None))
    assert list(root.iter("rect")) == []
    (hatch,) = stroked(root, "path", WEB.hatch)
    left, _, right, _ = extent(hatch) or (99, 0, 0, 0)
    assert left < 5
    assert right > 95
    assert root.attrib["aria-label"] == "no data"


@pytest.mark.parametrize("points_", [-0.1, 100.1, float("nan"), float("inf")])
def test_points_beyond_the_bar_are_told(points_: float) -> None:
    with pytest.raises(ValueError, match="^The points of a bar is "):
        charts.bar(points_, "watch")


def test_steps_are_a_staircase_that_ends_in_the_total() -> None:
    sums = [0, 13.7, 28.7, 25.7, 40]
    drawn = [
        extent(next(filled(read(charts.step(a, b, "healthy", 0, 50)), "rect", WEB.healthy)))
        for a, b in pairwise(sums)
    ]
    ends = [(each[0], each[2]) for each in drawn if each]
    assert ends == [
        (pytest.approx(2 * min(a, b)), pytest.approx(2 * max(a, b))) for a, b in pairwise(sums)
    ]
    total = extent(next(filled(read(charts.step(0, 40, "total", 0, 50)), "rect", WEB.muted)))
    assert total
    assert (total[0], total[2]) == (0, 80)


@pytest.mark.parametrize(
    ("kind", "colour"),
    [("healthy", WEB.healthy), ("watch", WEB.watch), ("at risk", WEB.risk), (None, WEB.unknown), ("override", WEB.accent)],
)  # fmt: skip
def test_a_step_has_the_colour_of_its_kind(kind: StepKind, colour: str) -> None:
    assert len(list(filled(read(charts.step(1, 2, kind, 0, 3)), "rect", colour))) == 1


def test_a_threshold_is_an_upright_line_under_the_step() -> None:
    root = read(charts.step(20, 56, "healthy", 20, 60, thresholds=[(50, "watch")]))
    (line,) = stroked(root, "path", WEB.watch)
    assert points(line.attrib["d"]) == [(75, 0), (75, 10)]
    assert [each.tag for each in root] == ["path", "rect"]


def test_a_step_says_from_where_to_where() -> None:
    said = [
        read(charts.step(*each, 0, 60)).attrib["aria-label"]
        for each in ((10, 11.7, "healthy"), (45.7, 30, "override"), (0, 45.7, "total"))
    ]
    assert said == [
        "+1.7 points, from 10.0 to 11.7",
        "\u221215.7 points, from 45.7 to 30.0",
        "45.7",
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((0, 70, 0, 60), "The end of a step is 70, and not between 0 and 60."),
        ((0, 1, 60, 60), "The axis of a step runs from 60 to 60, which is no way up."),
        ((float("nan"), 1, 0, 60), "The start of a step is nan, which is no finite number."),
    ],
)
def test_a_step_beyond_its_axis_is_told(values: tuple[float, ...], said: str) -> None:
    start, end, low, high = values
    with pytest.raises(ValueError) as told:
        charts.step(start, end, "healthy", low, high)
    assert str(told.value) == said


@given(st.lists(finite, min_size=4, max_size=4, unique=True))
def test_any_step_stays_inside(values: list[float]) -> None:
    low, start, end, high = sorted(values)
    for one, other in ((start, end), (end, start), (high, high), (low, low)):
        root = read(charts.step(one, other, None, low, high))
        assert outside(root) == []
        assert number(next(root.iter("rect")), "width") >= 0.8


def test_a_sparkline_runs_from_its_least_to_its_largest_value() -> None:
    root = read(charts.sparkline([10, 30, 20], "healthy"))
    (line,) = stroked(root, "path", WEB.healthy)
    assert points(line.attrib["d"]) == [(1, 17), (36, 3), (71, 10)]
    (dot,) = root.iter("circle")
    assert (number(dot, "cx"), number(dot, "cy"), dot.attrib["fill"]) == (71, 10, WEB.healthy)


def test_a_gap_is_a_gap_and_what_is_alone_a_point() -> None:
    root = read(charts.sparkline([1, 2, None, 2, None, 1, 1, None], "at risk"))
    (line,) = stroked(root, "path", WEB.risk)
    lines = stretches(line.attrib["d"])
    assert [[x for x, _ in each] for each in lines] == [[1, 11], [31, 31], [51, 61]]
    assert number(next(root.iter("circle")), "cx") == 61


def test_what_stays_the_same_is_a_flat_line_in_the_middle() -> None:
    (line,) = stroked(read(charts.sparkline([7, 7, 7], "healthy")), "path", WEB.healthy)
    assert {y for _, y in points(line.attrib["d"])} == {10}


def test_amber_is_a_dot_and_not_a_thin_line() -> None:
    root = read(charts.sparkline([1, 2], "watch"))
    assert stroked(root, "path", WEB.watch) == []
    assert len(list(filled(root, "circle", WEB.watch))) == 1


@pytest.mark.parametrize("values", [[], [5], [None, None], [None, 5, None]])
def test_fewer_than_two_values_are_a_dashed_line(values: list[float | None]) -> None:
    root = read(charts.sparkline(values, "healthy"))
    (line,) = root
    assert line.attrib["stroke-dasharray"]
    assert line.attrib["stroke"] == WEB.hatch


@given(known, st.sampled_from(KINDS))
def test_any_sparkline_stays_inside(values: list[float | None], kind: charts.Kind) -> None:
    root = read(charts.sparkline(values, kind))
    assert outside(root) == []
    if sum(each is not None for each in values) > 1:
        drawn = [x for line in stretches(root[0].attrib["d"]) for x, _ in line]
        assert drawn == sorted(drawn)


@given(known, st.sampled_from([float("nan"), float("inf"), float("-inf")]))
def test_a_value_that_is_no_number_is_told(values: list[float | None], bad: float) -> None:
    with pytest.raises(
        ValueError, match="^A value of a sparkline is .*, which is no finite number"
    ):
        charts.sparkline([*values, bad], "healthy")
