"""This file tests the charts of estimates: the line of pairs, and the cells of rates and of power."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell import charts
from keepwell.charts import WEB, Kind
from tests.charts.drawn import box, extent, filled, number, outside, overlaps, read, stroked, texts

SHARES = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted)
# Mostly within its interval, and sometimes beside it: the ends are those of draws.
VALUES = st.floats(0, 1)


def test_pairs_stand_on_their_line_with_their_interval() -> None:
    root = read(charts.pairs(0.7, (0.6, 0.85)))
    (dot,) = filled(root, "circle", WEB.accent)
    (band,) = filled(root, "rect", WEB.accent)
    # From 0.4 at 14 to 1.0 at 326, a tenth is 52 pixels.
    assert number(dot, "cx") == pytest.approx(14 + 3 * 52)
    assert extent(band) == (
        pytest.approx(14 + 2 * 52), 45, pytest.approx(14 + 4.5 * 52), 55,
    )  # fmt: skip
    assert texts(root)[-2:] == ["0.70", "0.60 to 0.85"]
    said = "0.70, 95 % between 0.60 and 0.85; 0.5 is guessing."
    assert root.attrib["aria-label"].endswith(said)


def test_below_guessing_the_line_is_hatched_as_far_as_an_interval_reaches() -> None:
    usual, far = (read(charts.pairs(0.45, (low, 0.6))) for low in (0.42, 0.13))
    for root, begin in ((usual, 14.0), (far, 14.0)):
        (hatch,) = stroked(root, "path", WEB.hatch)
        space = extent(hatch)
        assert space
        assert space[0] == pytest.approx(begin, abs=3)
        half = next(number(each, "x") for each in root.iter("text") if each.text == "0.5")
        assert space[2] <= half
    assert "0.1" in texts(far)
    assert "0.1" not in texts(usual)


def test_what_is_not_certain_has_no_dot_and_no_blue() -> None:
    root = read(charts.pairs(0.79, (0.41, 1), is_certain=False))
    assert list(root.iter("circle")) == []
    assert list(filled(root, "rect", WEB.accent)) == []
    (band,) = filled(root, "rect", WEB.muted)
    space = extent(band)
    assert space
    assert (space[0], space[2]) == (pytest.approx(14 + 0.1 * 52), pytest.approx(326))
    assert "0.41 to 1.00" in texts(root)
    assert "0.79" not in texts(root)


def test_what_is_not_known_has_neither_dot_nor_interval() -> None:
    root = read(charts.pairs(None, None))
    assert [*root.iter("circle"), *root.iter("rect")] == []
    assert "not known" in root.attrib["aria-label"]


@given(SHARES, VALUES)
def test_any_pairs_stay_inside_and_legible(shares: list[float], value: float) -> None:
    low, _, high = shares
    for is_certain in (True, False):
        root = read(charts.pairs(value, (low, high), is_certain=is_certain))
        assert outside(root) == []
        assert overlaps(root) == []


@pytest.mark.parametrize(
    ("kind", "colour"),
    [("at risk", WEB.risk), ("watch", WEB.watch), ("healthy", WEB.healthy), (None, WEB.unknown)],
)
def test_a_rate_is_a_bar_of_its_band_with_its_interval_and_everybody(
    kind: Kind, colour: str
) -> None:
    root = read(charts.rate(0.2, (0.1, 0.4), 0.3, 0.5, kind))
    assert root.attrib["preserveAspectRatio"] == "none"
    assert box(root)[0] == 100
    (bar,) = filled(root, "rect", colour)
    assert number(bar, "width") == 40
    everybody, interval = (extent(each) for each in stroked(root, "path", WEB.ink))
    assert everybody == (60, 0, 60, 14)
    assert interval == (20, 7, 80, 7)
    assert root.attrib["aria-label"] == "20 %, between 10 % and 40 %"


def test_a_rate_of_zero_is_a_sliver_and_an_unknown_one_is_hatched() -> None:
    (zero,) = filled(read(charts.rate(0, (0, 0.1), 0.3, 0.5, "healthy")), "rect", WEB.healthy)
    assert number(zero, "width") == 0.8
    root = read(charts.rate(None, None, 0.3, 0.5, "healthy"))
    assert list(root.iter("rect")) == []
    assert len(stroked(root, "path", WEB.hatch)) == 1
    assert root.attrib["aria-label"] == "no data"


@pytest.mark.parametrize(
    ("interval", "colour"),
    [((0.55, 0.7), WEB.accent), ((0.3, 0.49), WEB.risk), ((0.45, 0.7), WEB.unknown), ((0.5, 0.6), WEB.unknown)],
)  # fmt: skip
def test_power_is_blue_where_it_surely_tells_and_crimson_where_it_misleads(
    interval: tuple[float, float], colour: str
) -> None:
    value = sum(interval) / 2
    root = read(charts.power(value, interval, (0.2, 0.7)))
    (bar,) = filled(root, "rect", colour)
    space = extent(bar)
    assert space
    assert (space[0], space[2]) == (
        pytest.approx((interval[0] - 0.2) * 200, abs=0.01), pytest.approx((interval[1] - 0.2) * 200, abs=0.01),
    )  # fmt: skip
    (mark,) = filled(root, "rect", WEB.ink)
    assert number(mark, "x") + 0.9 == pytest.approx((value - 0.2) * 200, abs=0.02)
    (guessing,) = stroked(root, "path", WEB.ink)
    assert extent(guessing) == (60, 0, 60, 11)


def test_power_without_an_interval_is_a_mark_and_without_a_value_is_hatched() -> None:
    root = read(charts.power(0.6, None, (0.4, 0.7)))
    assert len(list(root.iter("rect"))) == 1
    root = read(charts.power(None, None, (0.4, 0.7)))
    assert list(root.iter("rect")) == []
    assert len(stroked(root, "path", WEB.hatch)) == 1


@given(SHARES, SHARES)
def test_any_cell_stays_inside(shares: list[float], axis: list[float]) -> None:
    low, value, high = shares
    begin, _, end = axis
    assert outside(read(charts.rate(value, (low, high), low, max(high, 0.01), None))) == []
    if begin < end:
        assert outside(read(charts.power(value, (low, high), (begin, end)))) == []


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (lambda: charts.pairs(0.8, (0.9, 0.7)), "An interval's end is 0.9, and not between 0 and 0.7."),
        (lambda: charts.rate(1.2, None, None, 1, None), "A rate is 1.2, and not between 0 and 1."),
        (lambda: charts.power(0.6, None, (0.7, 0.7)), "The axis of pairs runs from 0.7 to 0.7, which is no way up."),
        (lambda: charts.pairs(float("nan"), None), "The share of pairs is nan, which is no finite number."),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_told(drawn: object, said: str) -> None:
    with pytest.raises(ValueError) as told:
        drawn()  # type: ignore[operator]
    assert str(told.value) == said
