"""This file tests the charts of a judgement: rates by tenths, lead times, and the decisions themselves."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell import charts
from keepwell.charts import WEB, LeadTime, Tenth, Zone
from tests.charts.drawn import (
    extent,
    filled,
    number,
    outside,
    overlaps,
    points,
    read,
    stroked,
    texts,
    titles,
)

ZONES = (Zone("Green", 70, "healthy"), Zone("Amber", 50, "watch"), Zone("Red", 0, "at risk"))
TWO = [Tenth(0, 50, 0.4, 0.3, 0.6, "at risk"), Tenth(50, 60, 0.1, 0.05, 0.2, "healthy")]


def test_tenths_stand_side_by_side_as_high_as_their_rates() -> None:
    root = read(charts.tenths(TWO, everybody=0.2))
    first, second = root.iter("circle")
    assert first.attrib["fill"] == WEB.risk
    assert second.attrib["fill"] == WEB.healthy
    lines = [each for each in root.iter("line") if each.attrib.get("stroke-width") == "2.4"]
    # The axis runs from 0 % at 150 to 60 % at 14.
    height = 136 / 0.6
    for dot, bar, part in zip((first, second), lines, TWO, strict=True):
        assert number(dot, "cy") == pytest.approx(150 - part.share * height, abs=0.01)
        assert number(bar, "y1") == pytest.approx(150 - part.low * height, abs=0.01)
        assert number(bar, "y2") == pytest.approx(150 - part.high * height, abs=0.01)
    (everybody,) = (each for each in root.iter("line") if each.attrib.get("stroke-dasharray"))
    assert number(everybody, "y1") == pytest.approx(150 - 0.2 * height, abs=0.01)
    assert texts(root)[-4:-1] == ["0", "50", "60"]
    assert titles(root)[0] == "0 to 50: 40 %, between 30 % and 60 %"


def test_the_likely_line_follows_scores_however_wide_their_part_is() -> None:
    root = read(charts.tenths(TWO, likely=[(0, 0.4), (25, 0.3), (50, 0.2), (55, 0.1), (70, 0)]))
    (path,) = stroked(root, "path", WEB.edge)
    (x0, _), (x1, y1), (x2, _), (x3, _) = points(path.attrib["d"])
    assert x1 - x0 == pytest.approx((x2 - x0) / 2, abs=0.02)
    assert x3 - x2 == pytest.approx((x2 - x0) / 2, abs=0.02)
    assert y1 == pytest.approx(150 - 0.3 * 136 / 0.6, abs=0.01)


def test_without_a_part_nothing_is_drawn_and_said() -> None:
    root = read(charts.tenths([]))
    assert list(root.iter("circle")) == []
    assert "No score is known yet." in root.attrib["aria-label"]


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=11, unique=True).map(sorted),
    st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted),
)
def test_any_tenths_stay_inside_and_legible(edges: list[float], rate: list[float]) -> None:
    low, share, high = rate
    share = min(share * 1.1, 1.0)  # draws of other accounts may all lie on one side of a rate
    pairs = list(pairwise(edges)) or [(edges[0], edges[0])]
    parts = [Tenth(begin, end, share, low, high, "watch") for begin, end in pairs]
    root = read(charts.tenths(parts, everybody=share, likely=[(each, low) for each in edges]))
    assert outside(root) == []
    assert overlaps(root) == []


def _leads(*values: float | None) -> list[LeadTime]:
    return [
        LeadTime(nth, value, value and value - 0.1, value and value + 0.1, 10 * nth)
        for nth, value in enumerate(values, start=1)
    ]


def test_lead_times_run_from_the_earliest_to_the_latest() -> None:
    root = read(charts.lead_times(_leads(0.8, 0.7, 0.6), headline=2))
    dots = list(root.iter("circle"))
    xs, ys = ([number(each, name) for each in dots] for name in ("cx", "cy"))
    assert xs == sorted(xs)
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.02)
    assert xs[2] == 328
    # From 0.4 at 150 to 0.9 at 14.
    assert ys == [pytest.approx(150 - (value - 0.4) * 272, abs=0.01) for value in (0.6, 0.7, 0.8)]
    assert [number(each, "r") for each in dots] == [3.5, 5.5, 3.5]
    (guessing,) = (each for each in root.iter("line") if each.attrib.get("stroke-dasharray"))
    assert number(guessing, "y1") == pytest.approx(150 - 0.1 * 272, abs=0.01)
    (band,) = filled(root, "path", WEB.accent)
    space = extent(band)
    assert space
    assert (space[0], space[2]) == (xs[0], xs[2])
    assert (space[1], space[3]) == (pytest.approx(14, abs=0.01), pytest.approx(150 - 0.1 * 272, abs=0.01))  # fmt: skip
    assert {"3 months before", "30 left", "1", "10 left"} <= set(texts(root))


def test_a_lead_time_that_is_not_known_is_a_hatched_gap_and_no_zero() -> None:
    root = read(charts.lead_times(_leads(0.8, 0.7, None, 0.6, 0.65)))
    assert len(list(root.iter("circle"))) == 4
    assert len(list(filled(root, "path", WEB.accent))) == 2
    (gap,) = stroked(root, "path", WEB.hatch)
    dots = [number(each, "cx") for each in root.iter("circle")]
    space = extent(gap)
    assert space
    assert (space[0], space[2]) == (pytest.approx(dots[1], abs=0.01), pytest.approx(dots[2], abs=0.01))  # fmt: skip
    assert "3 months before: not known" in root.attrib["aria-label"]


@given(st.lists(st.none() | st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted), max_size=12))  # fmt: skip
def test_any_lead_times_stay_inside_and_legible(given_: list[list[float] | None]) -> None:
    leads = [
        LeadTime(nth, each and each[1], each and each[0], each and each[2], 1000)
        for nth, each in enumerate(given_, start=1)
    ]
    root = read(charts.lead_times(leads, headline=3))
    assert outside(root) == []
    assert overlaps(root) == []


def test_decisions_are_dots_at_their_scores_filled_where_they_left() -> None:
    root = read(charts.decisions([46], [20, 90], ZONES))
    ticks = {each.text: number(each, "x") for each in root.iter("text")}
    left, *stayed = root.iter("circle")
    wide = (ticks["100"] - ticks["0"]) / 100
    assert left.attrib["fill"] == WEB.risk
    assert number(left, "cx") == pytest.approx(ticks["0"] + 46 * wide, abs=0.02)
    assert [each.attrib["fill"] for each in stayed] == [WEB.surface, WEB.surface]
    assert [number(each, "cx") for each in stayed] == [
        pytest.approx(ticks["0"] + score * wide, abs=0.02) for score in (20, 90)
    ]
    assert number(left, "cy") < number(stayed[0], "cy")
    bands = [extent(each) for each in root.iter("rect")]
    assert [each and each[0] for each in bands] == [pytest.approx(ticks["0"] + least * wide, abs=0.02) for least in (70, 50, 0)]  # fmt: skip


def test_equal_scores_are_piled_up_and_none_is_lost() -> None:
    root = read(charts.decisions([], [80] * 5, ZONES))
    dots = [(number(each, "cx"), number(each, "cy")) for each in root.iter("circle")]
    assert len(dots) == 5
    assert len({x for x, _ in dots}) == 1
    assert len({y for _, y in dots}) == 5
    assert "5 stayed, at 80 (5 times)" in root.attrib["aria-label"]
    assert "0 left" in root.attrib["aria-label"]


@given(st.lists(st.floats(0, 100), max_size=80), st.lists(st.floats(0, 100), max_size=80))
def test_any_decisions_stay_inside_their_own_strip(left: list[float], stayed: list[float]) -> None:
    for size in (charts.DECISIONS, charts.DECISIONS_NARROW):
        root = read(charts.decisions(left, stayed, ZONES, size=size))
        assert outside(root) == []
        assert overlaps(root) == []
        dots = list(root.iter("circle"))
        assert len(dots) == len(left) + len(stayed)
        if left and stayed:
            lowest = max(number(each, "cy") for each in dots[: len(left)])
            assert lowest + 5 < min(number(each, "cy") for each in dots[len(left) :])


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (lambda: charts.tenths([Tenth(0, 101, 0.1, 0, 1)]), "The highest score of a part is 101, and not between 0 and 100."),
        (lambda: charts.tenths([TWO[1], TWO[0]]), "A part begins at 0, before that below it ends at 60."),
        (lambda: charts.tenths([Tenth(0, 1, 1.1, 0.2, 1)]), "A rate is 1.1, and not between 0 and 1."),
        (lambda: charts.lead_times([LeadTime(1, 0.5, 0.8, 0.7, 3)]), "An interval's end is 0.8, and not between 0 and 0.7."),
        (lambda: charts.decisions([101], [], ZONES), "A score is 101, and not between 0 and 100."),
        (lambda: charts.decisions([], [], ZONES[::-1]), "The score that a band begins at is 50, and not between 0 and 0."),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_told(drawn: object, said: str) -> None:
    with pytest.raises(ValueError) as told:
        drawn()  # type: ignore[operator]
    assert str(told.value) == said
