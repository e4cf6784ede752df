"""This file tests the trend of a score: lines, gaps, bands, versions, events, overrides and dates where they should be."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell import charts
from keepwell.charts import NARROW, WEB, WIDE, Event, Override, Size, Version, Zone
from keepwell.charts.placing import spread
from tests.charts.drawn import (
    box,
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
from tests.charts.samples import MONDAY, ZONES, weekly

TOP, BOTTOM, LEFT, RIGHT = 16, 190, 28, 602  # of the wide plot without events
INK, ACCENT, HATCH = WEB.ink, WEB.accent, WEB.hatch
sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])


def height_of(score: float) -> float:
    return BOTTOM - score / 100 * (BOTTOM - TOP)


def days(count: int) -> date:
    return MONDAY + timedelta(days=count)


def test_scores_lie_at_their_dates_and_heights() -> None:
    root = read(charts.trend([(days(0), 0), (days(10), 50), (days(40), 100)], ZONES))
    (line,) = stroked(root, "path", INK)
    quarter = LEFT + (RIGHT - LEFT) / 4
    assert points(line.attrib["d"]) == [(LEFT, BOTTOM), (quarter, height_of(50)), (RIGHT, TOP)]
    (dot,) = filled(root, "circle", INK)
    assert (number(dot, "cx"), number(dot, "cy")) == (RIGHT, TOP)


def test_where_there_was_no_score_the_line_breaks_and_a_hatch_is_drawn() -> None:
    root = read(charts.trend(weekly(None, 20, 30, None, 40, None, 50, 60, None), ZONES))
    at = [LEFT + (RIGHT - LEFT) / 8 * nth for nth in range(9)]
    lines = [points(each.attrib["d"]) for each in stroked(root, "path", INK)]
    assert [[x for x, _ in each] for each in lines] == [at[1:3], at[6:8]]
    alone = [number(each, "cx") for each in filled(root, "circle", INK)]
    assert alone == [at[4]], "a score between two gaps is a point"
    hatches = [extent(each) for each in stroked(root, "path", HATCH)]
    spans = [(each[0], each[2]) for each in hatches if each]
    expected = [(at[0], at[1]), (at[2], at[4]), (at[4], at[6]), (at[7], at[8])]
    assert [
        each == pytest.approx(span, abs=0.01) for each, span in zip(spans, expected, strict=True)
    ] == [True] * 4
    assert all(
        each and (each[1], each[3]) == pytest.approx((TOP, BOTTOM), abs=0.01) for each in hatches
    )
    assert titles(root) == ["no score"] * 4


def test_a_dot_is_hollow_when_there_is_no_score_today() -> None:
    (dot,) = filled(read(charts.trend(weekly(20, 30, None), ZONES)), "circle", WEB.surface)
    assert number(dot, "cx") == LEFT + (RIGHT - LEFT) / 2
    assert dot.attrib["stroke"] == INK


@sizes
def test_bands_meet_without_a_gap_and_say_where_they_begin(size: Size) -> None:
    root = read(charts.trend(weekly(20, 30), tuple(reversed(ZONES)), size=size))
    zones = [extent(each) for each in root.iter("rect")]
    kinds = [each.attrib["fill"] for each in root.iter("rect")]
    assert kinds == [WEB.healthy, WEB.watch, WEB.risk]
    heights = [(each[1], each[3]) for each in zones if each]
    assert heights[0][1] == heights[1][0]
    assert heights[1][1] == heights[2][0]
    share = (heights[0][1] - heights[0][0]) / (heights[2][1] - heights[0][0])
    assert share == pytest.approx(0.3)
    assert {"Green from 70", "Amber from 50", "Red", "0", "50", "70", "100"} <= set(texts(root))
    for name, (top, bottom) in zip(("Green from 70", "Amber from 50", "Red"), heights, strict=True):
        (text,) = [each for each in root.iter("text") if each.text == name]
        space = extent(text)
        assert space
        assert top < space[1] < space[3] < bottom, "a band's name stands in it"


def test_a_thin_band_has_no_name_and_close_thresholds_one_number() -> None:
    zones = [Zone("A", 70, "healthy"), Zone("B", 69, "watch"), Zone("C", 0, "at risk")]
    root = read(charts.trend(weekly(20, 30), zones))
    assert "B from 69" not in texts(root)
    assert "69" not in texts(root)
    assert "B from 69" in root.attrib["aria-label"]


def test_the_name_of_a_band_evades_the_line() -> None:
    low = read(charts.trend(weekly(20, 20, 20, 20), ZONES))
    high = read(charts.trend(weekly(95, 95, 20, 20), ZONES))
    place = {
        id(root): number(
            next(each for each in root.iter("text") if each.text == "Green from 70"), "x"
        )
        for root in (low, high)
    }
    assert place[id(low)] == LEFT + 6
    assert place[id(high)] > LEFT + (RIGHT - LEFT) / 3


def test_the_name_of_a_band_evades_a_version_and_a_gap() -> None:
    def place(root: Element) -> tuple[float, float]:
        space = extent(next(each for each in root.iter("text") if each.text == "Green from 70"))
        assert space
        return space[0], space[2]

    plain = read(charts.trend(weekly(20, 20, 20, 20), ZONES))
    marked = read(
        charts.trend(weekly(20, 20, 20, 20), ZONES, versions=[Version(days(2), "card v2")])
    )
    gap = read(charts.trend(weekly(None, 20, 20, 20), ZONES))
    line = number(stroked(marked, "line", WEB.muted)[0], "x1")
    assert place(plain)[0] < line < place(plain)[1], "it would stand on the line"
    assert place(marked)[0] > line
    assert place(gap)[0] > LEFT + (RIGHT - LEFT) / 3


@sizes
def test_a_version_is_a_dashed_line_with_its_name(size: Size) -> None:
    root = read(
        charts.trend(
            weekly(*range(20, 40)),
            ZONES,
            size=size,
            versions=[Version(days(nth), f"card v{nth}") for nth in (0, 70, 77, 133, 134)],
        )
    )
    lines = stroked(root, "line", WEB.muted)
    width = size.width - 36
    assert [number(each, "x1") for each in lines] == pytest.approx(
        [28 + width * nth / 133 for nth in (0, 70, 77, 133)], abs=0.01
    )
    assert all(each.attrib["stroke-dasharray"] for each in lines)
    assert overlaps(root) == []
    assert outside(root) == []
    assert {"card v0", "card v70", "card v77", "card v133"} <= set(texts(root))
    assert "card v134" not in str(titles(root)), "after the last date"


@sizes
def test_pins_keep_their_numbers_and_do_not_cover_one_another(size: Size) -> None:
    given = [7, -30, 8, 9, 130, 133, 133]
    root = read(
        charts.trend(
            weekly(*range(20, 40)),
            ZONES,
            size=size,
            events=[Event(days(day), f"on day {day}") for day in given],
        )
    )
    pins = list(root.iter("g"))
    assert [each[0].text for each in pins] == [
        f"{nth}: on day {day}" for nth, day in enumerate(given, start=1) if day >= 0
    ]
    at = [number(each.find("circle"), "cx") for each in pins]  # type: ignore[arg-type]
    assert all(after - before >= 16 - 0.02 for before, after in pairwise(at))
    stalks = [number(each.find("line"), "x1") for each in pins]  # type: ignore[arg-type]
    width = size.width - 36
    assert stalks == pytest.approx([28 + width * day / 133 for day in given if day >= 0], abs=0.01)
    assert outside(root) == []


@given(st.lists(st.floats(0, 100), max_size=30))
def test_pins_are_spread_in_order_between_their_ends(places: list[float]) -> None:
    moved = spread(sorted(places), 10, 0, 100)
    assert all(-1e-9 <= each <= 100 + 1e-9 for each in moved)
    least = min(10, 100 / max(1, len(moved) - 1))
    assert all(b - a >= least - 1e-6 for a, b in pairwise(moved))


def test_an_override_is_a_thick_line_tied_to_the_computed_score() -> None:
    root = read(
        charts.trend(
            weekly(60, 60, 60, 60, 60), ZONES, overrides=[Override(days(14), days(90), 30)]
        )
    )
    (line,) = stroked(root, "path", ACCENT)
    middle = LEFT + (RIGHT - LEFT) / 2
    assert points(line.attrib["d"]) == [
        (middle, pytest.approx(height_of(30))),
        (RIGHT, pytest.approx(height_of(30))),
    ]
    assert number(line, "stroke-width") > number(stroked(root, "path", INK)[0], "stroke-width")
    (tie,) = stroked(root, "line", ACCENT)
    assert sorted((number(tie, "y1"), number(tie, "y2"))) == pytest.approx(
        [height_of(60), height_of(30)]
    )
    assert number(tie, "x1") == number(tie, "x2") == middle
    (dot,) = filled(root, "circle", ACCENT)
    assert number(dot, "cx") == RIGHT
    assert "override 30" in texts(root)
    assert "override 30 from 16 Mar 2026 to 30 Mar 2026" in root.attrib["aria-label"]


@sizes
@pytest.mark.parametrize("start", [0, 14, 70, 126, 133])
def test_the_name_of_an_override_stands_on_no_line(size: Size, start: int) -> None:
    root = read(
        charts.trend(
            weekly(*[60] * 20),
            ZONES,
            size=size,
            versions=[Version(days(112), "card v2")],
            overrides=[Override(days(start), days(133), 45)],
        )
    )
    left, top, right, bottom = next(
        extent(each) or (0, 0, 0, 0) for each in filled(root, "text", ACCENT)
    )
    upright = number(stroked(root, "line", WEB.muted)[0], "x1")
    assert not left <= upright <= right
    computed = points(stroked(root, "path", INK)[0].attrib["d"])[0][1]
    assert not top <= computed <= bottom
    assert overlaps(root) == []
    assert outside(root) == []


def test_an_override_that_is_over_has_no_dot_and_one_from_another_time_is_left_out() -> None:
    root = read(
        charts.trend(
            weekly(60, 60, 60, 60),
            ZONES,
            overrides=[Override(days(0), days(7), 30), Override(days(-9), days(-3), 10)],
        )
    )
    assert list(filled(root, "circle", ACCENT)) == []
    assert [each for each in texts(root) if "override" in each] == ["override 30"]


@sizes
@pytest.mark.parametrize("weeks", [1, 2, 3, 5, 30, 60, 200, 700])
def test_months_are_in_order_with_room_between_them(size: Size, weeks: int) -> None:
    root = read(charts.trend(weekly(*[50] * weeks), ZONES, size=size))
    named = [each for each in root.iter("text") if number(each, "y") == size.height - 5]
    assert 1 <= len(named) <= 16
    xs = [number(each, "x") for each in named]
    assert xs == sorted(xs)
    assert overlaps(root) == []
    assert outside(root) == []


def test_a_month_is_named_at_its_first_day_and_january_with_its_year() -> None:
    root = read(charts.trend([(date(2026, 11, 1), 5), (date(2027, 3, 1), 5)], ZONES))
    named = {
        each.text: number(each, "x") for each in root.iter("text") if each.attrib["y"] == "207"
    }
    assert list(named) == ["Nov", "Dec", "Jan \u201927", "Feb"]
    assert named["Dec"] == pytest.approx(LEFT + (RIGHT - LEFT) * 30 / 120)


@sizes
def test_two_dates_that_are_compared_are_marked_in_place_of_the_months(size: Size) -> None:
    for first, last in ((28, 63), (0, 7), (63, 63)):
        root = read(
            charts.trend(
                weekly(*range(30, 40)),
                ZONES,
                between=(days(last), days(first)),
                low=20,
                high=60,
                size=size,
            )
        )
        lines = [points(each.attrib["d"]) for each in stroked(root, "path", ACCENT)]
        width = size.width - 36
        at = [pytest.approx(28 + width * day / 63, abs=0.01) for day in (first, last)]
        assert [each[0][0] for each in lines] == at
        assert [each[1][0] for each in lines] == at
        named = [each.text for each in filled(root, "text", ACCENT)]
        assert named == [f"{each.day} {each:%b}" for each in (days(first), days(last))]
        assert "May" not in texts(root)
        assert outside(root) == []
        assert overlaps(root) == []
        (computed,) = stroked(root, "path", INK)
        assert points(computed.attrib["d"])[0][1] == pytest.approx(
            16 + (size.height - 22 - 16) * 0.75
        ), "30 lies a quarter up from 20 to 60"
    with pytest.raises(ValueError, match="^2026-03-01 is compared, and not within"):
        charts.trend(weekly(1, 2), ZONES, between=(days(-1), days(7)))


def test_nothing_known_is_said_and_hatched() -> None:
    for scores in ([], weekly(None, None)):
        root = read(charts.trend(scores, ZONES))
        assert "No score yet" in root.attrib["aria-label"]
        (hatch,) = [extent(each) for each in stroked(root, "path", HATCH)]
        assert hatch == pytest.approx((LEFT, TOP, RIGHT, BOTTOM), abs=0.01)


def test_it_says_in_words_what_it_shows() -> None:
    root = read(charts.trend(weekly(None, 69.96, 30, 45.7), ZONES, events=[Event(days(8), "call")]))
    assert root.attrib["aria-label"] == (
        "Score. From 69.9 on 9 Mar 2026 to 45.7 on 23 Mar 2026; between 30 and 69.9; "
        "no score on 1 of 4 dates; 1: call, 10 Mar 2026; Green from 70, Amber from 50, Red."
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([(MONDAY, float("nan"))], "The score of 2026-03-02 is nan, which is no finite number."),
        ([(MONDAY, 101)], "The score of 2026-03-02 is 101, and not between 0 and 100."),
        ([(MONDAY, 1), (MONDAY, 2)], "The dates of a trend are not in order: 2026-03-02 stands after 2026-03-02."),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told(given: list[tuple[date, float]], said: str) -> None:
    with pytest.raises(ValueError) as told:
        charts.trend(given, ZONES)
    assert str(told.value) == said


@settings(max_examples=60)
@given(
    st.lists(st.none() | st.floats(0, 100), max_size=60),
    st.sampled_from([WIDE, NARROW]),
    st.lists(st.integers(-10, 430), max_size=12),
    st.lists(st.tuples(st.integers(-10, 430), st.integers(0, 60), st.floats(0, 100)), max_size=2),
)
def test_any_scores_stay_inside(
    values: list[float | None],
    size: Size,
    others: list[int],
    overrides: list[tuple[int, int, float]],
) -> None:
    root = read(
        charts.trend(
            weekly(*values),
            ZONES,
            size=size,
            versions=[Version(days(each), f"card v{each}") for each in others],
            events=[Event(days(each), "call") for each in others],
            overrides=[Override(days(on), days(on + long), score) for on, long, score in overrides],
        )
    )
    assert box(root) == (size.width, size.height)
    assert outside(root) == []
