"""This file tests the columns of a count a week: heights, the line of what there could be, gaps and words."""

from __future__ import annotations

import pytest

from keepwell import charts
from keepwell.charts import NARROW, WEB
from tests.charts.drawn import filled, number, outside, overlaps, read, stroked, texts
from tests.charts.samples import weekly

BOTTOM = 148


def test_columns_stand_on_zero_side_by_side() -> None:
    root = read(charts.columns(weekly(2, 4, 8)))
    assert texts(root)[:5] == ["0", "2", "4", "6", "8"]
    low, middle, high = filled(root, "rect", WEB.accent)
    for each in (low, middle, high):
        assert number(each, "y") + number(each, "height") == BOTTOM
    assert number(middle, "height") == 2 * number(low, "height")
    assert number(high, "height") == pytest.approx(2 * number(middle, "height"))
    assert number(low, "x") + number(low, "width") < number(middle, "x"), "with room between them"


def test_nobody_is_seen_and_unknown_is_hatched() -> None:
    root = read(charts.columns(weekly(2, 0, None, 2)))
    (nobody,) = filled(root, "rect", WEB.grid)
    assert number(nobody, "height") > 1
    assert len(stroked(root, "path", WEB.hatch)) == 1
    assert "unknown in 1 of 4 weeks" in root.attrib["aria-label"]


def test_what_there_could_be_is_a_line_within_the_chart() -> None:
    root = read(charts.columns(weekly(3, 5), most=20))
    (limit,) = [
        each for each in stroked(root, "line", WEB.muted) if "stroke-dasharray" in each.attrib
    ]
    assert 10 <= number(limit, "y1") < number(list(filled(root, "rect", WEB.accent))[1], "y")
    assert "5 of 20 in the week up to 9 Mar 2026" in root.attrib["aria-label"]


@pytest.mark.parametrize("size", [charts.COLUMNS, NARROW])
@pytest.mark.parametrize("values", [(), (None,), (5.0,), (0.0, 0.0), (1.0,) * 26, (123456.0, 1.0)])
def test_whatever_is_drawn_stays_within_its_box(values: tuple[float | None, ...], size: charts.Size) -> None:  # fmt: skip
    root = read(charts.columns(weekly(*values), size=size))
    assert outside(root) == []
    assert overlaps(root) == []


def test_less_than_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="The count of 2026-03-02 is -1"):
        charts.columns(weekly(-1))
