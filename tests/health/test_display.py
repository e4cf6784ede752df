"""This file tests figures as people are shown them: a score stays in its band, and parts add up to their total."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.app import formats as web
from keepwell.cli import formats
from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.band import Band, band_of
from keepwell.health.definition.condition import Compare
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scorecard import Definition, Group, Leaf, walk
from keepwell.health.engines.protocol import Score
from keepwell.health.explain import display, summary, tree
from keepwell.health.explain.prose import numbers
from keepwell.health.explain.reading import Reading, of_measure
from keepwell.health.explain.score_change import Side, Step
from keepwell.health.explain.tree import Branch
from keepwell.health.scoring.values import Value
from tests.health import scored
from tests.health.test_summary import AS_OF, single

BANDS = (Band("Green", 75, "healthy"), Band("Amber", 50, "watch"), Band("Red", 0, "at risk"))
HUNDREDTHS = (Band("Green", 66.67, "healthy"), Band("Red", 0, "at risk"))
STEPS = """\
keepwell: 1
name: steps
least_coverage: 0 %
bands:
  - {name: Green, from: 50, means: healthy}
  - {name: Red, from: 0, means: at risk}
health:
  - measure: uses_per_seat
    table: usage
    take: count
    per: seat
    window: 28 days
    points: {steps: [{below: 3, points: 0}, {below: 6, points: 50}, {otherwise: 100}]}
    weight: 1
    missing: skip
