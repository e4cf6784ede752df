"""This file tests the area of revenue at risk: points, money axis, gaps and words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell import charts
from keepwell.charts import WEB
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
)
from tests.charts.samples import MONDAY, euros, weekly

TOP, BOTTOM, RIGHT = 12, 236, 356


def test_amounts_lie_between_the_ticks_of_the_money_axis() -> None:
    root = read(charts.area(weekly(1000, 4000, 2000), euros))
    assert texts(root)[:5] == ["€0", "€1,000", "€2,000", "€3,000", "€4,000"]
    (line,) = stroked(root, "path", WEB.risk)
    (x1, y1), (x2, y2), (x3, y3) = points(line.attrib["d"])
    assert (y1, y2, y3) == (BOTTOM - (BOTTOM - TOP) / 4, TOP, BOTTOM - (BOTTOM - TOP) / 2)
    assert (x2 - x1, x3) == (pytest.approx(x3 - x2, abs=0.02), RIGHT)
    (fill,) = filled(root, "path", WEB.risk)
    assert points(fill.attrib["d"])[3:5] == [(x3, BOTTOM), (x1, BOTTOM)], "down to zero"
    (dot,) = filled(root, "circle", WEB.risk)
    assert (number(dot, "cx"), number(dot, "cy")) == (x3, y3)


def test_an_unknown_week_is_hatched() -> None:
    root = read(charts.area(weekly(1000, 1000, None, 1000, 1000, None), euros))
    assert len(stroked(root, "path", WEB.risk)) == 2
    assert len(stroked(root, "path", WEB.hatch)) == 2
    (dot,) = filled(root, "circle", WEB.surface)
    assert number(dot, "cx") < RIGHT


def test_what_is_negative_hangs_from_zero() -> None:
    root = read(charts.area(weekly(-1000, 1000), euros))
    (fill,) = filled(root, "path", WEB.risk)
    path = points(fill.attrib["d"])
    assert path[2][1] == path[3][1] == (TOP + BOTTOM) / 2


@pytest.mark.parametrize("values", [(), (None,), (5.0,), (0.0, 0.0)])
def test_little_or_nothing_is_drawn_as_well(values: tuple[float | None, ...]) -> None:
    root = read(charts.area(weekly(*values), euros))
    assert outside(root) == []
    known = [each for each in values if each is not None]
    assert ("No amount is known yet." in root.attrib["aria-label"]) is not bool(known)
    assert len(list(root.iter("circle"))) == bool(known)


def test_it_says_in_words_what_it_shows() -> None:
    root = read(charts.area(weekly(1000, 4000, None, 2000), euros))
    assert root.attrib["aria-label"] == (
        "Revenue at risk. From €1,000 on 2 Mar 2026 to €2,000 on 23 Mar 2026; "
        "between €1,000 and €4,000; unknown on 1 of 4 dates."
    )


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 2e15])
def test_an_amount_that_has_no_place_is_told(value: float) -> None:
    with pytest.raises(ValueError, match="^The amount of 2026-03-02 is "):
        charts.area([(date(2026, 3, 2), value)], euros)


@settings(max_examples=60)
@given(st.lists(st.none() | st.floats(-1e15, 1e15), max_size=60))
def test_any_amounts_stay_inside(values: list[float | None]) -> None:
    root = read(charts.area(weekly(*values, first=MONDAY), lambda it: f"€{it:.2g}"))
    assert outside(root) == []
    assert overlaps(root) == []
    ticks = [each for each in root.iter("text") if (each.text or "").startswith("€")]
    left = min(number(each, "x1") for each in stroked(root, "line", WEB.grid))
    assert len(ticks) >= 2
    assert all((extent(each) or (0, 0, 999))[2] < left for each in ticks)
