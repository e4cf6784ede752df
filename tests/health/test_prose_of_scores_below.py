"""This file holds that an account below, like any other, is never said to have a score outside its band."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from keepwell.cli import formats
from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.band import Band
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.explain import prose, score_change, summary, tree
from keepwell.health.explain.reading import of_account
from keepwell.health.explain.score_change import Side, State
from keepwell.health.explain.summary import Part
from tests.health.cards import CARD

BANDS = (Band("Green", 66.67, "healthy"), Band("Red", 0, "at risk"))
AS_OF = date(2026, 3, 1)


def child(points: float, label: str) -> Line:
    return Line("group", AS_OF, "child:a", "child", "a", None, label, None, points, 1.0, 1.0, points, None, False, None, None)  # fmt: skip


@pytest.mark.parametrize(
    ("score", "band", "text"),
    [(66.668, "Red", "Red at 66.6"), (66.672, "Green", "Green at 66.67"), (49.96, "Red", "Red at 49.9")],
)  # fmt: skip
def test_an_account_below_is_in_its_band(score: float, band: str, text: str) -> None:
    assert prose.value(of_account(score, band, None, BANDS)) == text


def test_the_tree_and_a_change_know_the_bands_of_an_account_below() -> None:
    text = CARD.replace("from: 70", "from: 66.67")
    definition = document.read(text, file="card.yaml", tables=TABLES).definition
    assert definition is not None
    assert definition.bands[0].least == 66.67
    lines = [child(60.0, "Red")], [child(66.672, "Green")]
    states = [State(definition, {}, children=tuple(each)) for each in lines]
    (step, *_) = [each for each in score_change.changed(*states) if each.path]
    sides = (Side(60.0, bands=definition.bands), Side(66.672, bands=definition.bands))
    assert prose.step(step, *sides) == "a rose from 60 to 66.67"
    reading = tree.Branch("A", child(66.672, "Green"), None, (), None, definition.bands).reading
    assert reading is not None
    assert prose.value(reading) == "Green at 66.67"


def test_the_points_of_an_account_below_whose_revenue_is_not_known_count_for_nothing() -> None:
    """They are its own: a measure that is missing may count with points, an account below does not."""
    line = replace(child(10.0, "Red"), missing="no_revenue", effective_weight=0.0, contribution=0.0)
    leaf = tree.Branch("Shop", line, None, (), None, BANDS)
    definition = document.read(CARD, file="card.yaml", tables=TABLES).definition
    assert definition is not None
    top = replace(child(0.0, "Red"), path="", kind="group", points=None, contribution=0.0)
    root = tree.Branch("Group", top, definition.root, (leaf,), None, BANDS)
    score = Score("group", AS_OF, None, None, None, 0.0, None, "not enough data")
    found = summary.of("Group", score, root, definition)
    assert prose.part(found.parts[0]) == "Shop (no revenue on record)"


def test_where_the_bands_are_not_known_two_decimals_are_shown() -> None:
    assert (formats.points(66.678, None), formats.points(66.668, None)) == ("66.67", "66.66")
    assert formats.points(66.678) == "66.6"


def test_too_little_coverage_does_not_read_as_enough() -> None:
    part = Part("low_coverage", weight=0.4967, limit=0.5)
    assert prose.part(part) == "coverage is 49.7 %, 50 % is required"
    assert prose.part(Part("low_coverage", weight=0.2, limit=0.5)) == "coverage is 20 %, 50 % is required"  # fmt: skip
