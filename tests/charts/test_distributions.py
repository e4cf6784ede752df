"""This file tests the shares of accounts by health, and the shapes of the kinds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell import charts
from keepwell.charts import KINDS, WEB, Segment
from keepwell.charts.distributions import GAP, extents, percentages
from keepwell.charts.svg import width_of
from tests.charts.drawn import extent, number, outside, overlaps, read, stretches, texts, titles

counts = st.lists(st.integers(0, 10**6), min_size=4, max_size=4)


def bars(segment: Segment, width: float = 340) -> list[tuple[str, float, float]]:
    """List the parts of a bar: what is said, and from where to where."""
    root = read(charts.distribution([segment], width=width, legend=False))
    found = []
    for part in root.iter("g"):
        left, _, right, _ = extent(part[1]) or (0, 0, 0, 0)
        found.append((part[0].text or "", left, right))
    return found


def test_parts_are_as_wide_as_their_shares_in_the_order_of_health() -> None:
    assert bars(Segment("Mid", 50, 25, 15, 10), width=400) == [
        ("Mid: 50 accounts healthy, 50 %", 0, 198),
        ("Mid: 25 accounts watch, 25 %", 200, 298),
        ("Mid: 15 accounts at risk, 15 %", 300, 358),
        ("Mid: 10 accounts no score, 10 %", 360, 400),
    ]


@given(counts, st.floats(60, 900))
def test_parts_and_their_gaps_fill_the_bar(given: list[int], width: float) -> None:
    drawn = bars(Segment("Mid", *given), width)
    if not any(given):
        assert drawn == []
        return
    assert len(drawn) == sum(each > 0 for each in given)
    assert drawn[0][1] == 0
    assert drawn[-1][2] == pytest.approx(width, abs=0.02)
    spaces = [after[1] - before[2] for before, after in itertools.pairwise(drawn)]
    assert spaces == pytest.approx([GAP] * len(spaces), abs=0.03)
    assert all(right - left > 1.9 for _, left, right in drawn), "one of a million shows"
    widths = extents(given, width)
    assert sum(widths) == pytest.approx(width)
    for one, other in zip(given, widths, strict=True):
        assert (one > 0) is (other > 0)
        assert all(other >= w for g, w in zip(given, widths, strict=True) if g < one)


@given(counts)
def test_percentages_add_up(given: list[int]) -> None:
    shown = percentages(given)
    assert sum(shown) == (100 if any(given) else 0)
    for count, share in zip(given, shown, strict=True):
        assert abs(share - 100 * count / max(1, sum(given))) < 1


def test_the_largest_remainder_is_rounded_up_and_not_the_largest_count() -> None:
    assert percentages([6013, 3987, 0, 0]) == [60, 40, 0, 0]


def test_what_small_parts_take_makes_no_larger_part_smaller_than_they_are() -> None:
    assert extents([957, 41, 1, 1], 100) == [88, 4, 4, 4]


def test_a_percentage_is_printed_in_bold_dark_ink_where_there_is_room() -> None:
    root = read(charts.distribution([Segment("Mid", 60, 30, 9, 1)], legend=False))
    printed = [each for each in root.iter("text") if "%" in (each.text or "")]
    assert [each.text for each in printed] == ["60 %", "30 %", "9 %"]
    assert [each.attrib["fill"] for each in printed] == [WEB.on_healthy, WEB.on_watch, WEB.on_risk]
    assert all(number(each, "font-weight") >= 600 for each in printed)
    for part in root.iter("g"):
        bar, *rest = [extent(each) or (0, 0, 0, 0) for each in part if each.tag in ("rect", "text")]
        assert all(bar[0] <= each[0] and each[2] <= bar[2] for each in rest)


def test_no_score_is_hatched() -> None:
    root = read(charts.distribution([Segment("Mid", 1, 0, 0, 1)], legend=False))
    (hatch,) = root.iter("path")
    left, _, right, _ = extent(root.findall("g")[1][1]) or (0, 0, 0, 0)
    assert all(
        left - 0.02 <= x <= right + 0.02 for line in stretches(hatch.attrib["d"]) for x, _ in line
    )


def test_a_segment_without_accounts_is_an_empty_frame() -> None:
    root = read(charts.distribution([Segment("New", 0, 0, 0, 0)], legend=False))
    assert titles(root) == ["New: no accounts"]
    assert next(root.iter("rect")).attrib["fill"] == "none"
    assert "New: no accounts" in root.attrib["aria-label"]


def test_one_of_a_thousand_is_not_called_none() -> None:
    root = read(charts.distribution([Segment("SMB", 999, 1, 0, 0)]))
    assert root.attrib["aria-label"] == (
        "Accounts by health. SMB: 999 healthy (100 %), 1 watch (under 1 %)."
    )


def test_the_legend_has_every_shape_with_the_cards_own_names() -> None:
    names = dict(
        zip(KINDS, ("Green", "Amber", "Red", "Not enough data to say anything"), strict=True)
    )
    for width in (340, 150):
        root = read(charts.distribution([Segment("SMB", 5, 5, 5, 5)], names=names, width=width))
        assert texts(root)[-4:-1] == ["Green", "Amber", "Red"]
        assert outside(root) == []
        assert overlaps(root) == []
    assert "5 Green (25 %)" in root.attrib["aria-label"]


def test_a_long_name_is_cut_before_the_count() -> None:
    root = read(charts.distribution([Segment("W" * 90, 5000, 1, 1, 1)]))
    assert texts(root)[0].endswith("\u2026")
    assert overlaps(root) == []
    assert width_of(texts(root)[0], 11.5) < 340


@pytest.mark.parametrize("count", [-1, 1.5, float("nan"), True])
def test_what_is_no_count_is_told(count: int) -> None:
    with pytest.raises(
        ValueError,
        match=r"^SMB has .* accounts that are watch, and a count is a whole number from 0\.$",
    ):
        charts.distribution([Segment("SMB", 1, count, 1, 1)])


@pytest.mark.parametrize(
    ("kind", "tag"), [("healthy", "circle"), ("watch", "path"), ("at risk", "rect"), (None, "circle")]
)  # fmt: skip
def test_every_kind_has_a_shape_of_its_own(kind: charts.Kind, tag: str) -> None:
    for size in (8, 12, 40):
        root = read(charts.shape(kind, size))
        (mark,) = root
        assert mark.tag == tag
        assert ("stroke-dasharray" in mark.attrib) is (kind is None)
        assert (mark.attrib["fill"] == "none") is (kind is None)
        assert (number(root, "width"), number(root, "height")) == (size, size)
        assert outside(root) == []
        assert root.attrib.get("aria-hidden") == "true"
    assert "aria-hidden" not in read(charts.shape(kind, label="Red")).attrib


def test_a_triangle_points_up() -> None:
    (line,) = stretches(read(charts.shape("watch"))[0].attrib["d"])
    (top, right, left) = line[:3]
    assert top[1] < right[1] == left[1]
    assert left[0] < top[0] < right[0]


@pytest.mark.parametrize("size", [0, -1, float("nan")])
def test_a_shape_without_a_size_is_told(size: float) -> None:
    with pytest.raises(ValueError, match="^The size of a shape is "):
        charts.shape("watch", size)
