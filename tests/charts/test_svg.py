"""This file tests the builder of elements, scales and ticks."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.charts.scales import Scale, ticks
from keepwell.charts.svg import Markup, element, fitted, hatch, width_of
from tests.charts.drawn import points, read

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.text(), st.text())
def test_whatever_is_said_is_read_back(text: str, value: str) -> None:
    root = read(element("text", text, class_=value))
    for said, back in ((text, root.text or ""), (value, root.attrib["class"])):
        lines = said.replace("\r\n", "\n").replace("\r", "\n")  # as XML reads line ends
        pairs = zip(lines, back, strict=True)
        assert all(one == other or other in "\ufffd \n" for one, other in pairs)


def test_only_markup_is_markup() -> None:
    inner = element("b", "x")
    assert element("g", inner) == "<g><b>x</b></g>"
    assert element("g", f"{inner}") == "<g>&lt;b&gt;x&lt;/b&gt;</g>"
    assert not isinstance(inner + inner, Markup)


@pytest.mark.parametrize("name", ["style", "onload", "on_click", 'x="1" y'])
def test_an_attribute_that_the_policy_forbids_is_told(name: str) -> None:
    with pytest.raises(ValueError, match="is no attribute of a chart"):
        element("g", **{name: "x"})


@pytest.mark.parametrize("tag", ["script", "style", "foreignObject", "g onload=x"])
def test_an_element_that_runs_is_told(tag: str) -> None:
    with pytest.raises(ValueError, match="is no element of a chart"):
        element(tag)


@given(finite, finite, finite)
def test_a_scale_ends_where_it_should(low: float, high: float, value: float) -> None:
    low, high = sorted((low, high))
    scale = Scale(low, high, 10, 110)
    assert 10 <= scale(value) <= 110
    if high > low and high / max(abs(low), abs(high)) - low / max(abs(low), abs(high)) > 0:
        assert (scale(low), scale(high)) == (10, 110)


def test_a_scale_is_straight() -> None:
    scale = Scale(0, 50, 200, 100)
    assert [scale(each) for each in (0, 10, 25, 50)] == [200, 180, 150, 100]


@given(st.floats(-1e15, 1e15), st.floats(-1e15, 1e15))
def test_ticks_are_even_few_and_reach_over_both_ends(low: float, high: float) -> None:
    low, high = sorted((low, high))
    found = ticks(low, high)
    span = found[-1] - found[0]
    assert 2 <= len(found) <= 7
    assert found[0] <= low + 1e-6 * span
    assert found[-1] >= high - 1e-6 * span
    gaps = [after - before for before, after in pairwise(found)]
    assert all(math.isclose(each, gaps[0], rel_tol=1e-3) for each in gaps)


@pytest.mark.parametrize(
    ("high", "expected"),
    [(3, [0, 1, 2, 3]), (0.3, [0, 0.1, 0.2, 0.3]), (40, [0, 10, 20, 30, 40]), (9, [0, 2.5, 5, 7.5, 10])],
)  # fmt: skip
def test_ticks_are_round(high: float, expected: list[float]) -> None:
    assert ticks(0, high) == expected


def test_an_axis_that_floats_cannot_tell_apart_is_told() -> None:
    with pytest.raises(ValueError, match=r"^An axis ends at 1e\+15, and 1e\+300 lies beyond\.$"):
        ticks(0, 1e300)


@given(st.floats(0.1, 600), st.floats(0.1, 600))
def test_a_hatch_stays_in_its_rectangle_and_slants_by_45_degrees(
    width: float, height: float
) -> None:
    drawn = points(hatch(10, 20, width, height))
    assert all(9.99 <= x <= 10.01 + width and 19.99 <= y <= 20.01 + height for x, y in drawn)
    for (x1, y1), (x2, y2) in zip(drawn[::2], drawn[1::2], strict=True):
        assert x2 - x1 == pytest.approx(y1 - y2, abs=0.03)
        assert x2 > x1


@given(st.text(), st.floats(0, 200))
def test_a_fitted_text_fits(text: str, width: float) -> None:
    cut = fitted(text, width)
    assert width_of(cut) <= width
    assert cut == text or cut == "" or cut.endswith("\u2026")