"""
scores = st.floats(0, 100)
shares = st.lists(st.floats(-100, 100), min_size=1, max_size=12)


@st.composite
def bands(draw: st.DrawFn) -> tuple[Band, ...]:
    """Two to five bands whose thresholds have up to three decimals."""
    edges = draw(st.lists(st.integers(1, 99_999), min_size=1, max_size=4, unique=True))
    leasts = [*sorted((edge / 1000 for edge in edges), reverse=True), 0.0]
    return tuple(Band(f"Band {nth}", least, "watch") for nth, least in enumerate(leasts))


@pytest.mark.parametrize(
    ("score", "of", "shown"),
    [
        (49.6, BANDS, 49.6), (49.96, BANDS, 49.9), (49.9999, BANDS, 49.9), (50.0, BANDS, 50.0),
        (49.99999999999, BANDS, 50.0),  # a sum of tenths: engines call it a 50
        (66.68, HUNDREDTHS, 66.68), (66.66, HUNDREDTHS, 66.6), (66.999, HUNDREDTHS, 66.9), (66.96, (), 66.9),
    ],
)  # fmt: skip
def test_a_score_near_an_edge_is_shown_on_its_own_side(
    score: float, of: tuple[Band, ...], shown: float
) -> None:
    assert display.score(score, of) == shown


@given(
    st.floats(-2000, 2000), st.lists(st.integers(-1000, 1000), max_size=3), st.sampled_from(["", "%", "uses per seat"]), st.booleans()
)  # fmt: skip
def test_a_value_reads_as_on_the_side_of_a_step_that_its_points_come_from(
    number: float, edges: list[int], unit: str, is_percent: bool
) -> None:
    """2.998 earns the points of what is below 3, so it must not read 3; but a hair is no difference."""
    number = round(number, 5)
    reading = Reading(number, unit="" if is_percent else unit, is_percent=is_percent, edges=tuple(float(each) for each in edges))  # fmt: skip
    text = numbers.value(reading).split(" ")[0].replace(",", "")
    shown = float(text) / (100 if is_percent else 1)
    assert [shown < each - 1e-9 for each in edges] == [number < each - 1e-9 for each in edges]
    assert (shown == 0) == (number == 0)


def test_the_steps_of_a_scale_are_the_edges_of_what_is_read() -> None:
    definition = document.read(STEPS, file="card.yaml", tables=TABLES).definition
    assert definition is not None
    (leaf,) = definition.root.children
    assert isinstance(leaf, Leaf)
    read = of_measure(leaf.measure, 2.998, None, None)
    assert (read.edges, numbers.value(read)) == ((3.0, 6.0), "2.998 uses per seat")


@pytest.mark.parametrize(
    ("share", "shown", "covered"),
    [
        (0.0, "0 %", "0 %"), (1 / 300, "0.3 %", "0 %"), (1 / 30000, "0.003 %", "0 %"), (0.666, "67 %", "66 %"),
        (0.699, "70 %", "69 %"), (0.7, "70 %", "70 %"), (299 / 300, "99.7 %", "99 %"), (1.0, "100 %", "100 %"),
    ],
)  # fmt: skip
def test_a_part_reads_neither_as_all_nor_as_nothing_and_coverage_never_as_more(
    share: float, shown: str, covered: str
) -> None:
    assert (formats.share(share), formats.coverage(share)) == (shown, covered)
    pages = web.of("de", AS_OF)
    assert pages.share(share) == shown.replace(".", ",")
    assert pages.coverage(share) == covered


@given(scores, bands())
def test_the_band_read_off_the_figure_shown_is_the_band_of_the_score(
    score: float, of: tuple[Band, ...]
) -> None:
    shown = display.score(score, of)
    assert band_of(shown, of) is band_of(score, of)
    assert abs(shown - score) < 0.1


@given(bands(), st.integers(0, 3), st.integers(-3, 3))
def test_that_holds_right_at_every_edge(of: tuple[Band, ...], nth: int, thousandths: int) -> None:
    edge = of[nth % len(of)].least
    score = min(100.0, max(0.0, edge + thousandths / 1000))
    assert band_of(display.score(score, of), of) is band_of(score, of)


@given(shares, st.integers(1, 3))
def test_parts_shown_sum_to_the_total_shown_and_are_within_one_unit(
    true: list[float], count: int
) -> None:
    unit = 10.0**-count
    total = display.cut(sum(true), count)
    shown = display.parts(total, true, count)
    assert math.isclose(sum(shown), total, abs_tol=1e-9)
    assert all(abs(one - other) < unit * (1 + 1e-6) for one, other in zip(shown, true, strict=True))


@given(shares, st.integers(0, 12))
def test_what_adds_nothing_is_shown_as_nothing(true: list[float], zeros: int) -> None:
    whole = [*(round(each, 1) for each in true), *[0.0] * zeros]
    shown = display.parts(display.cut(sum(whole)), whole)
    assert shown[len(true) :] == [0.0] * zeros


def test_the_largest_remainder_gets_the_unit_that_is_left() -> None:
    assert display.parts(1.0, [0.34, 0.38, 0.28]) == [0.3, 0.4, 0.3]
    assert display.parts(49.0, [63.75, -14.75]) == [63.8, -14.8]


def nested(numbers: tuple[float, ...], cap: float) -> tuple[Definition, Score, Branch]:
    """A card of two groups in thirds, one with a cap of its own and one over all."""
    leaves = list(single(*((f"m{nth}", 1.0) for nth in range(6))).root.children)
    rule = Rule("cap", cap, Compare("m0", ">=", Decimal(0)), "So it is.")
    first = Group("first", tuple(leaves[:3]), weight=1.0, rules=(rule,))
    second = Group("second", tuple(leaves[3:]), weight=2.0)
    card = Definition("card", Group("health", (first, second)), BANDS, 0.0)
    paths = [path for path, entry in walk(card.root) if isinstance(entry, Leaf)]
    values = {path: Value(number) for path, number in zip(paths, numbers, strict=True)}
    score, lines = scored.score(card, "harbour", AS_OF, values)
    return card, score, tree.tree(card, lines)


@given(st.tuples(*[st.floats(0, 100)] * 6), st.floats(0, 100))
def test_contributions_shown_add_up_at_every_level_of_a_tree(
    numbers: tuple[float, ...], cap: float
) -> None:
    card, score, root = nested(numbers, cap)
    shown = display.contributions(root, card.bands)
    assert score.score is not None
    assert shown[""] == display.score(score.score, card.bands)
    for branch in (root, *root.children):
        if branch.children:
            below = sum(shown[child.line.path] for child in branch.children)
            assert math.isclose(below, shown[branch.line.path], abs_tol=1e-9)
        assert abs(shown[branch.line.path] - branch.line.contribution) < 0.1 + 1e-7


def test_a_sentence_names_the_figures_of_the_table() -> None:
    # 100/3 + 100/3 + 100/3 in a third of the score: each 11.1, and one of them 11.2.
    card, score, root = nested((100.0, 100.0, 100.0, 10.0, 10.0, 10.0), 100.0)
    found = summary.of("Harbour", score, root, card)
    (best,) = found.of_kind("biggest_contributor")
    assert best.shown == display.contributions(root, card.bands)[best.path]
    assert best.points == pytest.approx(100 / 9)
    capped = summary.of("Harbour", *nested((100.0,) * 6, 33.33)[1:], card)
    (cap,) = capped.of_kind("cap")
    assert cap.shown == -22.2
    assert found.bands == BANDS


@given(scores, scores, st.lists(st.floats(-30, 30), max_size=8), bands(), bands())
def test_steps_shown_sum_to_the_difference_of_the_scores_shown(
    then: float, now: float, some: list[float], first: tuple[Band, ...], second: tuple[Band, ...]
) -> None:
    steps = [Step("data", points) for points in (*some, now - then - sum(some))]
    shown = display.change(Side(then, bands=first), Side(now, bands=second), steps)
    assert shown.before is not None
    assert shown.after is not None
    assert math.isclose(shown.moved, shown.after - shown.before, abs_tol=1e-9)
    assert math.isclose(sum(shown.steps), shown.moved, abs_tol=1e-9)
    assert band_of(shown.before, first) is band_of(then, first)
    assert band_of(shown.after, second) is band_of(now, second)
    assert all(
        abs(one - step.points) < 0.1 + 1e-7 for one, step in zip(shown.steps, steps, strict=True)
    )


def test_both_scores_of_a_change_have_the_decimals_of_the_finer_one() -> None:
    shown = display.change(
        Side(62.38, bands=HUNDREDTHS), Side(66.68, bands=HUNDREDTHS), [Step("data", 4.3)]
    )
    assert (shown.before, shown.after, shown.moved, shown.steps) == (62.38, 66.68, 4.3, (4.3,))


def test_without_a_score_on_one_side_the_steps_stand_alone() -> None:
    shown = display.change(Side(60.0), Side(None), [Step("missing", -20.06), Step("data", 1.0)])
    assert shown.after is None
    assert shown.moved == -19.1
    assert math.isclose(sum(shown.steps), -19.1)
