"""This file tests the strip of dates: who stands where, in which shape, how large."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell import charts
from keepwell.charts import KINDS, WEB, Notice
from tests.charts.drawn import extent, number, outside, overlaps, read, stroked, texts, titles
from tests.charts.samples import euros

TODAY = date(2026, 11, 2)
LEFT, RIGHT = 12, 282


def on(
    day: int, revenue: float = 100, kind: charts.Kind = "healthy", name: str = "Berger"
) -> Notice:
    return Notice(name, TODAY + timedelta(days=day), kind, revenue)


def places(*notices: Notice) -> list[tuple[float, float, float]]:
    """List the middle and half the width of each shape, in the order they are drawn."""
    root = read(charts.notices(notices, TODAY))
    spaces = [extent(each[1]) or (0, 0, 0, 0) for each in root.iter("g")]
    return [((x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / 2) for x1, y1, x2, y2 in spaces]


def test_a_shape_stands_at_its_date() -> None:
    assert [x for x, _, _ in places(on(90), on(0), on(45), on(91), on(-1))] == [LEFT, 147, RIGHT]


@pytest.mark.parametrize(
    ("kind", "tag"), [("healthy", "circle"), ("watch", "path"), ("at risk", "rect"), (None, "circle")]
)  # fmt: skip
def test_a_shape_is_that_of_its_band(kind: charts.Kind, tag: str) -> None:
    (group,) = read(charts.notices([on(5, kind=kind)], TODAY)).iter("g")
    assert group[1].tag == tag
    assert ("stroke-dasharray" in group[1].attrib) is (kind is None)


def test_the_area_above_the_least_goes_with_revenue() -> None:
    sizes = [half for _, _, half in places(on(1, 0), on(2, 25), on(3, 100))]
    assert sizes == pytest.approx([3, 6, 9], abs=0.01)


def test_customers_of_one_day_stand_on_top_of_one_another() -> None:
    found = places(on(60, 25), on(60, 100), on(60, 0))
    assert [half for _, _, half in found] == pytest.approx([9, 6, 3], abs=0.01)
    for (_, low, r1), (_, high, r2) in itertools.pairwise(found):
        assert low - high == pytest.approx(r1 + r2, abs=0.02)


def test_a_crowd_is_pressed_together_and_stays_inside() -> None:
    root = read(charts.notices([on(59, 100) for _ in range(55)], TODAY))
    assert outside(root) == []
    assert float(root.attrib["viewBox"].split()[3]) < 160
    assert len(titles(root)) == 55


def test_months_stand_between_the_first_and_the_last_day() -> None:
    root = read(charts.notices([], TODAY))
    assert texts(root) == ["2 Nov", "31 Jan", "Dec", "Jan \u201927"]
    december = next(each for each in root.iter("text") if each.text == "Dec")
    assert number(december, "x") == pytest.approx(LEFT + (RIGHT - LEFT) * 29 / 90, abs=0.01)
    ticks = [
        each for each in stroked(root, "line", WEB.edge) if each.attrib["x1"] == each.attrib["x2"]
    ]
    assert len(ticks) == 4
    assert overlaps(root) == []


def test_each_says_who_when_and_how_it_is() -> None:
    root = read(charts.notices([on(27, 17535, "at risk")], TODAY, money=euros))
    assert titles(root) == ["Berger, 29 Nov 2026, at risk, €17,535"]
    assert (
        root.attrib["aria-label"]
        == "Notice dates in the next 90 days. Berger 29 Nov 2026, at risk."
    )
    assert read(charts.notices([], TODAY)).attrib["aria-label"].endswith(". none.")


@pytest.mark.parametrize("revenue", [-1, float("nan"), float("inf")])
def test_what_is_no_revenue_is_told(revenue: float) -> None:
    with pytest.raises(ValueError, match="^The revenue of Berger is "):
        charts.notices([on(5, revenue)], TODAY)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(-5, 200), st.floats(0, allow_infinity=False), st.sampled_from(KINDS)),
        max_size=40,
    ),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.integers(1, 180),
)
def test_any_dates_stay_inside(
    given: list[tuple[int, float, charts.Kind]], today: date, days: int
) -> None:
    notices = [Notice("A", today + timedelta(days=day), kind, much) for day, much, kind in given]
    root = read(charts.notices(notices, today, days=days))
    assert outside(root) == []
    assert overlaps(root) == []
    assert len(titles(root)) == sum(0 <= day <= days for day, _, _ in given)
