"""This file tests where bands begin and end, and which lists of bands are rejected."""

from __future__ import annotations

import pytest

from keepwell.health.definition import band, node
from keepwell.health.definition.band import Band, band_of
from keepwell.health.definition.field import Faults

BANDS = (Band("Green", 70.0, "healthy"), Band("Amber", 40.0, "watch"), Band("Red", 0.0, "at risk"))


def read(text: str) -> tuple[tuple[Band, ...], list[str]]:
    faults = Faults("card.yaml")
    items = node.parse(text, "card.yaml").items or []
    return band.read(items, faults, 1), [fault.code for fault in faults.found]


@pytest.mark.parametrize(
    ("score", "name"),
    [(100, "Green"), (70, "Green"), (69.99, "Amber"), (40, "Amber"), (39.9999, "Red"), (0, "Red")],
)
def test_a_band_holds_its_lower_end_and_the_top_one_holds_100(score: float, name: str) -> None:
    assert band_of(score, BANDS).name == name


def test_a_70_made_of_three_tenths_is_a_70() -> None:
    made = (0.1 * 70 + 0.1 * 70 + 0.1 * 70) / (0.1 + 0.1 + 0.1)
    assert made < 70
    assert band_of(made, BANDS).name == "Green"


def test_bands_are_read_in_any_order_and_run_from_the_top_down() -> None:
    bands, codes = read(
        "- {name: Red, from: 0, means: at risk}\n- {name: Green, from: 70, means: healthy}"
    )
    assert [one.name for one in bands] == ["Green", "Red"]
    assert not codes
    assert band.plain(bands)[0] == {"name": "Green", "from": 70, "means": "healthy"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("- {name: Green, from: 0, means: healthy}", ["C301"]),
        (
            "- {name: Green, from: 70, means: healthy}\n- {name: Red, from: 1, means: at risk}",
            ["C302"],
        ),
        (
            "- {name: Red, from: 70, means: healthy}\n- {name: Red, from: 0, means: at risk}",
            ["C303"],
        ),
        (
            "- {name: Green, from: 0, means: healthy}\n- {name: Red, from: 0, means: at risk}",
            ["C303"],
        ),
        (
            "- {name: Green, from: 101, means: healthy}\n- {name: Red, from: 0, means: at risk}",
            ["C107"],
        ),
        (
            "- {name: Green, from: 70, means: well}\n- {name: Red, from: 0, means: at risk}",
            ["C104"],
        ),
        ("- {name: Green, means: healthy}\n- {from: 0, means: at risk}", ["C102", "C102"]),
    ],
)
def test_bands_that_leave_something_open_are_refused(text: str, codes: list[str]) -> None:
    assert read(text)[1] == codes


def test_thirteen_bands_are_too_many() -> None:
    assert read("\n".join(f"- {{name: b{at}, from: {at}, means: watch}}" for at in range(13)))[
        1
    ] == ["C301"]


@pytest.mark.parametrize(
    ("score", "before", "name"),
    [
        (67, "Green", "Green"), (66.99, "Green", "Amber"), (72.99, "Amber", "Amber"), (73, "Amber", "Green"),
        (37, "Amber", "Amber"), (36.99, "Amber", "Red"), (39, "Green", "Red"), (71, "Red", "Green"), (42.99, "Red", "Red"),
        (100, "Green", "Green"), (0, "Red", "Red"), (69, None, "Amber"), (69, "Gold", "Amber"),
    ],
)  # fmt: skip
def test_with_a_margin_the_band_before_stands_until_the_score_is_beyond_it(
    score: float, before: str | None, name: str
) -> None:
    assert band_of(score, BANDS, before, 3.0).name == name
    assert band_of(score, BANDS, before).name == band_of(score, BANDS).name
